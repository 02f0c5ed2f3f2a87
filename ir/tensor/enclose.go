package tensor

import (
	"fmt"
	"math"

	"hecc/ir/span"
)

// enclosureParts is the number of parts that an interval is divided into for tight enclosures.
const enclosureParts = 64

// enclose visits enclosures of one element's function on the parts of [lo, hi], in order.
func (b *Body) enclose(element int, lo, hi float64, visit func(jet)) error {
	parts := enclosureParts
	if hi == lo || math.IsInf(hi-lo, 0) {
		parts = 1
	}
	for k := range parts {
		s := span.Span{Lo: lo, Hi: hi}
		if parts > 1 {
			s.Lo = lo + (hi-lo)*float64(k)/float64(parts)
		}
		if k < parts-1 {
			s.Hi = lo + (hi-lo)*float64(k+1)/float64(parts)
		}
		j, err := b.on(element, s)
		if err != nil {
			return err
		}
		visit(j)
	}
	return nil
}

// on encloses values and slopes on s. By the mean value theorem a value differs from that at the middle by at
// most half the width times the largest slope, which is often the tighter bound.
func (b *Body) on(element int, s span.Span) (jet, error) {
	j, err := b.jet(element, s)
	if err != nil || s.Lo == s.Hi || !j.slope.Finite() {
		return j, err
	}
	middle := s.Lo + (s.Hi-s.Lo)/2
	m, err := b.jet(element, span.Point(middle))
	if err != nil {
		return j, err
	}
	j.value = j.value.Meet(m.value.Add(s.Sub(span.Point(middle)).Mul(j.slope)))
	return j, nil
}

// jet is forward differentiation in interval arithmetic.
func (b *Body) jet(element int, s span.Span) (jet, error) {
	var values [maxInstr + 1]jet
	values[0] = jet{s, span.Point(1)}
	for k := range b.Code {
		var err error
		if values[k+1], err = b.step(element, k, values[:k+1]); err != nil {
			return jet{}, err
		}
	}
	return values[len(b.Code)], nil
}

func (b *Body) step(element, k int, values []jet) (jet, error) {
	in := &b.Code[k]
	if in.Op == "const" {
		return jet{value: span.Point(in.number(element))}, nil
	}
	x := values[in.Args[0]]
	if len(in.Args) == 1 {
		p := primitives[in.Op]
		if !p.defined(x.value) {
			return jet{}, fmt.Errorf("%s is defined for %s only", in.Op, p.where())
		}
		return p.on(x), nil
	}
	y := values[in.Args[1]]
	switch in.Op {
	case "add":
		return x.add(y), nil
	case "sub":
		return x.sub(y), nil
	case "mul":
		if in.Args[0] == in.Args[1] {
			return x.square(), nil
		}
		return x.mul(y), nil
	case "min":
		return x.min(y), nil
	case "max":
		return x.max(y), nil
	case "div":
		if y.value.Has(0) {
			return jet{}, fmt.Errorf("the divisor may be zero")
		}
		return x.div(y), nil
	}
	return power(x, y.value.Lo)
}

// power is x^e for a constant e. It is monotone on positive numbers, and so is its slope.
func power(x jet, e float64) (jet, error) {
	p := primitive{
		eval:     func(v float64) float64 { return math.Pow(v, e) },
		slope:    func(v float64) float64 { return powerSlope(v, e) },
		positive: true, atZero: e > 0,
	}
	if !p.defined(x.value) {
		return jet{}, fmt.Errorf("the power %v is defined for %s only", e, p.where())
	}
	return p.on(x), nil
}

func powerSlope(x, e float64) float64 {
	if e == 0 {
		return 0
	}
	return e * math.Pow(x, e-1)
}
