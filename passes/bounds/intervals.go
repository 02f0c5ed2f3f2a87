package bounds

import (
	"slices"

	"hecc/ir/span"
	"hecc/ir/tensor"
)

// Interval is a range of values for each element.
type Interval struct{ Lo, Hi []float64 }

func NewInterval(n int) Interval { return Interval{make([]float64, n), make([]float64, n)} }

func (v Interval) at(i int) span.Span { return span.Span{Lo: v.Lo[i], Hi: v.Hi[i]} }

func (v Interval) Set(i int, s span.Span) { v.Lo[i], v.Hi[i] = s.Lo, s.Hi }

// AffineInterval bounds an affine operation on boxes.
func AffineInterval(op tensor.Affine, in []Interval) Interval {
	out := NewInterval(op.Maps[0].Rows)
	for i := range out.Lo {
		var sum span.Sum
		for k, m := range op.Maps {
			sum.Add(1, span.Point(m.Bias[i]))
			col, val := m.Row(i)
			for l, c := range col {
				sum.Add(val[l], in[k].at(c))
			}
		}
		out.Set(i, sum.Total())
	}
	return out
}

// mulInterval bounds a product; a square is not negative.
func mulInterval(a, b Interval, square bool) Interval {
	out := NewInterval(len(a.Lo))
	for i := range a.Lo {
		if square {
			out.Set(i, a.at(i).Square())
		} else {
			out.Set(i, a.at(i).Mul(b.at(i)))
		}
	}
	return out
}

// Meet is the intersection of two ranges of the same values.
func (v Interval) Meet(w Interval) Interval {
	out := Interval{slices.Clone(v.Lo), slices.Clone(v.Hi)}
	for i := range out.Lo {
		out.Lo[i], out.Hi[i] = max(v.Lo[i], w.Lo[i]), min(v.Hi[i], w.Hi[i])
	}
	return out
}
