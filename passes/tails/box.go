package tails

import (
	"slices"

	"hecc/ir/plan"
)

// Box is where the inputs of a plan must lie.
//
// Without calibration it is the range that the user declares. With calibration, elements that all share one
// range (pixels, say) get that range with a margin of a tenth: an element that is constant in the samples may
// take any value that the others take. Elements of different kinds each get their own range, up to where few
// unseen samples go.
func Box(samples [][]float64, declared *plan.Box) plan.Box {
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
	cols := make([][]float64, n)
	for _, x := range samples {
		for i, v := range x {
			cols[i] = append(cols[i], v)
		}
	}
	own := Cover(cols, MinMargin, PerElement(IntervalExceedance, n))
	return plan.Box{Lo: own.Lo, Hi: own.Hi}
}

// sharesRange says whether at least a quarter of the elements reach nearly the whole common range.
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

// Median is the upper median.
func Median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}
