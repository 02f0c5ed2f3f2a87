package fit

import (
	"context"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/approx"
	"hecc/passes/bounds"
	"hecc/passes/internal/parallel"
	"hecc/passes/internal/sampled"
	"hecc/passes/lower"
	"hecc/passes/tails"
)

// perCoeff is the samples per coefficient below which a layer shares one polynomial.
const perCoeff = 16

// fitLayer fits each element on its own, or all together where there are too few samples.
// The rows of x are the arguments that are fitted on, those of felt say how much they matter.
func fitLayer(ctx context.Context, n *tensor.Node, fn tensor.Func, d int, c choice, leave float64, x, felt sampled.Matrix) (tensor.Poly, error) {
	cols, weights := make([][]float64, x.Cols), make([][]float64, x.Cols)
	for i := range cols {
		cols[i], weights[i] = x.Column(i), sampleWeights(felt, i, x.Rows())
	}
	if fn.Uniform() && (c.shared || x.Rows() < perCoeff*(d+1)) {
		cols, weights = [][]float64{slices.Concat(cols...)}, [][]float64{slices.Concat(weights...)}
	}
	v := tails.Cover(cols, c.margin, leave)
	p := tensor.Poly{Of: fn.Fn, Coeffs: make([][]float64, len(cols)), Lo: v.Lo, Hi: v.Hi, Err: make([]float64, len(cols))}
	if err := keepDefined(n, &p, cols); err != nil {
		return p, err
	}
	return p, parallel.For(ctx, len(cols), func(i int) error {
		f := fn.Scalar(i)
		coeffs, err := fitElement(f.Eval, d, cols[i], weights[i], p.Lo[i], p.Hi[i])
		if err != nil {
			return err
		}
		p.Coeffs[i], p.Err[i] = coeffs, approx.Bound(f, coeffs, p.Lo[i], p.Hi[i])
		return nil
	})
}

// fewRows is the samples below which the elements of a layer share the interval around their kinks.
const fewRows = 256

// sampledIntervals are those of a layer with kinks on samples x.
func sampledIntervals(n *tensor.Node, widen, leave float64, x sampled.Matrix) bounds.Interval {
	cols := make([][]float64, x.Cols)
	for i := range cols {
		cols[i] = x.Column(i)
	}
	if n.Op.(tensor.Func).Uniform() && x.Rows() < fewRows {
		cols = [][]float64{slices.Concat(cols...)}
	}
	return tails.Cover(cols, widen, leave)
}

// fitElement fits one polynomial. A function that is constant on all arguments and up to the ends of the interval, as relu is
// where it is never positive, becomes that constant, and its element drops out of the maps.
func fitElement(f func(float64) float64, d int, xs, weights []float64, lo, hi float64) ([]float64, error) {
	if y := f(xs[0]); f(lo) == y && f(hi) == y && !slices.ContainsFunc(xs, func(x float64) bool { return f(x) != y }) {
		coeffs := make([]float64, d+1)
		coeffs[0] = y
		return coeffs, nil
	}
	coeffs, err := approx.LeastSquares(f, xs, weights, lo, hi, d)
	return lower.BoundVertex(coeffs), err
}
