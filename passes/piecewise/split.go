package piecewise

import (
	"math"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/rewrite"
)

// A polynomial of degree d has an error of about 1/d on a curved function with kinks, as SELU and HardSwish
// are. Such a function is the sum of |x - kink| terms, for which polynomials of very high degree exist, and
// of a function without kinks, with an error of about 1/d². Two functions cost more than one, so functions
// are split only for precisions that one polynomial does not reach.

const (
	kinkStep       = 1e-6 // distance from a kink at which slopes are taken, and over which, relative to the distance of all kinks
	minSlopeChange = 1e-4 // relative to the slopes around: smaller changes may come from curvature
)

// Split splits the curved functions of a graph at their kinks, and says whether there are any.
func Split(g *tensor.Graph) (*tensor.Graph, bool) {
	r := rewrite.New(g, tensor.Lowering)
	found := false
	for _, n := range g.Nodes {
		smooth, kinks, ok := splitFunc(n)
		if !ok {
			r.Keep(n)
			continue
		}
		found = true
		in := r.Operands(n)
		parts := []*tensor.Node{r.Out.MustAdd(n.Pos, smooth, in...), r.Out.MustAdd(n.Pos, kinks, in...)}
		whole := []*tensor.Map{tensor.IdentityMap(n.Size()), tensor.IdentityMap(n.Size())}
		r.To[n] = r.Out.MustAdd(n.Pos, tensor.Affine{Shape: n.Shape, Maps: whole}, parts...)
	}
	return r.Finish(), found
}

// splitFunc gives the smooth and the piecewise linear part of a curved function with kinks. It is not ok for
// functions without kinks and for functions that jump.
func splitFunc(n *tensor.Node) (smooth, kinks tensor.Func, ok bool) {
	fn, isFunc := n.Op.(tensor.Func)
	linear, _ := IsPiecewiseLinear(n)
	if !isFunc || linear {
		return smooth, kinks, false
	}
	elements := n.Size()
	if fn.Uniform() {
		elements = 1
	}
	var at, coeffs [][]float64 // by kink and element
	for i := range elements {
		places, cs, ok := slopeChanges(fn.Scalar(i))
		if !ok {
			return smooth, kinks, false
		}
		for len(at) < len(places) {
			at, coeffs = append(at, make([]float64, elements)), append(coeffs, make([]float64, elements))
		}
		for k := range places {
			at[k][i], coeffs[k][i] = places[k], cs[k]
		}
	}
	if len(at) == 0 {
		return smooth, kinks, false
	}
	var b tensor.Body
	rest := (&tensor.Body{Code: slices.Clone(fn.Program().Code)})
	sum := b.AddConst(0)
	left := len(rest.Code)
	for k := range at {
		sum = b.Add("add", sum, absTerm(&b, at[k], coeffs[k]))
		left = rest.Add("sub", left, absTerm(rest, at[k], coeffs[k]))
	}
	return tensor.Func{Fn: fn.Fn, Body: rest}, tensor.Func{Fn: fn.Fn, Body: &b}, b.Fits() && rest.Fits()
}

// absTerm appends coeffs·|x - at| to a body.
func absTerm(b *tensor.Body, at, coeffs []float64) int {
	return b.Add("mul", b.Add("abs", b.Add("sub", 0, b.AddConst(at...))), b.AddConst(coeffs...))
}

// slopeChanges are half the differences of the slopes at a function's kinks, where they differ: the
// coefficients of |x - kink|. It is not ok if the function jumps, or is not defined around a kink.
func slopeChanges(f tensor.ScalarFunc) (at, coeffs []float64, ok bool) {
	kinks := distinctKinks(f.Kinks)
	for _, x := range kinks {
		width := max(1, kinks[len(kinks)-1]-kinks[0])
		step := kinkStep * width
		left, right := slopeOn(f, x-2*step, x-step), slopeOn(f, x+step, x+2*step)
		steep := max(math.Abs(left), math.Abs(right), math.Abs(slopeOn(f, x-width, x)), math.Abs(slopeOn(f, x, x+width)))
		if !(math.Abs(f.Eval(x+step)-f.Eval(x-step)) <= 4*step*steep) {
			return nil, nil, false
		}
		if math.Abs(right-left) > minSlopeChange*steep {
			at, coeffs = append(at, x), append(coeffs, (right-left)/2)
		}
	}
	return at, coeffs, true
}

// slopeOn is the mean slope of a function on [lo, hi].
func slopeOn(f tensor.ScalarFunc, lo, hi float64) float64 {
	return (f.Eval(hi) - f.Eval(lo)) / (hi - lo)
}
