package encoding

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/tuneinsight/lattigo/v5/core/rlwe"
	"github.com/tuneinsight/lattigo/v5/ring"
	"github.com/tuneinsight/lattigo/v5/schemes/ckks"

	"hecc/backend/lattigo/internal/plantest"
	lattigo "hecc/backend/lattigo/params"
	"hecc/ir/params"
)

var ringTypes = []params.Ring{params.Standard, params.ConjugateInvariant}

func random(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = 2*rand.Float64() - 1
	}
	return v
}

// TestRoundTrip encodes and decodes at scales below and far above 2^64, on one and several limbs.
func TestRoundTrip(t *testing.T) {
	for _, r := range ringTypes {
		p := plantest.Params(r, 11, []float64{60, 55, 50, 45}, []float64{60})
		rings, err := lattigo.New(p)
		if err != nil {
			t.Fatal(err)
		}
		enc := New(p)
		for _, c := range []struct{ limbs, logScale int }{{1, 10}, {1, 40}, {2, 80}, {3, 110}, {4, 150}} {
			x := random(p.Slots())
			subrings := rings.RingQ.SubRings[:c.limbs]
			m := rings.RingQ.AtLevel(c.limbs - 1).NewPoly()
			scale := math.Exp2(float64(c.logScale))
			enc.Encode(x, scale, subrings, m.Coeffs)
			rings.RingQ.AtLevel(c.limbs-1).INTT(m, m)
			y := enc.Decode(m.Coeffs, subrings, scale)
			bound := math.Sqrt(float64(p.N()))/scale*4 + 1e-13
			if d := plantest.MaxDiff([][]float64{x}, [][]float64{y}); d > bound {
				t.Errorf("%s, scale 2^%d: off by %g, allowed %g", r, c.logScale, d, bound)
			}
		}
	}
}

// TestLikeLattigo decodes what Lattigo encodes and the other way round.
func TestLikeLattigo(t *testing.T) {
	for _, r := range ringTypes {
		t.Run(string(r), func(t *testing.T) {
			p := plantest.Params(r, 10, []float64{60, 50}, []float64{60})
			cp, err := ckks.NewParametersFromLiteral(ckks.ParametersLiteral{
				LogN: p.LogN, Q: p.Q, P: p.P, LogDefaultScale: 45, RingType: lattigo.RingType(r)})
			if err != nil {
				t.Fatal(err)
			}
			theirs, enc := ckks.NewEncoder(cp, 53), New(p)
			x := random(p.Slots())
			pt := ckks.NewPlaintext(cp, 1)
			pt.Scale = rlwe.NewScale(math.Exp2(45))
			enc.Encode(x, math.Exp2(45), cp.RingQ().SubRings[:2], pt.Value.Coeffs)
			y := make([]float64, p.Slots())
			if err := theirs.Decode(pt, y); err != nil {
				t.Fatal(err)
			}
			if d := plantest.MaxDiff([][]float64{x}, [][]float64{y}); d > 1e-11 {
				t.Errorf("Lattigo decodes %g off", d)
			}
		})
	}
}

func TestResidue(t *testing.T) {
	const q = 1152921504606830593
	for _, x := range []float64{0, 0.4, -0.4, 0.6, -0.6, 1, -1, 1 << 52, 1<<53 + 2, -1e18, 1e19, math.Exp2(110) * 1.1, -math.Exp2(200) * 1.3, math.MaxFloat64} {
		exact, _ := big.NewFloat(math.RoundToEven(x)).Int(nil)
		want := exact.Mod(exact, big.NewInt(q)).Uint64()
		if got := Residue(x, q); got != want {
			t.Errorf("Residue(%v) = %d, expected %d", x, got, want)
		}
	}
}

func ExampleEncoder() {
	p := plantest.Params(params.ConjugateInvariant, 10, []float64{50}, []float64{60})
	rings, err := ring.NewRingFromType(p.N(), p.Q, ring.ConjugateInvariant)
	if err != nil {
		panic(err)
	}
	x := make([]float64, p.Slots())
	x[0], x[1] = 0.5, -0.25
	m := rings.NewPoly()
	enc := New(p)
	enc.Encode(x, 1<<30, rings.SubRings, m.Coeffs)
	rings.INTT(m, m)
	y := enc.Decode(m.Coeffs, rings.SubRings, 1<<30)
	fmt.Printf("%.3f %.3f\n", y[0], y[1])
	// Output: 0.500 -0.250
}
