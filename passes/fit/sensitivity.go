package fit

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"hecc/ir/plan"
	"hecc/ir/span"
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

// sensitivities is, for each function and each of some samples, the mean square of the derivatives of the
// outputs with respect to the function's values in the exact network.
func (f *fitter) sensitivities(ctx context.Context, first, end int) (sampled.Values, error) {
	values, squares, count := sampled.Values{}, sampled.Values{}, end-first
	for n, v := range f.exact {
		values[n] = v.Slice(first, end)
	}
	for _, n := range f.Graph.Nodes {
		if _, ok := n.Op.(tensor.Func); ok {
			squares[n] = sampled.NewMatrix(count, n.Size())
		}
	}
	slopes := sampled.LocalDerivatives(f.Graph, values)
	rng := rand.New(rand.NewPCG(5, 6))
	for range randomProjections {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		outputGradient := sampled.NewMatrix(count, f.Graph.Outputs[0].Node.Size())
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

// shareSamples is how many held-out samples functions' shares in the error are measured on, at most.
const shareSamples = 64

// shares says how much of the outputs' error comes from each function's polynomials, in first order: the square of
// the difference from the function, at the arguments that it gets, times that of the outputs' derivative.
func (f *fitter) shares(ctx context.Context, c *candidate) ([]plan.FitShare, error) {
	first, end := f.train, min(f.train+shareSamples, f.outputs.Rows())
	sensitivity, err := f.sensitivities(ctx, first, end)
	if err != nil {
		return nil, err
	}
	values := sampled.Run(c.graph, f.exact[f.Graph.Input()].Slice(first, end))
	var out []plan.FitShare
	total := 0.0
	for _, n := range f.Graph.Nodes {
		if _, ok := n.Op.(tensor.Func); !ok {
			continue
		}
		r, sum := c.replaced[len(out)], 0.0
		exact := sampled.Eval(n, []sampled.Matrix{values[r.argument]})
		for i, y := range values[r.value].Data {
			if s := sensitivity[n].Data[i]; s > 0 {
				sum += s * (y - exact.Data[i]) * (y - exact.Data[i])
			}
		}
		out = append(out, plan.FitShare{Of: n.Op.(tensor.Func).Fn, Source: sourceOf(n), Share: sum})
		total += sum
	}
	if !(total > 0) || !span.Finite(total) {
		return nil, nil
	}
	for k := range out {
		out[k].Share /= total
	}
	return out, nil
}

// sourceOf names the node that a function comes from.
func sourceOf(n *tensor.Node) string {
	if n.Pos.Name != "" {
		return n.Pos.Name
	}
	return fmt.Sprintf("node %d", n.Pos.Node)
}
