package tensor

import (
	"math"

	"hecc/ir/span"
)

// primitive is a function of one variable of which everything needed is known: where it is defined, between
// which points it and its slope are monotone, and where it has kinks. Its values and slopes at a few points
// give enclosures on any interval.
type primitive struct {
	eval, slope func(x float64) float64
	extrema     []float64 // the function is monotone between neighbours
	inflections []float64 // the slope is monotone between neighbours and kinks
	kinks       []kink
	period      float64 // of extrema and inflections; 0: not periodic
	positive    bool    // defined on positive numbers only
	atZero      bool    // if positive: defined at 0 too
	exact       bool    // values and slopes are not rounded
}

// kink is a point where the slope jumps from left to right or, if right is infinite, the function itself.
type kink struct{ x, left, right float64 }

func (k kink) jump() bool { return math.IsInf(k.right, 0) }

// primitives are the functions that Func and the instructions of a Body may name.
var primitives = map[string]primitive{
	"relu": {
		eval:  func(x float64) float64 { return max(x, 0) },
		slope: step, exact: true, kinks: []kink{{0, 0, 1}}},
	"abs": {
		eval: math.Abs, extrema: zero,
		slope: sign, exact: true, kinks: []kink{{0, -1, 1}}},
	"sign": {eval: sign, slope: flat, exact: true, kinks: jumpAtZero},
	"step": {eval: step, slope: flat, exact: true, kinks: jumpAtZero},
	"sigmoid": {
		eval:  sigmoid,
		slope: func(x float64) float64 { return sigmoid(x) * sigmoid(-x) }, inflections: zero},
	"tanh": {
		eval:  math.Tanh,
		slope: func(x float64) float64 { c := 1 / math.Cosh(x); return c * c }, inflections: zero},
	"erf": {
		eval:  math.Erf,
		slope: func(x float64) float64 { return 2 / math.Sqrt(math.Pi) * math.Exp(-x*x) }, inflections: zero},
	"softplus": {
		eval:  func(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) },
		slope: sigmoid},
	"softsign": {
		eval:  func(x float64) float64 { return x / (1 + math.Abs(x)) },
		slope: func(x float64) float64 { return 1 / ((1 + math.Abs(x)) * (1 + math.Abs(x))) }, inflections: zero},
	"exp": {eval: math.Exp, slope: math.Exp},
	"log": {
		eval:  math.Log,
		slope: func(x float64) float64 { return 1 / x }, positive: true},
	"sqrt": {
		eval:  math.Sqrt,
		slope: func(x float64) float64 { return 0.5 / math.Sqrt(x) }, positive: true, atZero: true},
	"sin": {
		eval: math.Sin, extrema: []float64{math.Pi / 2},
		slope: math.Cos, inflections: zero, period: math.Pi},
	"cos": {
		eval: math.Cos, extrema: zero,
		slope: func(x float64) float64 { return -math.Sin(x) }, inflections: []float64{math.Pi / 2}, period: math.Pi},
	"sinh": {eval: math.Sinh, slope: math.Cosh, inflections: zero},
	"cosh": {eval: math.Cosh, slope: math.Sinh, extrema: zero},
	"asinh": {
		eval:  math.Asinh,
		slope: func(x float64) float64 { return 1 / math.Hypot(1, x) }, inflections: zero},
	"atan": {
		eval:  math.Atan,
		slope: func(x float64) float64 { return 1 / (1 + x*x) }, inflections: zero},
}

var (
	zero       = []float64{0}
	jumpAtZero = []kink{{0, 0, math.Inf(1)}}
)

func flat(float64) float64      { return 0 }
func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func step(x float64) float64 {
	if x > 0 {
		return 1
	}
	return 0
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// defined says whether the function is defined on all of s; where names its domain.
func (p *primitive) defined(s span.Span) bool {
	return !p.positive || s.Lo > 0 || p.atZero && s.Lo == 0
}

func (p *primitive) where() string {
	if p.atZero {
		return "numbers that are not negative"
	}
	return "positive numbers"
}

// on encloses the function of an argument that is enclosed by a jet.
func (p *primitive) on(arg jet) jet {
	s := arg.value
	values := []float64{p.eval(s.Lo), p.eval(s.Hi)}
	for _, x := range p.within(p.extrema, s) {
		values = append(values, p.eval(x))
	}
	slopes := []float64{p.slope(s.Lo), p.slope(s.Hi)}
	for _, x := range p.within(p.inflections, s) {
		slopes = append(slopes, p.slope(x))
	}
	for _, k := range p.kinks {
		if s.Has(k.x) {
			slopes = append(slopes, k.left, k.right)
		}
	}
	value, slope := span.Hull(values...), span.Hull(slopes...)
	if p.exact {
		return jet{value, slope.Mul(arg.slope)}
	}
	return jet{value.OfFunctions(), slope.OfFunctions().Mul(arg.slope)}
}

// within lists the points inside s. Of points that repeat periodically, two have all values that there are.
func (p *primitive) within(points []float64, s span.Span) []float64 {
	if p.period == 0 || len(points) == 0 || !s.Finite() {
		return points[:count(points, s)]
	}
	first := points[0] + p.period*math.Ceil((s.Lo-points[0])/p.period)
	var in []float64
	for k := -1; k <= 2; k++ { // one more on each side, for rounding: additional points do no harm
		if x := first + float64(k)*p.period; s.OfFunctions().Has(x) {
			in = append(in, x)
		}
	}
	return in
}

// count is 1 if the only point is inside s. Functions without a period have at most one.
func count(points []float64, s span.Span) int {
	if len(points) == 1 && s.Has(points[0]) {
		return 1
	}
	return 0
}
