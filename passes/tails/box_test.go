package tails

import (
	"math"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/plan"
)

func TestInputBox(t *testing.T) {
	declared := plan.Box{Lo: []float64{-1}, Hi: []float64{2}}
	few := 1 / math.Sqrt2 // of the width, for two samples
	if got := Box(nil, &declared); got.Lo[0] != -1 || got.Hi[0] != 2 {
		t.Errorf("declared: %v", got)
	}
	for name, c := range map[string]struct {
		samples [][]float64
		lo, hi  []float64
	}{
		"pixels, one always dark": {[][]float64{{0, 1, 0, 0}, {1, 0, 1, 0}}, []float64{-0.1, -0.1, -0.1, -0.1}, []float64{1.1, 1.1, 1.1, 1.1}},
		"features of their own": {[][]float64{{0, 1000, 5, 5, 0}, {1, 1010, 6, 5, 0.5}},
			[]float64{-few, 1000 - 10*few, 5 - few, 4.85, -0.5 * few}, []float64{1 + few, 1010 + 10*few, 6 + few, 5.15, 0.5 + 0.5*few}},
	} {
		got := Box(c.samples, nil)
		if graphtest.Gap(got.Lo, c.lo) > 1e-12 || graphtest.Gap(got.Hi, c.hi) > 1e-12 {
			t.Errorf("%s: %v", name, got)
		}
	}
}
