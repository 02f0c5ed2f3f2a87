package main

import (
	"math"
	"strings"
	"testing"

	"hecc/runtime/codec"
)

func TestDecimals(t *testing.T) {
	for predicted, want := range map[float64]int{0: 15, 1e-3: 3, 0.016: 2, 0.5: 1, 1: 0, 1.2: 0, 30: 0, 1e-30: 15} {
		if got := decimals(predicted); got != want {
			t.Errorf("error %v leaves %d places, expected %d", predicted, got, want)
		}
	}
}

// TestResults: what has no number in JSON loses no other, and what comes in steps has no decimals of an
// error.
func TestResults(t *testing.T) {
	r := &codec.Result{Primary: []float64{math.Inf(-1), 0.5}, Outputs: []codec.Output{
		{Name: "label", Values: []float64{7}, Steps: true},
		{Name: "half", Values: []float64{0.5}, Steps: true},
		{Name: "log", Values: []float64{math.Inf(-1), math.NaN(), 0.5}},
		{Name: "scores", Values: []float64{1, 0}, Keys: []string{"a", "b"}},
		{Name: "zeros", Values: []float64{math.Copysign(0, -1), -0.004, -0.006}},
	}}
	if got, want := resultText(r, 2), "  label: 7\n  half: 0.5\n  log: -Inf NaN 0.50\n  scores: a:1.00 b:0.00\n  zeros: 0.00 0.00 -0.01\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	var b strings.Builder
	if err := printJSON(&b, r); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(strings.Fields(b.String()), "")
	for _, want := range []string{`"primary":[null,0.5]`, `"values":[null,null,0.5]`, `"values":[7]`, `"values":[0,-0.004,-0.006]`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}
