package planning

import (
	"testing"

	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/memory"
	"hecc/ir/plan"
)

// squarings is a circuit of so many squarings, each after a sum of two rotations and a product with numbers.
func squarings(depth int) *he.Circuit {
	c := he.New("test.onnx", 1<<14)
	c.Input = he.Periodic(1<<14, 1<<14)
	c.Output = he.Periodic(1<<14, 1<<14)
	x := c.Add(diag.Pos{}, he.Input{})
	for range depth {
		x = c.Add(diag.Pos{}, he.Fold{Steps: []int{0, 1}}, x)
		x = c.Add(diag.Pos{}, he.MulPlain{Plain: he.Plain{0.5}}, x)
		x = c.Add(diag.Pos{}, he.Mul{}, x, x)
	}
	c.Outputs = []*he.Value{x}
	return c
}

// TestBoundedSizes: more special primes make smaller keys, at the cost of time. A bound on one size is kept by
// the plan; where none keeps it, the least that is reported is one that a plan keeps.
func TestBoundedSizes(t *testing.T) {
	sample := make([]float64, 1<<14)
	for i := range sample {
		sample[i] = float64(i%7) / 7
	}
	p, err := NewPlanner(t.Context(), squarings(5), 14, Samples{Typical: [][]float64{sample}, Tail: sample, Headroom: 1}, plan.DefaultCosts)
	if err != nil {
		t.Fatal(err)
	}
	target := Target{Error: 1e-2, Security: 128}
	best := func(most Size) (Size, Candidate, bool) {
		target := target
		target.Most = most
		c, _, ok := p.Best(t.Context(), target)
		if !ok {
			return Size{}, c, false
		}
		circuit, _, err := p.Plan(c)
		if err != nil {
			t.Fatal(err)
		}
		return Size{memory.KeyFileBytes(circuit.Params, memory.KeyLevels(circuit)), memory.Of(circuit, memory.Any).Server()}, c, true
	}
	free, fastest, ok := best(Size{})
	if !ok {
		t.Fatal("no plan without bounds")
	}
	if same, _, ok := best(free); !ok || same != free {
		t.Errorf("a plan of %+v within %+v", same, free)
	}
	for name, most := range map[string]Size{"keys": {Keys: free.Keys * 3 / 4}, "memory": {Memory: free.Memory * 97 / 100}} {
		got, c, ok := best(most)
		if !ok || most.Keys > 0 && got.Keys > most.Keys || most.Memory > 0 && got.Memory > most.Memory {
			t.Errorf("%s: %+v, %v where %+v are allowed", name, got, ok, most)
		}
		if c.cost < fastest.cost || c.alpha <= fastest.alpha {
			t.Errorf("%s: %d special primes and %v ns, without bounds %d and %v", name, c.alpha, c.cost, fastest.alpha, fastest.cost)
		}
	}
	for name, most := range map[string]Size{"keys": {Keys: 1}, "memory": {Memory: 1}} {
		_, c, ok := best(most)
		if ok {
			t.Errorf("%s: a plan within a byte", name)
		}
		least := c.Least()
		most = Size{Keys: least.Keys * most.Keys, Memory: least.Memory * most.Memory}
		if _, _, ok := best(most); !ok || least == (Size{}) {
			t.Errorf("%s: no plan within %+v", name, most)
		}
	}
}
