package fit

import (
	"math"
	"testing"

	"hecc/ir/plan"
	"hecc/passes/tails"
)

// TestSamplesFor: as many samples as are asked for would do.
func TestSamplesFor(t *testing.T) {
	for _, goal := range []float64{0.9, 0.98, 0.995} {
		n := SamplesFor(1, goal)
		if n == 0 || tails.PredictedAgreement(n/HoldOut, n/HoldOut) < goal || n > 200 && tails.PredictedAgreement(n/2/HoldOut, n/2/HoldOut) >= goal {
			t.Errorf("%d samples for %v", n, goal)
		}
	}
	if n := SamplesFor(0.97, 0.98); n != 0 {
		t.Errorf("%d samples would make 0.97 exceed 0.98", n)
	}
	if x := plan.Exceeding(125); math.Abs(math.Pow(1-x, 125)-0.01) > 1e-9 {
		t.Errorf("125 samples: %v", x)
	}
}
