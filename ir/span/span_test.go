package span_test

import (
	"math"
	"math/big"
	"os"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/span"
)

func TestMain(m *testing.M) { os.Exit(graphtest.Main(m, 2000)) }

// number draws a float64 of any size and sign, or zero.
func number(t *rapid.T, name string) float64 {
	x := math.Ldexp(rapid.Float64Range(1, 2).Draw(t, name), rapid.SampledFrom([]int{-1074, -1000, -540, -60, -1, 0, 1, 30, 500, 1000}).Draw(t, name+" exponent"))
	return x * rapid.SampledFrom([]float64{-1, 0, 1, 1, -1}).Draw(t, name+" sign")
}

func draw(t *rapid.T, name string) span.Span {
	a, b := number(t, name), number(t, name+"'")
	if rapid.Bool().Draw(t, "narrow") {
		b = math.Nextafter(a, b)
	}
	return span.Hull(a, b)
}

func exact(x float64) *big.Float { return new(big.Float).SetPrec(5000).SetFloat64(x) }

// encloses compares without rounding.
func encloses(s span.Span, x *big.Float) bool {
	below := math.IsInf(s.Lo, -1) || !math.IsInf(s.Lo, 1) && exact(s.Lo).Cmp(x) <= 0
	above := math.IsInf(s.Hi, 1) || !math.IsInf(s.Hi, -1) && exact(s.Hi).Cmp(x) >= 0
	return below && above
}

// TestOutwards: what exact arithmetic makes of the ends lies in the result, and the result is as narrow as a
// few roundings.
func TestOutwards(t *testing.T) {
	big2 := func(op func(z, x, y *big.Float) *big.Float) func(x, y float64) *big.Float {
		return func(x, y float64) *big.Float { return op(new(big.Float).SetPrec(5000), exact(x), exact(y)) }
	}
	for name, op := range map[string]struct {
		got  func(a, b span.Span) span.Span
		want func(x, y float64) *big.Float
	}{
		"add":    {span.Span.Add, big2((*big.Float).Add)},
		"sub":    {span.Span.Sub, big2((*big.Float).Sub)},
		"mul":    {span.Span.Mul, big2((*big.Float).Mul)},
		"square": {func(a, _ span.Span) span.Span { return a.Square() }, func(x, _ float64) *big.Float { return big2((*big.Float).Mul)(x, x) }},
	} {
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			a, b := draw(t, "a"), draw(t, "b")
			got := op.got(a, b)
			for _, x := range []float64{a.Lo, a.Hi} {
				for _, y := range []float64{b.Lo, b.Hi} {
					if !encloses(got, op.want(x, y)) {
						t.Fatalf("%v of %v and %v is not in %v", name, x, y, got)
					}
				}
			}
			narrow := op.got(span.Point(a.Lo), span.Point(b.Lo))
			if w := narrow.Hi - narrow.Lo; w > narrow.Size()*0x1p-50+0x1p-1000 {
				t.Fatalf("%v of %v and %v is as wide as %v", name, a.Lo, b.Lo, w)
			}
		}))
	}
}

// TestInverse multiplies back.
func TestInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := number(t, "x")
		if math.Abs(x) < 0x1p-1000 || math.Abs(x) > 0x1p1000 {
			return
		}
		one := span.Point(x).Inverse().Mul(span.Point(x))
		if !one.Has(1) || one.Hi-one.Lo > 0x1p-49 {
			t.Fatalf("x/x is %v", one)
		}
	})
}

// TestSum: dot products with all their cancellation.
func TestSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s span.Sum
		want := exact(0)
		for range rapid.IntRange(0, 40).Draw(t, "terms") {
			w, x := number(t, "w"), number(t, "x")
			if math.IsInf(w*x, 0) {
				continue
			}
			s.Add(w, span.Point(x))
			want.Add(want, new(big.Float).SetPrec(5000).Mul(exact(w), exact(x)))
		}
		if got := s.Total(); !encloses(got, want) {
			t.Fatalf("%v is not in %v", want, got)
		}
	})
}

// TestMiddle: the middle and the radius reach both ends.
func TestMiddle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := draw(t, "s")
		m, r := exact(s.Middle()), exact(s.Radius())
		if new(big.Float).SetPrec(5000).Sub(m, r).Cmp(exact(s.Lo)) > 0 || new(big.Float).SetPrec(5000).Add(m, r).Cmp(exact(s.Hi)) < 0 {
			t.Fatalf("%v has middle %v and radius %v", s, s.Middle(), s.Radius())
		}
	})
}
