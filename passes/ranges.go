package passes

import (
	"math"
	"slices"

	"hecc/ir/plan"
	"hecc/ir/tensor"
)

// inputBox says which inputs a plan is made for.
//
// Without calibration it is the range that the user declares. With calibration, elements
// that all share one range (pixels, say) get that range widened by a tenth: an element
// that happens to be constant in the samples may take any value that its peers take.
// Elements of different kinds get their own range, widened by its width.
func inputBox(samples [][]float64, declared *plan.Box) plan.Box {
	if len(samples) == 0 {
		return *declared
	}
	n := len(samples[0])
	box := plan.Box{Lo: slices.Clone(samples[0]), Hi: slices.Clone(samples[0])}
	for _, x := range samples {
		for i, v := range x {
			box.Lo[i], box.Hi[i] = min(box.Lo[i], v), max(box.Hi[i], v)
		}
	}
	lo, hi := slices.Min(box.Lo), slices.Max(box.Hi)
	if sharesRange(box, lo, hi) {
		for i := range n {
			box.Lo[i], box.Hi[i] = lo-(hi-lo)/10, hi+(hi-lo)/10
		}
		return box
	}
	widths := make([]float64, n)
	for i := range widths {
		widths[i] = box.Hi[i] - box.Lo[i]
	}
	floor := median(widths) / 10
	for i, w := range widths {
		w = max(w, floor)
		box.Lo[i], box.Hi[i] = box.Lo[i]-w, box.Hi[i]+w
	}
	return box
}

// sharesRange says whether a quarter of the elements reach nearly the whole common range.
func sharesRange(box plan.Box, lo, hi float64) bool {
	near := (hi - lo) / 20
	count := 0
	for i := range box.Lo {
		if box.Lo[i] <= lo+near && box.Hi[i] >= hi-near {
			count++
		}
	}
	return 4*count >= len(box.Lo)
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

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
