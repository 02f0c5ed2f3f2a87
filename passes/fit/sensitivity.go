package fit

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
)

// What the outputs feel of an error in a function's value differs from sample to sample: where
// the functions behind it are flat, nothing. Least squares weigh samples by that.

const (
	probes    = 4   // random sums of outputs, for the mean square of their derivatives
	leastFelt = 0.1 // weight that no sample falls below, relative to the mean
)

// sensitivities is, for each function and each sample that is fitted on, the mean square of the
// derivatives of the outputs by the function's values in the exact network.
func (f *fitter) sensitivities(ctx context.Context) (sampled.Values, error) {
	got, felt := sampled.Values{}, sampled.Values{}
	for n, v := range f.exact {
		got[n] = v.Slice(0, f.train)
	}
	for _, n := range f.Graph.Nodes {
		if _, ok := n.Op.(tensor.Func); ok {
			felt[n] = sampled.NewMatrix(f.train, n.Size())
		}
	}
	slopes := sampled.Slopes(f.Graph, got)
	rng := rand.New(rand.NewPCG(5, 6))
	for range probes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		byOutput := sampled.NewMatrix(f.train, f.Graph.Outputs[0].Node.Size())
		for i := range byOutput.Data {
			byOutput.Data[i] = float64(1 - 2*rng.IntN(2))
		}
		by := sampled.Derivatives(f.Graph, got, slopes, byOutput, func(n *tensor.Node) bool { return f.fixed[n] })
		for n, squares := range felt {
			for i, g := range by[n].Data {
				squares.Data[i] += g * g / probes
			}
		}
	}
	return felt, nil
}

// sampleWeights are those of element i in a fit, of so many samples, with mean 1.
func sampleWeights(felt sampled.Matrix, i, samples int) []float64 {
	w := slices.Repeat([]float64{1}, samples)
	if felt.Data == nil {
		return w
	}
	own, mean := felt.Column(i), 0.0
	for _, x := range own {
		mean += x / float64(samples)
	}
	if mean == 0 || math.IsInf(mean, 0) {
		return w
	}
	for s, x := range own {
		w[s] = (x/mean + leastFelt) / (1 + leastFelt)
	}
	return w
}
