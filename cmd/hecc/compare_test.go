package main

import (
	"math"
	"slices"
	"testing"

	"hecc/runtime/codec"
)

// TestLostSamples: what comes back as no number is counted, and spoils neither the errors of the others nor
// the report.
func TestLostSamples(t *testing.T) {
	var inside, outside errorStats
	for s, y := range []float64{1, math.NaN(), 3, math.Inf(-1)} {
		of := &inside
		if s == 3 {
			of = &outside
		}
		of.add(s, &codec.Result{Judged: []float64{y}, Primary: codec.Numbers{y}}, []float64{1.5}, []float64{2})
	}
	var m measurement
	m.setErrors(inside, outside, true)
	if *m.MaxAbsError != 1.5 || *m.MeanAbsError != 1 || *m.MaxErrorExpect != 1 || m.MaxErrorOutside != nil || m.Outside != 1 || !slices.Equal(m.Lost, []int{1, 3}) {
		t.Errorf("%+v", m)
	}
}
