package audit

import (
	"testing"

	"hecc/internal/optest"
	"hecc/ir/he"
	"hecc/ir/plan"
)

// TestEveryOp walks every operation through the checks that look at operations. One that nobody knows has no
// noise of which the checker could say that it is allowed.
func TestEveryOp(t *testing.T) {
	for _, op := range he.Ops() {
		c, v := optest.Circuit(op)
		a := &auditor{p: &plan.Plan{Circuit: c, Interface: plan.Interface{Params: *c.Params, Keys: c.KeysNeeded(), Box: unitBox(c.Input.Size)}}}
		for _, ch := range []check{{"degrees", (*auditor).degrees}, {"levels", (*auditor).levels}, {"scales", (*auditor).scales}, {"keys", (*auditor).keys}} {
			if _, err := ch.run(a); err != nil {
				t.Errorf("%s: %s: %v", op.Name(), ch.name, err)
			}
		}
		if got, most := a.slotBounds()[v.ID], bound(op); !(got > 0 && got <= most) {
			t.Errorf("%s: slots up to %v, at most %v", op.Name(), got, most)
		}

		clean, noisy := output(t, c, nil), output(t, c, newNoise(c, false, 0).disturb)
		if d := noisy - clean; d == 0 {
			t.Errorf("%s: no noise", op.Name())
		}
		v.Op = optest.Forgotten{Op: op}
		if !panics(func() { output(t, c, newNoise(c, false, 0).disturb) }) {
			t.Errorf("%s: an operation that nobody knows adds no noise", op.Name())
		}
	}
}

// TestBlankRow: what says nothing of itself passes no check.
func TestBlankRow(t *testing.T) {
	c, v := optest.Circuit(he.AddPlain{Plain: he.Plain{0.5}})
	v.Op = optest.Blank{Op: v.Op}
	a := &auditor{p: &plan.Plan{Circuit: c, Interface: plan.Interface{Params: *c.Params, Keys: c.KeysNeeded(), Box: unitBox(c.Input.Size)}}}
	for _, ch := range []check{{"degrees", (*auditor).degrees}, {"levels", (*auditor).levels}, {"scales", (*auditor).scales}} {
		if _, err := ch.run(a); err == nil {
			t.Errorf("passes the check of %s", ch.name)
		}
	}
	if !panics(func() { a.slotBounds() }) {
		t.Error("has intervals")
	}
}

// bound is how large the slots of an example get on operands in [-1, 1].
func bound(op he.Op) float64 {
	sum := 0.0
	for _, t := range op.Meaning().Terms {
		x, _ := he.Number(t.Diag)
		sum += max(x, -x)
	}
	if p := op.Meaning().Offset; p != nil {
		x, _ := he.Number(p)
		sum += max(x, -x)
	}
	return max(sum, 1)
}

func output(t *testing.T, c *he.Circuit, observe func(*he.Value, []float64)) float64 {
	t.Helper()
	x := make([]float64, c.Input.Size)
	for i := range x {
		x[i] = 0.5
	}
	out, err := c.Eval(c.Input.Pack(x), observe)
	if err != nil {
		t.Fatal(err)
	}
	return out[0][0]
}

func unitBox(n int) plan.Box {
	b := plan.Box{Lo: make([]float64, n), Hi: make([]float64, n)}
	for i := range b.Lo {
		b.Lo[i], b.Hi[i] = -1, 1
	}
	return b
}

func panics(f func()) (yes bool) {
	defer func() { yes = recover() != nil }()
	f()
	return false
}
