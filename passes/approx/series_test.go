package approx_test

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/passes/approx"
)

// exactly evaluates a series without rounding.
func exactly(c []float64, t float64) *big.Float {
	number := func(x float64) *big.Float { return new(big.Float).SetPrec(4000).SetFloat64(x) }
	mul := func(a, b *big.Float) *big.Float { return new(big.Float).SetPrec(4000).Mul(a, b) }
	sum, this, next := number(0), number(1), number(t)
	for _, a := range c {
		sum.Add(sum, mul(number(a), this))
		this, next = next, new(big.Float).SetPrec(4000).Sub(mul(number(2*t), next), this)
	}
	return sum
}

// TestRange: no value lies outside, in exact arithmetic, and the ends are not far from the largest values.
func TestRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := graphtest.Vector(graphtest.Rand(t), rapid.IntRange(1, 24).Draw(t, "terms"), 10)
		r := approx.Range(c)
		least, most := r.Hi, r.Lo
		for k := range 200 {
			x := -1 + float64(k)/99.5
			y := exactly(c, x)
			if y.Cmp(big.NewFloat(r.Lo)) < 0 || y.Cmp(big.NewFloat(r.Hi)) > 0 {
				t.Fatalf("p(%v) = %v is outside %v", x, y, r)
			}
			v, _ := y.Float64()
			least, most = min(least, v), max(most, v)
		}
		if wide := 0.25*(most-least) + 1e-12*r.Size(); r.Lo < least-wide || r.Hi > most+wide {
			t.Fatalf("%v, values between %v and %v", r, least, most)
		}
	})
}
