package tensor

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"hecc/ir/text"
)

// Operations that polynomials cannot approximate, so that only the client computes them: comparisons,
// choices, and functions that jump at every integer or are not defined everywhere. True is 1, and false is 0.
type (
	// Compare holds two values against each other, element by element with NumPy's broadcasting. Fn is
	// equal, less or lessequal; a NaN compares as false.
	Compare struct{ Fn string }
	// Where takes elements of its second operand where the first is not 0, of the third elsewhere.
	Where struct{}
	// ClientFunc applies a function of the table clientFuncs to each element.
	ClientFunc struct{ Fn string }
)

var comparisons = map[string]func(a, b float64) bool{
	"equal":     func(a, b float64) bool { return a == b },
	"less":      func(a, b float64) bool { return a < b },
	"lessequal": func(a, b float64) bool { return a <= b },
}

// clientFunc is a function that no polynomial is fitted to.
type clientFunc struct {
	eval     func(x float64) float64
	discrete bool // its values are integers
}

var clientFuncs = map[string]clientFunc{
	"floor":   {math.Floor, true},
	"ceil":    {math.Ceil, true},
	"round":   {math.RoundToEven, true},
	"trunc":   {math.Trunc, true},
	"float32": {func(x float64) float64 { return float64(float32(x)) }, false},
	"isnan":   {func(x float64) float64 { return truth(math.IsNaN(x)) }, true},
	"tan":     {math.Tan, false},
	"asin":    {math.Asin, false},
	"acos":    {math.Acos, false},
	"acosh":   {math.Acosh, false},
	"atanh":   {math.Atanh, false},
	"coupled": {coupledProbability, false},
}

// coupledProbability is the first of two class probabilities that the pairwise probability q of a support
// vector machine gives, as runtimes compute it: by the second algorithm of Wu, Lin and Weng, "Probability
// estimates for multi-class classification by pairwise coupling" (JMLR 5, 2004), which they stop early. The
// exact result is q itself, which may differ by 0.0025.
func coupledProbability(q float64) float64 {
	const tolerance, steps = 0.0025, 100
	q = min(max(q, 1e-7), 1-1e-7)
	own := [2]float64{(1 - q) * (1 - q), q * q}
	cross := -q * (1 - q)
	p := [2]float64{0.5, 0.5}
	for range steps {
		slope := [2]float64{own[0]*p[0] + cross*p[1], cross*p[0] + own[1]*p[1]}
		value := p[0]*slope[0] + p[1]*slope[1]
		if max(math.Abs(slope[0]-value), math.Abs(slope[1]-value)) < tolerance {
			break
		}
		for t := range p {
			d := (value - slope[t]) / own[t]
			p[t] += d
			value = (value + d*(d*own[t]+2*slope[t])) / ((1 + d) * (1 + d))
			change := [2]float64{cross, cross}
			change[t] = own[t]
			for j := range p {
				slope[j] = (slope[j] + d*change[j]) / (1 + d)
				p[j] /= 1 + d
			}
		}
	}
	return p[0]
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func (Compare) Name() string    { return "compare" }
func (Where) Name() string      { return "where" }
func (ClientFunc) Name() string { return "clientfunc" }

func (op Compare) infer(in [][]int) ([]int, error) {
	if _, ok := comparisons[op.Fn]; !ok {
		return nil, unknownFn(op.Fn, comparisons)
	}
	return broadcast(in)
}

func unknownFn[F any](fn string, table map[string]F) error {
	return fmt.Errorf("no function %q, there are %s", fn, strings.Join(slices.Sorted(maps.Keys(table)), ", "))
}

func (Where) infer(in [][]int) ([]int, error) {
	if err := arity(in, 3); err != nil {
		return nil, err
	}
	out, err := broadcast(in[1:])
	if err != nil {
		return nil, err
	}
	return broadcast([][]int{in[0], out})
}

func (op ClientFunc) infer(in [][]int) ([]int, error) {
	if err := arity(in, 1); err != nil {
		return nil, err
	}
	if _, ok := clientFuncs[op.Fn]; !ok {
		return nil, unknownFn(op.Fn, clientFuncs)
	}
	return in[0], nil
}

func (op Compare) eval(in []operand, out []float64) {
	f := comparisons[op.Fn]
	elementwise(in, out, func(a, b float64) float64 { return truth(f(a, b)) })
}

func (op Where) eval(in []operand, out []float64) {
	shape, _ := op.infer(shapesOf(in))
	condition, yes, no := BroadcastIndex(in[0].shape, shape), BroadcastIndex(in[1].shape, shape), BroadcastIndex(in[2].shape, shape)
	for i := range out {
		if in[0].data[condition[i]] != 0 {
			out[i] = in[1].data[yes[i]]
		} else {
			out[i] = in[2].data[no[i]]
		}
	}
}

func (op ClientFunc) eval(in []operand, out []float64) {
	f := clientFuncs[op.Fn].eval
	for i, x := range in[0].data {
		out[i] = f(x)
	}
}

func (op Compare) attrs() []text.Attr    { return fnAttr(op.Fn) }
func (Where) attrs() []text.Attr         { return nil }
func (op ClientFunc) attrs() []text.Attr { return fnAttr(op.Fn) }

func fnAttr(fn string) []text.Attr { return []text.Attr{{Key: "fn", Value: fn}} }
