package fit

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
)

// An error of a function's value changes the outputs by as much as their derivatives say, which differ from
// sample to sample: where later functions are flat it changes nothing. Least squares weigh the samples by
// these derivatives.

const (
	randomProjections = 4   // for Hutchinson's estimate (1989) of the Jacobian's squared norm
	minWeight         = 0.1 // least weight of a sample, relative to the mean
)

// sensitivities is, for each function and each training sample, the mean square of the derivatives of the
// outputs with respect to the function's values in the exact network.
func (f *fitter) sensitivities(ctx context.Context) (sampled.Values, error) {
	values, squares := sampled.Values{}, sampled.Values{}
	for n, v := range f.exact {
		values[n] = v.Slice(0, f.train)
	}
	for _, n := range f.Graph.Nodes {
		if _, ok := n.Op.(tensor.Func); ok {
			squares[n] = sampled.NewMatrix(f.train, n.Size())
		}
	}
	slopes := sampled.LocalDerivatives(f.Graph, values)
	rng := rand.New(rand.NewPCG(5, 6))
	for range randomProjections {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		outputGradient := sampled.NewMatrix(f.train, f.Graph.Outputs[0].Node.Size())
		for i := range outputGradient.Data {
			outputGradient.Data[i] = float64(1 - 2*rng.IntN(2))
		}
		gradients := sampled.Gradients(f.Graph, values, slopes, outputGradient, func(n *tensor.Node) bool { return f.fixed[n] })
		for n, projected := range squares {
			for i, g := range gradients[n].Data {
				projected.Data[i] += g * g / randomProjections
			}
		}
	}
	return squares, nil
}

// sampleWeights are the least squares weights of so many samples for element i, with mean 1.
func sampleWeights(sensitivity sampled.Matrix, i, samples int) []float64 {
	weights := slices.Repeat([]float64{1}, samples)
	if sensitivity.Data == nil {
		return weights
	}
	own, mean := sensitivity.Column(i), 0.0
	for _, x := range own {
		mean += x / float64(samples)
	}
	if mean == 0 || math.IsInf(mean, 0) {
		return weights
	}
	for s, x := range own {
		weights[s] = (x/mean + minWeight) / (1 + minWeight)
	}
	return weights
}
