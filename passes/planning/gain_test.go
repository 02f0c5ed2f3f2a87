package planning

import (
	"math"
	"os"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/plan"
	"hecc/passes/packing"
)

func TestMain(m *testing.M) { os.Exit(graphtest.Main(m, 30)) }

// TestGains compares the derivatives that run backwards with differences of evaluations.
func TestGains(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := graphtest.Polynomial(t, 6, 3)
		p, err := packing.Pack(g, packing.Unplanned(3, plan.DefaultCosts), 1)
		if err != nil {
			t.Fatal(err)
		}
		c, x := p[0].Circuit, graphtest.Samples(g, 1)
		if rapid.Bool().Draw(t, "end in a difference") {
			for ct, v := range c.Outputs {
				c.Outputs[ct] = c.Add(diag.Pos{}, he.Sub{}, c.Add(diag.Pos{}, he.Mul{}, v, v), v)
			}
		}
		pr, _, err := measure(t.Context(), c, Samples{Typical: x, Headroom: 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range c.Values {
			want := differences(t, c, x[0], v, nil)
			compareGains(t, c, v, pr.gain[v.ID], want)
			if pr.energy[v.ID] != nil {
				compareGains(t, c, v, pr.rotatedGain[v.ID], differences(t, c, x[0], v, pr.energy[v.ID]))
			}
		}
	})
}

func compareGains(t *rapid.T, c *he.Circuit, v *he.Value, got, want []float64) {
	for k := range want {
		if math.Abs(got[k]-want[k]) > 1e-5*(1+want[k]) {
			listing, _ := c.Document().Split()
			t.Fatalf("output %d, %%%d: gain %v, by differences %v\n%s", k, v.ID, got[k], want[k], listing)
		}
	}
}

// differences is Σ over slots of weight·(∂output/∂slot)², by output.
func differences(t *rapid.T, c *he.Circuit, x []float64, v *he.Value, weight []float64) []float64 {
	const eps = 1e-5
	run := func(slot int, by float64) []float64 {
		cts, err := c.Eval(c.Input.Pack(x), func(u *he.Value, slots []float64) {
			if u == v {
				slots[slot] += by
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		y, err := c.Output.Unpack(cts)
		if err != nil {
			t.Fatal(err)
		}
		return y
	}
	out := make([]float64, c.Output.Size)
	for slot := range c.Slots {
		w := 1.0
		if weight != nil {
			w = weight[slot]
		}
		up, down := run(slot, eps), run(slot, -eps)
		for k := range out {
			d := (up[k] - down[k]) / (2 * eps)
			out[k] += w * d * d
		}
	}
	return out
}

// TestLargest: the profile sees the largest slot of each value, times the margin.
func TestLargest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := graphtest.Polynomial(t, 6, 3)
		p, err := packing.Pack(g, packing.Unplanned(3, plan.DefaultCosts), 1)
		if err != nil {
			t.Fatal(err)
		}
		samples := graphtest.Samples(g, 3)
		pr, _, err := measure(t.Context(), p[0].Circuit, Samples{Typical: samples, Headroom: 2})
		if err != nil {
			t.Fatal(err)
		}
		want := make([]float64, len(p[0].Circuit.Values))
		for _, x := range samples {
			p[0].Circuit.Eval(p[0].Circuit.Input.Pack(x), func(v *he.Value, slots []float64) {
				for _, y := range slots {
					want[v.ID] = max(want[v.ID], 2*math.Abs(y))
				}
			})
		}
		if graphtest.Gap(pr.largest, want) > 1e-12 {
			t.Fatalf("%v, want %v", pr.largest, want)
		}
	})
}

// TestNoiseShrinksWithScale: each kind of noise falls as the square of the scale.
func TestNoiseShrinksWithScale(t *testing.T) {
	for _, r := range []params.Ring{params.Standard, params.ConjugateInvariant} {
		m := newNoiseModel(&params.Params{LogN: 13, Ring: r, Q: []uint64{1 << 50, 1 << 40}, P: []uint64{1 << 50}})
		for name, f := range map[string]func(scale float64) float64{
			"fresh":        m.fresh,
			"fresh public": m.freshPublic,
			"encoding":     func(s float64) float64 { return m.encoding(false, s) },
			"one number":   func(s float64) float64 { return m.encoding(true, s) },
			"rounding":     func(s float64) float64 { return m.rounding(1, s) },
			"degree 2":     func(s float64) float64 { return m.rounding(2, s) },
			"key switch":   func(s float64) float64 { return m.keySwitch(1, s) },
		} {
			if a, b := f(1<<30), f(1<<40); !(a > 0) || math.Abs(a/b/(1<<20)-1) > 1e-9 {
				t.Errorf("%s: %v at 2^30, %v at 2^40", name, a, b)
			}
		}
		if m.rounding(2, 1) <= m.rounding(1, 1) || m.keySwitch(1, 1) <= m.keySwitch(0, 1) {
			t.Error("more polynomials or more moduli are not noisier")
		}
	}
}
