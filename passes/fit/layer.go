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

// minSamplesPerCoefficient is the number of arguments for each coefficient below which a layer shares one
// polynomial.
const minSamplesPerCoefficient = 16

// maxArguments bounds the arguments that a polynomial is fitted on, evenly.
const maxArguments = 1 << 14

// layer is a function whose polynomials are fitted.
type layer struct {
	n        *tensor.Node
	fn       tensor.Func
	x        sampled.Matrix // arguments to fit on
	channel  []int          // of each element
	channels int
}

// fit fits a polynomial of degree d to each channel, or one to all of them where samples are too few. Sensitivity has the
// weights of the samples, see sampleWeights.
func (l *layer) fit(ctx context.Context, d int, s settings, exceedance float64, sensitivity sampled.Matrix) (tensor.Poly, error) {
	if perChannel := l.x.Rows() * l.n.Size() / l.channels; l.fn.Uniform() && (s.shared || perChannel < minSamplesPerCoefficient*(d+1)) {
		l.channel, l.channels = make([]int, l.n.Size()), 1
	} else if !l.fn.Uniform() {
		l.channel, l.channels = everyElement(l.n), l.n.Size()
	}
	cols, weights, first := l.arguments(sensitivity)
	v := tails.Cover(cols, s.margin, exceedance)
	p := tensor.Poly{Of: l.fn.Fn, Coeffs: make([][]float64, len(cols)), Lo: v.Lo, Hi: v.Hi, Err: make([]float64, len(cols))}
	if err := restrictToDomain(l.n, &p, cols); err != nil {
		return p, err
	}
	err := parallel.For(ctx, len(cols), func(i int) error {
		f := l.fn.Scalar(first[i])
		coeffs, err := fitElement(f.Eval, d, evenly(cols[i]), evenly(weights[i]), p.Lo[i], p.Hi[i])
		if err != nil {
			return err
		}
		p.Coeffs[i], p.Err[i] = coeffs, approx.Bound(f, coeffs, p.Lo[i], p.Hi[i])
		return nil
	})
	if err != nil || l.channels == 1 || l.channels == l.n.Size() {
		return p, err
	}
	return l.perElement(p), nil
}

// arguments lists the arguments of each channel and the weights of their samples, and a channel's first element.
func (l *layer) arguments(sensitivity sampled.Matrix) (cols, weights [][]float64, first []int) {
	cols, weights, first = make([][]float64, l.channels), make([][]float64, l.channels), slices.Repeat([]int{-1}, l.channels)
	for i, c := range l.channel {
		if first[c] < 0 {
			first[c] = i
		}
		cols[c] = append(cols[c], l.x.Column(i)...)
		weights[c] = append(weights[c], sampleWeights(sensitivity, i, l.x.Rows())...)
	}
	return cols, weights, first
}

// perElement gives each element the polynomial of its channel.
func (l *layer) perElement(of tensor.Poly) tensor.Poly {
	p := tensor.Poly{Of: of.Of}
	for _, c := range l.channel {
		p.Coeffs, p.Err = append(p.Coeffs, of.Coeffs[c]), append(p.Err, of.Err[c])
		p.Lo, p.Hi = append(p.Lo, of.Lo[c]), append(p.Hi, of.Hi[c])
	}
	return p
}

// everyElement makes a channel of each element.
func everyElement(n *tensor.Node) []int {
	list := make([]int, n.Size())
	for i := range list {
		list[i] = i
	}
	return list
}

// evenly thins numbers out.
func evenly(v []float64) []float64 {
	every := 1 + (len(v)-1)/maxArguments
	if every == 1 {
		return v
	}
	out := make([]float64, 0, len(v)/every+1)
	for k := 0; k < len(v); k += every {
		out = append(out, v[k])
	}
	return out
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
