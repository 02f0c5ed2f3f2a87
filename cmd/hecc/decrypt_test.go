package main

import "testing"

func TestDecimals(t *testing.T) {
	for predicted, want := range map[float64]int{0: 15, 1e-3: 3, 0.016: 2, 0.5: 1, 1: 0, 1.2: 0, 30: 0, 1e-30: 15} {
		if got := decimals(predicted); got != want {
			t.Errorf("error %v leaves %d places, expected %d", predicted, got, want)
		}
	}
}
