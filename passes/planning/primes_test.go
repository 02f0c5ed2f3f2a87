package planning

import (
	"slices"
	"testing"

	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/plan"
)

// TestSmallPrimes: primes of 20 bits are rare in large rings. However far they are from their ideal sizes, and however often
// the scales that they leave are squared, the circuit has room for them.
func TestSmallPrimes(t *testing.T) {
	sample := make([]float64, 1<<14)
	for i := range sample {
		sample[i] = float64(i%7) / 7
	}
	c := squarings(1)
	x := c.Outputs[0]
	for range 3 {
		x = c.Add(diag.Pos{}, he.Mul{}, x, x)
	}
	c.Outputs = []*he.Value{c.Add(diag.Pos{}, he.MulPlain{Plain: he.Plain{0.5}}, x)}
	p, err := NewPlanner(t.Context(), c, 14, Samples{Typical: [][]float64{sample}, Tail: sample, Headroom: 1}, plan.DefaultCosts)
	if err != nil {
		t.Fatal(err)
	}
	for bits := 20.0; bits <= 24; bits++ {
		ch := p.quotient.build(rule{input: 16, plain: 20, waterline: 60, threshold: 60})
		ch.plain[1], ch.rescale = bits-14, []float64{0, 0, bits, bits, 0, 44, 0}
		if !p.quotient.updateScales(&ch, p.minBits()) {
			t.Fatal(ch)
		}
		if _, ok := p.fitBase(&ch); !ok {
			t.Fatal(ch)
		}
		circuit, _, err := p.Plan(Candidate{ch: ch, alpha: 1, pBits: slices.Max(ch.bits())})
		if err != nil {
			t.Fatal(bits, err)
		}
		if err := circuit.Verify(); err != nil {
			t.Error(bits, err)
		}
	}
}
