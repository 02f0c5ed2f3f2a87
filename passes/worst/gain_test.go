package worst

import (
	"math"
	"testing"

	"hecc/passes/tails"
)

// TestRareSamples: the heavier the tails, the more there is beyond the largest of the samples.
func TestRareSamples(t *testing.T) {
	samples := make([]float64, 1000)
	for i := range samples { // quantiles of an exponential distribution
		samples[i] = -math.Log((float64(i) + 0.5) / 1000)
	}
	before := 1.0
	for _, power := range []float64{0.5, 1, 4, 16} {
		raised := make([]float64, len(samples))
		for i, x := range samples {
			raised[i] = math.Pow(x, power)
		}
		least := math.Pow(math.Log(1/tails.IntervalExceedance)/samples[0], power)             // what the distribution says
		if got := tailRatio(raised); got < max(before, least) || got > math.Pow(least, 2.5) { // the tail is estimated from 32 values, and on the safe side
			t.Errorf("power %v: %v, in truth %v", power, got, least)
		}
		before = tailRatio(raised)
	}
}
