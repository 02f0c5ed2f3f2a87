// Package span has interval arithmetic that rounds outwards: a result encloses every value that exact
// arithmetic could give (Moore, Kearfott, Cloud, Introduction to Interval Analysis, chapters 2 and 3). Bounds
// on ranges, slopes and errors are computed with it.
package span

import "math"

// Span is an interval. Ends may be infinite.
type Span struct{ Lo, Hi float64 }

// Point is the span of one number.
func Point(x float64) Span { return Span{x, x} }

// Hull is the least span that contains the values; if one of them is NaN, it is Whole.
func Hull(values ...float64) Span {
	s := Span{math.Inf(1), math.Inf(-1)}
	for _, v := range values {
		if math.IsNaN(v) {
			return Whole()
		}
		s.Lo, s.Hi = min(s.Lo, v), max(s.Hi, v)
	}
	return s
}

// Whole contains all numbers.
func Whole() Span { return Span{math.Inf(-1), math.Inf(1)} }

// Around is [x - r, x + r].
func Around(x, r float64) Span {
	if r == 0 {
		return Point(x)
	}
	return Span{Down(x - r), Up(x + r)}
}

// Down is the next smaller number. An operation that rounds to nearest has an error of less than the distance
// to it.
func Down(x float64) float64 { return math.Nextafter(x, math.Inf(-1)) }

// Up is the next larger number.
func Up(x float64) float64 { return math.Nextafter(x, math.Inf(1)) }

func (s Span) outwards() Span { return Span{Down(s.Lo), Up(s.Hi)} }

// OfFunctions extends a span of computed values by more than the error of functions of package math, and of a
// few of them one after the other. It keeps the sign of the exact values.
func (s Span) OfFunctions() Span {
	const ulps, tiny = 0x1p-50, 0x1p-1022
	out := s
	if !math.IsInf(s.Lo, 0) {
		out.Lo -= math.Abs(s.Lo)*ulps + tiny
	}
	if !math.IsInf(s.Hi, 0) {
		out.Hi += math.Abs(s.Hi)*ulps + tiny
	}
	if s.Lo >= 0 {
		out.Lo = max(out.Lo, 0)
	}
	if s.Hi < 0 {
		out.Hi = min(out.Hi, 0)
	}
	return out
}

// Has says whether x lies inside.
func (s Span) Has(x float64) bool { return s.Lo <= x && x <= s.Hi }

// Size is the largest absolute value.
func (s Span) Size() float64 { return max(math.Abs(s.Lo), math.Abs(s.Hi)) }

// Finite says whether both ends are finite.
func (s Span) Finite() bool { return !math.IsInf(s.Size(), 0) && !math.IsNaN(s.Size()) }

// Finite says whether a number is neither infinite nor NaN.
func Finite(x float64) bool { return !math.IsInf(x, 0) && !math.IsNaN(x) }

// Middle is the center; no value is further from it than Radius.
func (s Span) Middle() float64 { return s.Lo/2 + s.Hi/2 }

// Radius is the largest distance from the middle.
func (s Span) Radius() float64 {
	if s.Lo == s.Hi {
		return 0
	}
	return Up(max(s.Hi-s.Middle(), s.Middle()-s.Lo))
}

// Join is the hull of both spans.
func (s Span) Join(o Span) Span { return Hull(s.Lo, s.Hi, o.Lo, o.Hi) }

// Meet is the intersection of two spans that enclose the same values.
func (s Span) Meet(o Span) Span { return Span{max(s.Lo, o.Lo), min(s.Hi, o.Hi)} }

// Neg is -s.
func (s Span) Neg() Span { return Span{-s.Hi, -s.Lo} }

// Add is s + o. Ends that are 0 are exact.
func (s Span) Add(o Span) Span {
	out := Hull(s.Lo+o.Lo, s.Hi+o.Hi)
	if out.Lo != 0 {
		out.Lo = Down(out.Lo)
	}
	if out.Hi != 0 {
		out.Hi = Up(out.Hi)
	}
	return out
}

// Sub is s - o.
func (s Span) Sub(o Span) Span { return s.Add(o.Neg()) }

// Mul is s·o. Rounding never changes the sign of an end.
func (s Span) Mul(o Span) Span {
	if s == (Span{}) || o == (Span{}) {
		return Span{}
	}
	rounded := Hull(product(s.Lo, o.Lo), product(s.Lo, o.Hi), product(s.Hi, o.Lo), product(s.Hi, o.Hi))
	out := rounded.outwards()
	if rounded.Lo >= 0 && !math.Signbit(rounded.Lo) {
		out.Lo = max(out.Lo, 0)
	}
	if rounded.Hi <= 0 && (rounded.Hi < 0 || math.Signbit(rounded.Hi)) {
		out.Hi = min(out.Hi, 0)
	}
	return out
}

// product is a·b with 0·∞ = 0: an infinite end is a limit that no value reaches.
func product(a, b float64) float64 {
	if a == 0 || b == 0 {
		return 0
	}
	return a * b
}

// Square is s², which is not negative.
func (s Span) Square() Span {
	out := Hull(s.Lo*s.Lo, s.Hi*s.Hi).outwards()
	if out.Lo = max(out.Lo, 0); s.Has(0) {
		out.Lo = 0
	}
	return out
}

// Inverse is 1/s for a span without zero.
func (s Span) Inverse() Span { return Hull(1/s.Lo, 1/s.Hi).outwards() }

// Roundoff bounds the rounding error of a sum of n terms, each a product of up to three numbers, in any
// order; size is the computed sum of their absolute values. The error is at most γ_n·size (Higham, Accuracy
// and Stability of Numerical Algorithms, chapter 3), and the bound is much larger for n below a billion.
func Roundoff(n int, size float64) float64 {
	if size == 0 {
		return 0
	}
	return float64(n+4)*0x1p-51*size + 0x1p-1022
}

// Sum adds up products of numbers and spans.
type Sum struct {
	lo, hi, size float64
	terms        int
}

// Add adds w·x.
func (s *Sum) Add(w float64, x Span) {
	a, b := product(w, x.Lo), product(w, x.Hi)
	s.lo, s.hi = s.lo+min(a, b), s.hi+max(a, b)
	s.size += max(math.Abs(a), math.Abs(b))
	if w != 0 && x != (Span{}) {
		s.size += 0x1p-1022 // of products that are too small for float64
	}
	s.terms++
}

// Total encloses the sum.
func (s *Sum) Total() Span {
	off := Roundoff(s.terms, s.size)
	if math.IsNaN(s.lo + s.hi + off) {
		return Whole()
	}
	return Span{s.lo - off, s.hi + off}
}
