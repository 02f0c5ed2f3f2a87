package passes

import (
	"math"
	"slices"

	"hecc/ir/tensor"
)

// Interval arithmetic.

// interval is a range of values for each element.
type interval struct{ lo, hi []float64 }

// affineInterval bounds an affine map on boxes.
func affineInterval(op tensor.Affine, in []interval) interval {
	out := interval{make([]float64, op.Maps[0].Rows), make([]float64, op.Maps[0].Rows)}
	for k, m := range op.Maps {
		for i := range m.Rows {
			col, val := m.Row(i)
			lo, hi := m.Bias[i], m.Bias[i]
			for l, c := range col {
				a, b := val[l]*in[k].lo[c], val[l]*in[k].hi[c]
				lo, hi = lo+min(a, b), hi+max(a, b)
			}
			out.lo[i], out.hi[i] = out.lo[i]+lo, out.hi[i]+hi
		}
	}
	return out
}

// mulInterval bounds a product; a square is not negative.
func mulInterval(a, b interval, square bool) interval {
	out := interval{make([]float64, len(a.lo)), make([]float64, len(a.lo))}
	for i := range a.lo {
		p := []float64{a.lo[i] * b.lo[i], a.lo[i] * b.hi[i], a.hi[i] * b.lo[i], a.hi[i] * b.hi[i]}
		out.lo[i], out.hi[i] = slices.Min(p), slices.Max(p)
		if square {
			out.hi[i] = max(a.lo[i]*a.lo[i], a.hi[i]*a.hi[i])
			out.lo[i] = 0
			if a.lo[i] > 0 || a.hi[i] < 0 {
				out.lo[i] = min(a.lo[i]*a.lo[i], a.hi[i]*a.hi[i])
			}
		}
	}
	return out
}

// meet is where two ranges of the same values agree.
func (v interval) meet(w interval) interval {
	out := interval{slices.Clone(v.lo), slices.Clone(v.hi)}
	for i := range out.lo {
		out.lo[i], out.hi[i] = max(v.lo[i], w.lo[i]), min(v.hi[i], w.hi[i])
		if out.lo[i] > out.hi[i] { // by rounding: both are single points
			out.lo[i], out.hi[i] = out.hi[i], out.lo[i]
		}
	}
	return out
}

// polyInterval bounds a polynomial on its own interval: its values on a grid, and between
// grid points at most half a step times the slope bound Σ k|c_k| in the angle.
func polyInterval(c []float64) (lo, hi float64) {
	grid := 16 * len(c)
	lo, hi = math.Inf(1), math.Inf(-1)
	for i := 0; i <= grid; i++ {
		y := tensor.Clenshaw(c, -math.Cos(math.Pi*float64(i)/float64(grid)))
		lo, hi = min(lo, y), max(hi, y)
	}
	slack := 0.0
	for k, a := range c {
		slack += float64(k) * math.Abs(a) * math.Pi / float64(2*grid)
	}
	return lo - slack, hi + slack
}
