package fit

import (
	"testing"

	"hecc/ir/tensor"
)

// TestDomainEnds: an interval is widened as far as its function is defined, but not into a pole.
func TestDomainEnds(t *testing.T) {
	for _, c := range []struct {
		fn            string
		lo, want      float64
		least, atMost float64
	}{
		{"sqrt", 0.144, -54, 0, 0},            // to the end
		{"sqrt", 1e-9, -1e6, 0, 0},            // whatever the scale
		{"log", 0.144, -54, 0.05, 0.1},        // half the way
		{"log", 1e-12, -54, 0.4e-12, 0.6e-12}, // the same
		{"tanh", 0.144, -54, -54, -54},
	} {
		lo, hi := withinDomain(tensor.Funcs[c.fn], c.lo, 358, c.want, 431)
		if lo < c.least || lo > c.atMost || hi != 431 {
			t.Errorf("%s from %v to %v: [%v, %v]", c.fn, c.lo, c.want, lo, hi)
		}
	}
}
