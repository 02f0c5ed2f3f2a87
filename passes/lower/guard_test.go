package lower

import (
	"math"
	"testing"
)

// TestGuardedRoot: noise below 0 is 0, what is further below is not a number.
func TestGuardedRoot(t *testing.T) {
	root := guardedRoot(0.5).Scalar(0).Eval
	for x, want := range map[float64]float64{4: 2, 0.25: 0.5, 0: 0, -0.1: 0, -0.5: 0} {
		if got := root(x); got != want {
			t.Errorf("√%v is %v, want %v", x, got, want)
		}
	}
	if got := root(-0.51); !math.IsNaN(got) {
		t.Errorf("√-0.51 is %v", got)
	}
}
