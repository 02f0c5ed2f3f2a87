package tensor

import (
	"fmt"
	"math"
	"slices"
)

// kinks lists the points where the function of an element is not smooth, in order. A jump adds the
// neighbouring numbers, so that both sides are seen. Points are exact where the argument of the instruction
// with the kink is piecewise linear. Other bodies are refused: near an unknown kink a polynomial has its
// largest error.
func (b *Body) kinks(element int) ([]float64, error) {
	w := kinkFinder{body: b, element: element, piecewiseLinear: make([]bool, len(b.Code)+1)}
	w.piecewiseLinear[0] = true
	for k := range b.Code {
		if err := w.visit(k); err != nil {
			return nil, err
		}
		if len(w.found) > maxKinks {
			return nil, fmt.Errorf("the function has more than %d kinks", maxKinks)
		}
	}
	slices.Sort(w.found)
	return slices.Compact(w.found), nil
}

// maxKinks bounds the kinks of a body, since each instruction may double them.
const maxKinks = 128

type kinkFinder struct {
	body            *Body
	element         int
	piecewiseLinear []bool // by value: linear between the kinks found so far
	found           []float64
}

func (w *kinkFinder) visit(k int) error {
	in := &w.body.Code[k]
	linear := true
	for _, a := range in.Args {
		linear = linear && w.piecewiseLinear[a]
	}
	switch in.Op {
	case "const", "add", "sub":
	case "mul":
		linear = linear && (w.constant(in.Args[0]) || w.constant(in.Args[1]))
	case "div":
		linear = linear && w.constant(in.Args[1])
	case "pow":
		linear = false
	case "min", "max":
		if !linear {
			return fmt.Errorf("where two curves cross is not known")
		}
		w.solve(func(x float64) float64 { return w.value(in.Args[0], x) - w.value(in.Args[1], x) }, 0, false)
	default:
		p := primitives[in.Op]
		if !linear && len(p.kinks) > 0 {
			return fmt.Errorf("its argument must be made of straight lines")
		}
		for _, kink := range p.kinks {
			w.solve(func(x float64) float64 { return w.value(in.Args[0], x) }, kink.x, kink.jump())
		}
		linear = linear && (in.Op == "relu" || in.Op == "abs")
	}
	w.piecewiseLinear[k+1] = linear
	return nil
}

func (w *kinkFinder) constant(value int) bool {
	return value > 0 && w.body.Code[value-1].Op == "const"
}

// value computes one of the body's values at x.
func (w *kinkFinder) value(k int, x float64) float64 {
	if k == 0 {
		return x
	}
	part := Body{Code: w.body.Code[:k]}
	return part.at(w.element, x)
}

// solve adds the points where f, which is linear between the points found so far, has the value y.
func (w *kinkFinder) solve(f func(float64) float64, y float64, jump bool) {
	ends := slices.Sorted(slices.Values(w.found))
	for i := 0; i <= len(ends); i++ {
		a, b := -1.0, 1.0
		lo, hi := math.Inf(-1), math.Inf(1)
		if i > 0 {
			lo = ends[i-1]
			a, b = lo, lo+1
		}
		if i < len(ends) {
			hi = ends[i]
			if a, b = hi-1, hi; i > 0 {
				a = lo
			}
		}
		slope := (f(b) - f(a)) / (b - a)
		x := a + (y-f(a))/slope
		if math.IsNaN(x) || math.IsInf(x, 0) || x < lo || x > hi {
			continue
		}
		w.found = append(w.found, x)
		if jump {
			w.found = append(w.found, math.Nextafter(x, lo), math.Nextafter(x, hi))
		}
	}
}
