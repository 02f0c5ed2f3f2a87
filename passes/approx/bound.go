package approx

import (
	"math"

	"hecc/ir/tensor"
)

// Bound is a bound of |p(x) - f(x)| on [lo, hi], computed on a grid; it is not a proof. The error is taken
// where f is not smooth, and on a grid so dense that an error which oscillates up to twice as fast as the
// polynomial exceeds its largest value on the grid by at most a factor of 1/cos(π/64), which is included.
// Where the error between two points is less smooth than that, as at a steep step of f, the grid is refined.
func Bound(f tensor.ScalarFunc, c []float64, lo, hi float64) float64 {
	b := bounder{f: func(t float64) float64 { return f.Eval(lo + (hi-lo)*(t+1)/2) }, c: c}
	grid := 64 * max(len(c), leastTerms)
	t := make([]float64, grid+1)
	e := make([]float64, grid+1)
	for i := range t {
		t[i] = -math.Cos(math.Pi * float64(i) / float64(grid))
		e[i] = b.check(t[i])
	}
	for _, x := range f.Kinks {
		if lo < x && x < hi {
			b.check((2*x - lo - hi) / (hi - lo))
		}
	}
	for i := range grid {
		b.refine(t[i], t[i+1], e[i], e[i+1], maxBisections)
	}
	return b.worst*(1/math.Cos(math.Pi/64)+linearityTolerance) + roundoffPerTerm*float64(len(c))*b.size
}

const (
	// leastTerms makes the grid of Bound dense enough for functions that oscillate faster than
	// a polynomial of low degree.
	leastTerms         = 4
	linearityTolerance = 1e-3  // largest distance of the error from linear interpolation between two points, relative to the bound
	resolution         = 1e-13 // relative to function values: smaller differences are rounding errors
	roundoffPerTerm    = 1e-15 // rounding error of the evaluation in float64, relative, for each term
	maxBisections      = 40
)

// bounder searches for the largest error.
type bounder struct {
	f     func(t float64) float64
	c     []float64
	worst float64
	size  float64 // largest absolute value of the function
}

// check includes the error at a point, and returns it.
func (b *bounder) check(t float64) float64 {
	y := b.f(t)
	e := y - tensor.Clenshaw(b.c, t)
	b.worst, b.size = max(b.worst, math.Abs(e)), max(b.size, math.Abs(y))
	return e
}

// refine bisects an interval as long as the error inside is not nearly linear. It splits off the middle,
// where a step can look linear.
func (b *bounder) refine(t0, t1, e0, e1 float64, depth int) {
	const golden = 0.381966
	t := t0 + golden*(t1-t0)
	if depth == 0 || t <= t0 || t >= t1 {
		return
	}
	e := b.check(t)
	if math.Abs(e-(e0+golden*(e1-e0))) > linearityTolerance*b.worst+resolution*b.size {
		b.refine(t0, t, e0, e, depth-1)
		b.refine(t, t1, e, e1, depth-1)
	}
}
