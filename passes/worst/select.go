package worst

import (
	"math"

	"hecc/ir/tensor"
	"hecc/passes/planning"
	"hecc/passes/tails"
)

// MagnitudeSamples is how many samples magnitudes are measured on.
const MagnitudeSamples = 32

const (
	typicalSamples  = 3       // that are like most
	typicalQuantile = 4       // one sample in so many has more energy than these
	tailShare       = 3.0 / 5 // of the five standard deviations: a tail sample need not meet rare noise as well
)

// Select picks the samples that planning measures on. Typical ones have more energy than most, not the most: the noise predicted
// around them has five standard deviations to spare, and few of the largest samples meet noise that needs them all. The tail
// sample amplifies noise most, by products, whose gain is the other operand. On a declared range no input is rare, and the
// typical samples are those that amplify noise most.
func Select(g *tensor.Graph, samples [][]float64, growth float64, declared bool) planning.Samples {
	measured := measure(g, samples)
	gains := make([]float64, len(samples))
	for s, r := range measured {
		gains[s] = r.noiseGain
	}
	byEnergy, byGain := tails.OrderBy(relativeEnergies(measured)), tails.OrderBy(gains)
	out := planning.Samples{Tail: samples[byGain[0]], Growth: growth, TailGain: 1}
	for k := range typicalSamples {
		at := byEnergy[(k+len(samples)/typicalQuantile)%len(samples)]
		if declared {
			at = byGain[k%len(samples)]
		}
		out.Typical = append(out.Typical, samples[at])
	}
	for _, s := range byEnergy[:min(MagnitudeSamples, len(byEnergy))] {
		out.Magnitude = append(out.Magnitude, samples[s])
	}
	if !declared {
		out.Growth, out.TailGain = max(growth, unseenGrowth(measured)), tailShare*beyondLargest(gains)
	}
	return out
}

// unseenGrowth is how much larger than on these samples a node may become on others.
func unseenGrowth(measured []response) float64 {
	most, size := 1.0, make([]float64, len(measured))
	for n := range measured[0].energy {
		for s, r := range measured {
			size[s] = math.Sqrt(r.energy[n])
		}
		most = max(most, beyondLargest(size))
	}
	return most
}

// relativeEnergies is the energy of each sample: by node relative to the mean, summed up.
func relativeEnergies(measured []response) []float64 {
	mean := make([]float64, len(measured[0].energy))
	for _, r := range measured {
		for n, x := range r.energy {
			mean[n] += x / float64(len(measured))
		}
	}
	out := make([]float64, len(measured))
	for s, r := range measured {
		for n, x := range r.energy {
			if mean[n] > 0 {
				out[s] += x / mean[n]
			}
		}
	}
	return out
}
