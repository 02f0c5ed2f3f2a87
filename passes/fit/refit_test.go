package fit

import (
	"testing"

	"hecc/internal/graphtest"
)

// TestRefit: on held-out samples of random networks it helps relu, and what is
// taken is never worse than the same polynomials without it.
func TestRefit(t *testing.T) {
	for _, fn := range []string{"relu", "tanh", "sigmoid"} {
		for seed := range uint64(3) {
			g := graphtest.Teacher(seed, fn, 12, 16, 8, 4)
			f := fitterOf(t, g, graphtest.Samples(g, 1024), Targets{Error: 1e-9})
			f.sensitivity = nil // so that both fit the same
			for _, d := range []int{1, 2, 3} {
				c := settings{approximations: singlePolynomials(d, d), refit: false, margin: intervalMargins[0]}
				plain, err := f.try(t.Context(), c)
				if err != nil {
					t.Fatal(err)
				}
				best, err := f.best(t.Context(), c.approximations, f.refitModes())
				if err != nil {
					t.Fatal(err)
				}
				if best.fit.Error > plain.fit.Error {
					t.Errorf("%s degree %d: error %v, without compensation %v", fn, d, best.fit.Error, plain.fit.Error)
				}
				c.refit = true
				refitted, err := f.try(t.Context(), c)
				if err != nil {
					t.Fatal(err)
				}
				if refitted.fit.RMS > 1.01*plain.fit.RMS {
					t.Errorf("%s degree %d: RMS %v with compensation, %v without", fn, d, refitted.fit.RMS, plain.fit.RMS)
				}
				if fn == "relu" && d == 2 && refitted.fit.RMS > 0.97*plain.fit.RMS {
					t.Errorf("%s degree %d: compensation takes RMS from %v to %v only", fn, d, plain.fit.RMS, refitted.fit.RMS)
				}
			}
		}
	}
}
