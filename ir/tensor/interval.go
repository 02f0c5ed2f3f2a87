package tensor

import "math"

// span is an interval of numbers. Its arithmetic rounds outwards: a result encloses
// every value that exact arithmetic could give (Moore, Kearfott, Cloud, Introduction
// to Interval Analysis, chapters 2 and 3).
type span struct{ lo, hi float64 }

func point(x float64) span { return span{x, x} }

// hull is the least span around the values. What is not a number may be anything.
func hull(values ...float64) span {
	s := span{math.Inf(1), math.Inf(-1)}
	for _, v := range values {
		if math.IsNaN(v) {
			return span{math.Inf(-1), math.Inf(1)}
		}
		s.lo, s.hi = min(s.lo, v), max(s.hi, v)
	}
	return s
}

// outwards widens a span by more than the rounding of one operation or function of package math.
func (s span) outwards() span {
	const ulps = 1.0 / (1 << 50)
	if !math.IsInf(s.lo, 0) {
		s.lo -= math.Abs(s.lo) * ulps
	}
	if !math.IsInf(s.hi, 0) {
		s.hi += math.Abs(s.hi) * ulps
	}
	return s
}

func (s span) has(x float64) bool { return s.lo <= x && x <= s.hi }

// size is the largest absolute value.
func (s span) size() float64 { return max(math.Abs(s.lo), math.Abs(s.hi)) }

func (s span) finite() bool { return !math.IsInf(s.size(), 0) && !math.IsNaN(s.size()) }

func (s span) join(o span) span { return hull(s.lo, s.hi, o.lo, o.hi) }

// meet is the part that both have; they both enclose the same values.
func (s span) meet(o span) span { return span{max(s.lo, o.lo), min(s.hi, o.hi)} }

func (s span) add(o span) span { return hull(s.lo+o.lo, s.hi+o.hi).outwards() }
func (s span) sub(o span) span { return hull(s.lo-o.hi, s.hi-o.lo).outwards() }

func (s span) mul(o span) span {
	return hull(product(s.lo, o.lo), product(s.lo, o.hi), product(s.hi, o.lo), product(s.hi, o.hi)).outwards()
}

// product takes 0·∞ for 0: an infinite end is a limit that no value reaches.
func product(a, b float64) float64 {
	if a == 0 || b == 0 {
		return 0
	}
	return a * b
}

func (s span) square() span {
	a, b := s.lo*s.lo, s.hi*s.hi
	if s.has(0) {
		return hull(0, a, b).outwards()
	}
	return hull(a, b).outwards()
}

// inverse is 1/s for a span without zero.
func (s span) inverse() span { return hull(1/s.lo, 1/s.hi).outwards() }

// jet is what is known of a function on an interval: where its values and its slopes lie.
type jet struct{ value, slope span }

func (a jet) add(b jet) jet { return jet{a.value.add(b.value), a.slope.add(b.slope)} }
func (a jet) sub(b jet) jet { return jet{a.value.sub(b.value), a.slope.sub(b.slope)} }

func (a jet) mul(b jet) jet {
	return jet{a.value.mul(b.value), a.slope.mul(b.value).add(a.value.mul(b.slope))}
}

func (a jet) square() jet {
	return jet{a.value.square(), a.value.mul(a.slope).mul(point(2))}
}

// div is a/b = a·(1/b), whose slope is (a' - (a/b)·b')/b.
func (a jet) div(b jet) jet {
	inverse := b.value.inverse()
	value := a.value.mul(inverse)
	return jet{value, a.slope.sub(value.mul(b.slope)).mul(inverse)}
}

func (a jet) min(b jet) jet {
	value := span{min(a.value.lo, b.value.lo), min(a.value.hi, b.value.hi)}
	switch {
	case a.value.hi < b.value.lo:
		return jet{value, a.slope}
	case b.value.hi < a.value.lo:
		return jet{value, b.slope}
	}
	return jet{value, a.slope.join(b.slope)}
}

func (a jet) max(b jet) jet {
	value := span{max(a.value.lo, b.value.lo), max(a.value.hi, b.value.hi)}
	switch {
	case a.value.lo > b.value.hi:
		return jet{value, a.slope}
	case b.value.lo > a.value.hi:
		return jet{value, b.slope}
	}
	return jet{value, a.slope.join(b.slope)}
}
