package tails

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestDistinctSamples: copies go, however they were made, and nothing else does.
func TestDistinctSamples(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, elements := range []int{1, 2, 20} {
		own := make([][]float64, 500)
		for s := range own {
			own[s] = make([]float64, elements)
			for i := range own[s] {
				own[s][i] = rng.NormFloat64()
			}
		}
		if n := len(distinct(t, own)); n < 450 || elements > 1 && n < 500 {
			t.Errorf("%d of 500 samples of %d elements are left", n, elements)
		}
		copies := slices.Clone(own)
		for s := range 2000 {
			x := slices.Clone(own[s%len(own)])
			for i := range x {
				x[i] *= 1 + 1e-7*rng.Float64()
			}
			copies = append(copies, x)
		}
		if n := len(distinct(t, copies)); n > 500 {
			t.Errorf("%d of 500 samples of %d elements and their copies are left", n, elements)
		}
	}
}

// TestDistinctCategories: samples that differ in one category alone are not copies, and of all others one
// each is left, in order.
func TestDistinctCategories(t *testing.T) {
	var samples [][]float64
	for s := range 300 {
		x := make([]float64, 12)
		x[s%12] = 1
		samples = append(samples, x)
	}
	got := distinct(t, samples)
	if len(got) != 12 {
		t.Fatalf("%d of 12 categories", len(got))
	}
	for s, x := range got {
		if x[s] != 1 {
			t.Errorf("sample %d is %v", s, x)
		}
	}
}

func distinct(t *testing.T, samples [][]float64) [][]float64 {
	t.Helper()
	out, err := Distinct(t.Context(), samples)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
