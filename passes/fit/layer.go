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

// minSamplesPerCoefficient is the number of samples for each coefficient below which a layer shares one
// polynomial.
const minSamplesPerCoefficient = 16

// fitLayer fits a polynomial of degree d to each element, or one to all of them where samples are too few.
// The rows of x are the arguments to fit on; sensitivity has the weights of the samples, see sampleWeights.
func fitLayer(ctx context.Context, n *tensor.Node, fn tensor.Func, d int, s settings, exceedance float64, x, sensitivity sampled.Matrix) (tensor.Poly, error) {
	cols, weights := make([][]float64, x.Cols), make([][]float64, x.Cols)
	for i := range cols {
		cols[i], weights[i] = x.Column(i), sampleWeights(sensitivity, i, x.Rows())
	}
	if fn.Uniform() && (s.shared || x.Rows() < minSamplesPerCoefficient*(d+1)) {
		cols, weights = [][]float64{slices.Concat(cols...)}, [][]float64{slices.Concat(weights...)}
	}
	v := tails.Cover(cols, s.margin, exceedance)
	p := tensor.Poly{Of: fn.Fn, Coeffs: make([][]float64, len(cols)), Lo: v.Lo, Hi: v.Hi, Err: make([]float64, len(cols))}
	if err := restrictToDomain(n, &p, cols); err != nil {
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

// minSamplesPerElement is the number of samples below which the elements of a layer share the interval around
// their kinks.
const minSamplesPerElement = 256

// sampledIntervals are the intervals of a layer with kinks, from samples x of its arguments.
func sampledIntervals(n *tensor.Node, margin, exceedance float64, x sampled.Matrix) bounds.Interval {
	cols := make([][]float64, x.Cols)
	for i := range cols {
		cols[i] = x.Column(i)
	}
	if n.Op.(tensor.Func).Uniform() && x.Rows() < minSamplesPerElement {
		cols = [][]float64{slices.Concat(cols...)}
	}
	return tails.Cover(cols, margin, exceedance)
}

// fitElement fits one polynomial. A function that is constant on all arguments and up to the ends of the
// interval, as relu is where it is never positive, becomes that constant, and its element drops out of the
// affine maps.
func fitElement(f func(float64) float64, d int, xs, weights []float64, lo, hi float64) ([]float64, error) {
	if y := f(xs[0]); f(lo) == y && f(hi) == y && !slices.ContainsFunc(xs, func(x float64) bool { return f(x) != y }) {
		coeffs := make([]float64, d+1)
		coeffs[0] = y
		return coeffs, nil
	}
	coeffs, err := approx.LeastSquares(f, xs, weights, lo, hi, d)
	return lower.BoundVertex(coeffs), err
}
