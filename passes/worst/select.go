package worst

import (
	"math"

	"hecc/ir/tensor"
	"hecc/passes/planning"
	"hecc/passes/tails"
)

// MagnitudeSamples is how many samples magnitudes are measured on.
const MagnitudeSamples = 32

const typicalQuantile = 4 // one sample in so many is louder than those that gains are measured on

// tailShare is of the five standard deviations: a rare sample need not meet rare noise as well.
const tailShare = 3.0 / 5

// Select picks the samples that planning measures on. The first are louder than most, not the loudest: the noise predicted around
// them has five standard deviations to spare, and few of the loudest samples meet noise that needs them all. Then comes the one that amplifies
// noise most, by products, whose gain is the other operand; then those on which values are largest. On a declared range no input
// is rare, and the first are those that amplify noise most.
func Select(g *tensor.Graph, samples [][]float64, margin float64, declared bool) planning.Samples {
	heard := measure(g, samples)
	amplifications := make([]float64, len(samples))
	for s, l := range heard {
		amplifications[s] = l.noiseGain
	}
	loud, amplifying := tails.OrderBy(relativeEnergies(heard)), tails.OrderBy(amplifications)
	var out [][]float64
	for k := range planning.GainSamples {
		if declared {
			out = append(out, samples[amplifying[k%len(samples)]])
		} else {
			out = append(out, samples[loud[(k+len(samples)/typicalQuantile)%len(samples)]])
		}
	}
	out = append(out, samples[amplifying[0]])
	for _, s := range loud[:min(MagnitudeSamples, len(loud))] {
		out = append(out, samples[s])
	}
	if declared {
		return planning.Samples{X: out, Margin: margin, Rare: 1}
	}
	return planning.Samples{X: out, Margin: max(margin, unseenGrowth(heard)), Rare: tailShare * beyondLargest(amplifications)}
}

// unseenGrowth is how much larger than on these samples a node may become on others.
func unseenGrowth(heard []response) float64 {
	most, size := 1.0, make([]float64, len(heard))
	for n := range heard[0].energy {
		for s, l := range heard {
			size[s] = math.Sqrt(l.energy[n])
		}
		most = max(most, beyondLargest(size))
	}
	return most
}

// relativeEnergies is the energy of each sample: by node relative to the mean, summed up.
func relativeEnergies(heard []response) []float64 {
	mean := make([]float64, len(heard[0].energy))
	for _, l := range heard {
		for n, x := range l.energy {
			mean[n] += x / float64(len(heard))
		}
	}
	out := make([]float64, len(heard))
	for s, l := range heard {
		for n, x := range l.energy {
			if mean[n] > 0 {
				out[s] += x / mean[n]
			}
		}
	}
	return out
}
