package main

import "testing"

func TestAUC(t *testing.T) {
	yes, no := true, false
	for _, c := range []struct {
		scores []float64
		flags  []bool
		want   float64
	}{
		{[]float64{1, 2, 3, 4}, []bool{no, no, yes, yes}, 1},
		{[]float64{4, 3, 2, 1}, []bool{no, no, yes, yes}, 0},
		{[]float64{1, 1, 1, 1}, []bool{no, no, yes, yes}, 0.5},
		{[]float64{1, 3, 2, 3}, []bool{no, no, yes, yes}, 0.625},
	} {
		if got := auc(c.scores, c.flags); got == nil || *got != c.want {
			t.Errorf("scores %v of %v: %v, want %v", c.scores, c.flags, got, c.want)
		}
	}
	if auc([]float64{1, 2}, []bool{yes, yes}) != nil {
		t.Error("samples of one kind have an area")
	}
}
