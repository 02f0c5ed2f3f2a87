package passes

import (
	"cmp"
	"math"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/planning"
)

// magnitudeSamples is how many samples magnitudes are measured on.
const magnitudeSamples = 32

const louder = 4 // one sample in so many is louder than those that gains are measured on

// rareShare is of the five standard deviations: a rare sample need not meet rare noise as well.
const rareShare = 3.0 / 5

// loudest picks the samples that planning measures on. The first are louder than most, not the loudest: the noise predicted around
// them has five standard deviations to spare, and few of the loudest samples meet noise that needs them all. Then comes the one that amplifies
// noise most, by products, whose gain is the other operand; then those on which values are largest. On a declared range no input
// is rare, and the first are those that amplify noise most.
func loudest(g *tensor.Graph, samples [][]float64, margin float64, declared bool) planning.Samples {
	heard := listen(g, samples)
	amplifications := make([]float64, len(samples))
	for s, l := range heard {
		amplifications[s] = l.amplification
	}
	loud, amplifying := orderBy(relativeEnergies(heard)), orderBy(amplifications)
	var out [][]float64
	for k := range planning.GainSamples {
		if declared {
			out = append(out, samples[amplifying[k%len(samples)]])
		} else {
			out = append(out, samples[loud[(k+len(samples)/louder)%len(samples)]])
		}
	}
	out = append(out, samples[amplifying[0]])
	for _, s := range loud[:min(magnitudeSamples, len(loud))] {
		out = append(out, samples[s])
	}
	if declared {
		return planning.Samples{X: out, Margin: margin, Rare: 1}
	}
	return planning.Samples{X: out, Margin: max(margin, furtherGrowth(heard)), Rare: rareShare * beyondLargest(amplifications)}
}

// furtherGrowth is how much larger than on these samples a node may become on others.
func furtherGrowth(heard []loudness) float64 {
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
func relativeEnergies(heard []loudness) []float64 {
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

// orderBy lists samples by descending value.
func orderBy(value []float64) []int {
	order := make([]int, len(value))
	for s := range order {
		order[s] = s
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(value[b], value[a]) })
	return order
}
