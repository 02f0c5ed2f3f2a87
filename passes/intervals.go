package passes

import (
	"slices"

	"hecc/ir/span"
	"hecc/ir/tensor"
)

// interval is a range of values for each element.
type interval struct{ lo, hi []float64 }

func newInterval(n int) interval { return interval{make([]float64, n), make([]float64, n)} }

func (v interval) at(i int) span.Span { return span.Span{Lo: v.lo[i], Hi: v.hi[i]} }

func (v interval) set(i int, s span.Span) { v.lo[i], v.hi[i] = s.Lo, s.Hi }

// affineInterval bounds an affine map on boxes.
func affineInterval(op tensor.Affine, in []interval) interval {
	out := newInterval(op.Maps[0].Rows)
	for i := range out.lo {
		var sum span.Sum
		for k, m := range op.Maps {
			sum.Add(1, span.Point(m.Bias[i]))
			col, val := m.Row(i)
			for l, c := range col {
				sum.Add(val[l], in[k].at(c))
			}
		}
		out.set(i, sum.Total())
	}
	return out
}

// mulInterval bounds a product; a square is not negative.
func mulInterval(a, b interval, square bool) interval {
	out := newInterval(len(a.lo))
	for i := range a.lo {
		if square {
			out.set(i, a.at(i).Square())
		} else {
			out.set(i, a.at(i).Mul(b.at(i)))
		}
	}
	return out
}

// meet is where two ranges of the same values agree.
func (v interval) meet(w interval) interval {
	out := interval{slices.Clone(v.lo), slices.Clone(v.hi)}
	for i := range out.lo {
		out.lo[i], out.hi[i] = max(v.lo[i], w.lo[i]), min(v.hi[i], w.hi[i])
	}
	return out
}
