package planning

import (
	"math"
	"testing"

	"hecc/internal/optest"
	"hecc/ir/he"
)

// TestEveryOp: planning predicts the noise of a circuit with each operation, and has a place for all that
// packing emits.
func TestEveryOp(t *testing.T) {
	for _, op := range he.Ops() {
		c, v := optest.Circuit(op)
		pr, _, err := measure(t.Context(), c, Samples{Typical: [][]float64{half(c.Input.Size)}, Growth: 1})
		if err != nil {
			t.Fatal(err)
		}
		same := make([]int, len(c.Values))
		for i := range same {
			same[i] = i
		}
		secret, public := newNoiseModel(c.Params).outputErrors(assigned{c, same}, pr)
		if !(secret > 0 && public >= secret) || math.IsInf(public, 1) {
			t.Errorf("%s: errors of %v and %v", op.Name(), secret, public)
		}
		if got := classes(analyse(c)); len(got) != len(c.Values) {
			t.Errorf("%s: %d classes for %d values", op.Name(), len(got), len(c.Values))
		}

		err = place(c, v)
		inserted := op.Rule().Takes == he.TakesTwo || op.Rule().Scale == he.ScaleDivided
		if (err != nil) != inserted {
			t.Errorf("%s: planned with error %v; planning inserts it itself: %v", op.Name(), err, inserted)
		}

		v.Op = optest.Forgotten{Op: op}
		if !panics(func() { newNoiseModel(c.Params).outputErrors(assigned{c, same}, pr) }) {
			t.Errorf("%s: an operation that nobody knows adds no noise", op.Name())
		}
	}
}

// TestBlankRow: what says nothing of itself is neither planned nor noiseless.
func TestBlankRow(t *testing.T) {
	c, v := optest.Circuit(he.AddPlain{Plain: he.Plain{0.5}})
	v.Op = optest.Blank{Op: v.Op}
	if err := place(c, v); err == nil {
		t.Error("planned")
	}
	m := newNoiseModel(c.Params)
	pr := &profile{gain: [][]float64{{1}, {1}}, power: make([]power, 2)}
	if !panics(func() { m.secondOrder(assigned{c, []int{0, 1}}, pr, make([]noise, 2)) }) {
		t.Error("passes no noise on")
	}
}

// place gives the values of a circuit up to one of them levels and scales, as if it had been packed.
func place(c *he.Circuit, last *he.Value) error {
	packed := *c
	packed.Values, packed.Outputs = c.Values[:last.ID+1], []*he.Value{last}
	s := analyse(&packed)
	ch := s.build(rule{input: 40, plain: 30, waterline: 40, least: 25})
	_, err := s.assign(&ch, ch.ideal())
	return err
}

func half(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = 0.5
	}
	return x
}

func panics(f func()) (yes bool) {
	defer func() { yes = recover() != nil }()
	f()
	return false
}
