package tails

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestCoverage: whatever the tails, few unseen samples leave an interval, and intervals are not much wider
// than need be.
func TestCoverage(t *testing.T) {
	const elements, unseen = 16, 20000
	shapes := map[string]func(rng *rand.Rand) float64{
		"uniform":     func(rng *rand.Rand) float64 { return rng.Float64() },
		"gaussian":    func(rng *rand.Rand) float64 { return rng.NormFloat64() },
		"exponential": func(rng *rand.Rand) float64 { return rng.ExpFloat64() },
		"laplace":     func(rng *rand.Rand) float64 { return rng.ExpFloat64() * float64(1-2*rng.IntN(2)) },
		"rectified":   func(rng *rand.Rand) float64 { return max(0, rng.NormFloat64()) + max(0, rng.NormFloat64()) },
		"squares":     func(rng *rand.Rand) float64 { x := rng.NormFloat64(); return x * x },
	}
	for name, draw := range shapes {
		for _, rows := range []int{60, 250, 750, 4000} {
			rng := rand.New(rand.NewPCG(uint64(rows), 1))
			cols := make([][]float64, elements)
			for i := range cols {
				cols[i] = make([]float64, rows)
				for s := range cols[i] {
					cols[i][s] = draw(rng) - 1
				}
			}
			own := Cover(cols, MinMargin, PerElement(IntervalExceedance, elements))
			left, width := 0, 0.0
			for range unseen {
				out := false
				for i := range elements {
					x := draw(rng) - 1
					out = out || x < own.Lo[i] || x > own.Hi[i]
				}
				if out {
					left++
				}
			}
			for i := range elements {
				width = max(width, own.Hi[i]-own.Lo[i])
			}
			t.Logf("%s, %d rows: %.5f left, width %.2f", name, rows, float64(left)/unseen, width)
			if share := float64(left) / unseen; share > 5*IntervalExceedance {
				t.Errorf("%s, %d rows: %v of unseen samples leave", name, rows, share)
			}
			if name == "gaussian" && rows >= 750 && width > 12 {
				t.Errorf("%d rows: %v deviations wide, ten would do", rows, width)
			}
		}
	}
}

// TestLargest: the largest numbers are those at the end when all are sorted, ties and few numbers included.
func TestLargest(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{0, 1, 2, 9, 100, 5000} {
		for _, distinct := range []int{1, 7, 1 << 30} {
			z := make([]float64, n)
			for i := range z {
				z[i] = float64(rng.IntN(distinct)) - 3
			}
			for _, order := range []func([]float64){func([]float64) {}, slices.Sort[[]float64], func(z []float64) { slices.Sort(z); slices.Reverse(z) }} {
				order(z)
				for _, count := range []int{1, 3, 71, n + 1} {
					want := slices.Sorted(slices.Values(z))
					want = want[max(0, n-count):]
					if got := largest(z, count); !slices.Equal(got, want) {
						t.Errorf("the %d largest of %d with %d values: %v, want %v", count, n, distinct, got, want)
					}
				}
			}
		}
	}
}
