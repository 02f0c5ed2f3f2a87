package bounds

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
)

// TestTrimmedZonotopes: boxing small coefficients may only widen.
func TestTrimmedZonotopes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := graphtest.Rand(t)
		b := tensor.NewMapBuilder(60)
		for range 5 {
			for j := range 60 {
				b.Add(j, rng.NormFloat64())
			}
			b.EndRow(rng.NormFloat64())
		}
		z := Zonotope{b.Map(), make([]float64, 5)}
		keep := rapid.IntRange(minSymbols, 70).Draw(t, "symbols")
		small := z.reduced(composeBudget / keep)
		for i, n := range rowLengths(small.m) {
			if n > keep+1 || n < min(keep, 60) {
				t.Fatalf("%d symbols are left of %d", n, keep)
			}
			if math.Abs(small.radius(i)-z.radius(i)) > 1e-9 {
				t.Fatalf("radius %v, before %v", small.radius(i), z.radius(i))
			}
		}
	})
}
