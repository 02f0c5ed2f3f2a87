package he_test

import (
	"math/rand/v2"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/he"
)

// gap compares a circuit with the polynomial graph that it was packed from, on one input.
func gap(t *testing.T, c *he.Circuit) float64 {
	t.Helper()
	g := compiledPlan(t).Polynomial
	x := graphtest.Vector(rand.New(rand.NewPCG(7, 8)), g.Input().Size(), 1)
	cts, err := c.Eval(c.Input.Pack(x), nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Output.Unpack(cts)
	if err != nil {
		t.Fatal(err)
	}
	return graphtest.Gap(got, graphtest.Run(g, x))
}

// TestDifferentialSeesWhatVerifyCannot: numbers, and which of many valid rotations it is, are
// nothing that Verify can know. Comparing with the tensor graph finds them.
func TestDifferentialSeesWhatVerifyCannot(t *testing.T) {
	if d := gap(t, planned(t)); d > 1e-9 {
		t.Fatalf("the circuit as compiled is off by %v", d)
	}
	for name, mutate := range map[string]func(c *he.Circuit, v *he.Value) bool{
		"diagonal": func(c *he.Circuit, v *he.Value) bool {
			return isOp[he.Linear](v) && changePlain(v, c.Slots, scaled)
		},
		"factor": func(c *he.Circuit, v *he.Value) bool { return isOp[he.MulPlain](v) && changePlain(v, c.Slots, scaled) },
		"bias":   func(c *he.Circuit, v *he.Value) bool { return isOp[he.AddPlain](v) && changePlain(v, c.Slots, scaled) },
		"diagonal rotated": func(c *he.Circuit, v *he.Value) bool {
			lin, ok := v.Op.(he.Linear)
			return ok && !lin.HasNumbers() && changePlain(v, c.Slots, func(p he.Plain) he.Plain { return append(p[1:], p[0]) }) // numbers are the same everywhere
		},
		"rotation": func(c *he.Circuit, v *he.Value) bool {
			return changeTerm(v, func(term *he.Term) { term.Baby = (term.Baby + 1) % c.Slots })
		},
		"fold": func(c *he.Circuit, v *he.Value) bool {
			return changeSteps(v, func(s []int) []int { s[len(s)-1] = (s[len(s)-1] + 1) % c.Slots; return s })
		},
	} {
		changed := 0
		for id := range planned(t).Values {
			c := planned(t)
			if !mutate(c, c.Values[id]) {
				continue
			}
			changed++
			if c.Verify() != nil {
				continue // a slot that must be zero may have become another
			}
			if gap(t, c) < 1e-6 {
				t.Errorf("%s at %%%d %s: the result is the same", name, id, c.Values[id].Op.Name())
			}
		}
		if changed == 0 {
			t.Errorf("%s: nothing was changed", name)
		}
	}
}

// scaled is a plaintext whose numbers are all a little off.
func scaled(p he.Plain) he.Plain {
	for i := range p {
		p[i] *= 1.01
	}
	return p
}
