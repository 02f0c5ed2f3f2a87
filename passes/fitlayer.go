package passes

import (
	"math"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/approx"
)

const (
	floorSpread = 0.3 // least width of an interval, relative to the layer's median
	perCoeff    = 16  // samples per coefficient below which a layer shares one polynomial
)

// fitLayer fits each element on its own, or all together where there are too few samples.
// The rows of x are the arguments that are fitted on, those of felt say how much they matter.
func fitLayer(n *tensor.Node, fn tensor.Func, d int, widen float64, x, felt values) (tensor.Poly, error) {
	cols, weights := make([][]float64, x.cols), make([][]float64, x.cols)
	for i := range cols {
		cols[i], weights[i] = x.column(i), sampleWeights(felt, i, x.rows())
	}
	if fn.Uniform() && x.rows() < perCoeff*(d+1) {
		cols, weights = [][]float64{slices.Concat(cols...)}, [][]float64{slices.Concat(weights...)}
	}
	p := tensor.Poly{Of: fn.Fn, Coeffs: make([][]float64, len(cols)), Lo: make([]float64, len(cols)),
		Hi: make([]float64, len(cols)), Err: make([]float64, len(cols))}
	setIntervals(&p, widen, cols)
	if err := keepDefined(n, &p, cols); err != nil {
		return p, err
	}
	return p, eachSample(len(cols), func(next func() (int, bool)) error {
		for i, ok := next(); ok; i, ok = next() {
			f := fn.Scalar(i)
			coeffs, err := fitElement(f.Eval, d, cols[i], weights[i], p.Lo[i], p.Hi[i])
			if err != nil {
				return err
			}
			p.Coeffs[i], p.Err[i] = coeffs, approx.Bound(f, coeffs, p.Lo[i], p.Hi[i])
		}
		return nil
	})
}

// fewRows is the samples below which the elements of a layer share the interval of their composites.
const fewRows = 256

// sampledIntervals are those of composites on samples x.
func sampledIntervals(n *tensor.Node, widen float64, x values) interval {
	cols := make([][]float64, x.cols)
	for i := range cols {
		cols[i] = x.column(i)
	}
	if n.Op.(tensor.Func).Uniform() && x.rows() < fewRows {
		cols = [][]float64{slices.Concat(cols...)}
	}
	p := tensor.Poly{Lo: make([]float64, len(cols)), Hi: make([]float64, len(cols))}
	setIntervals(&p, widen, cols)
	return interval{p.Lo, p.Hi}
}

// fitElement fits one polynomial. A function that is constant on all arguments, as relu is
// where it is never positive, becomes that constant, and its element drops out of the maps.
func fitElement(f func(float64) float64, d int, xs, weights []float64, lo, hi float64) ([]float64, error) {
	if y := f(xs[0]); !slices.ContainsFunc(xs, func(x float64) bool { return f(x) != y }) {
		coeffs := make([]float64, d+1)
		coeffs[0] = y
		return coeffs, nil
	}
	coeffs, err := approx.LeastSquares(f, xs, weights, lo, hi, d)
	return boundVertex(coeffs), err
}

// setIntervals widens the range of each element by a share of its width on each side, more where few samples show less
// of it; an element that hardly varies gets a share of what is usual in its layer, since unseen samples may vary more.
func setIntervals(p *tensor.Poly, widen float64, cols [][]float64) {
	widen = max(widen, unseenReach(len(cols[0])))
	widths := make([]float64, len(cols))
	for i, xs := range cols {
		p.Lo[i], p.Hi[i] = slices.Min(xs), slices.Max(xs)
		widths[i] = p.Hi[i] - p.Lo[i]
	}
	least := max(floorSpread*median(widths), 1e-6)
	for i, w := range widths {
		pad := widen*w + max(0, least-w)/2
		p.Lo[i], p.Hi[i] = p.Lo[i]-pad, p.Hi[i]+pad
	}
}

// unseenReach is the share of its width by which the range of so many samples must be widened, on each side, for unseen
// ones to stay inside: if arguments are Gaussian, so many reach the quantile 1 - 1/2n, and hardly any four deviations.
func unseenReach(n int) float64 {
	reached := math.Sqrt2 * math.Erfinv(1-1/float64(n))
	return (hardlyAny/reached - 1) / 2
}

const hardlyAny = 4.2 // deviations that 1 in 37,000 values leave
