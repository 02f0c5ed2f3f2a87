package tails

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestPredictedError: of unseen errors of the same kind hardly one in a thousand exceeds the
// prediction, whatever their tail, and the prediction is of use.
func TestPredictedError(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	normal := func() float64 { return math.Abs(rng.NormFloat64()) }
	for name, draw := range map[string]func() float64{
		"uniform":            rng.Float64,
		"normal":             normal,
		"largest of ten":     func() float64 { return max(normal(), normal(), normal(), normal(), normal()) },
		"exponential":        rng.ExpFloat64,
		"square of a normal": func() float64 { return math.Pow(normal(), 2) },
		"cube of a normal":   func() float64 { return math.Pow(normal(), 3) },
		"log-normal":         func() float64 { return math.Exp(rng.NormFloat64() / 2) },
		"mostly none":        func() float64 { return max(0, rng.NormFloat64()-1) },
	} {
		for _, n := range []int{64, 256, 1024} {
			const trials, unseen = 20, 5000
			exceeded, loose := 0, 0.0
			for range trials {
				held := make([]float64, n)
				for i := range held {
					held[i] = draw()
				}
				bound, worst := PredictedError(held, 0), 0.0
				for range unseen {
					x := draw()
					worst = max(worst, x)
					if x > bound {
						exceeded++
					}
				}
				loose = max(loose, bound/worst)
			}
			if share := float64(exceeded) / (trials * unseen); share > 1e-3 {
				t.Errorf("%s: %.2g of unseen errors exceed what %d held-out ones predict", name, share, n)
			}
			if loose > 20 {
				t.Errorf("%s: the prediction is %.3g times the largest of %d unseen errors", name, loose, unseen)
			}
		}
	}
}
