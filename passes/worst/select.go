package worst

import (
	"math"

	"hecc/ir/tensor"
	"hecc/passes/planning"
	"hecc/passes/tails"
)

// MagnitudeSamples is the number of samples that magnitudes are measured on.
const MagnitudeSamples = 32

const (
	typicalSamples  = 3       // samples with typical energy
	typicalQuantile = 4       // one sample in so many has more energy than the typical ones
	tailShare       = 3.0 / 5 // three of the five standard deviations: a tail sample rarely coincides with tail noise
)

// Select chooses the samples that planning measures on. Typical samples have more energy than three in four,
// but not the most: predicted noise has five standard deviations, and few of the largest samples meet noise
// that needs them all. The tail sample is the one with the highest noise gain; products amplify noise by the
// other operand. Magnitude samples are those with the most energy. On a declared range no input is unlikely,
// so typical samples are those with the highest gains. headroom is how much larger than on the samples a
// value may become.
func Select(g *tensor.Graph, samples [][]float64, headroom float64, declared bool) planning.Samples {
	measured := measure(g, samples)
	gains := make([]float64, len(samples))
	for s, r := range measured {
		gains[s] = r.noiseGain
	}
	byEnergy, byGain := tails.DescendingOrder(relativeEnergies(measured)), tails.DescendingOrder(gains)
	out := planning.Samples{Tail: samples[byGain[0]], Growth: headroom, TailGain: 1}
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
		out.Growth, out.TailGain = max(headroom, unseenMagnitude(measured)), tailShare*tailRatio(gains)
	}
	return out
}

// unseenMagnitude is how much larger than on these samples a node's values may become on unseen ones.
func unseenMagnitude(measured []response) float64 {
	most, size := 1.0, make([]float64, len(measured))
	for n := range measured[0].energy {
		for s, r := range measured {
			size[s] = math.Sqrt(r.energy[n])
		}
		most = max(most, tailRatio(size))
	}
	return most
}

// relativeEnergies is the energy of each sample: that of each node relative to its mean, added up.
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
