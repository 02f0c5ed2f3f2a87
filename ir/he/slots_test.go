package he_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/he"
)

// TestDirtySlots spells out how dirty slots and zeros travel. Element 0 stands in slot 0;
// the other three slots of the input are dirty, or zero.
func TestDirtySlots(t *testing.T) {
	term := func(baby, giant int, d ...float64) he.Term {
		return he.Term{Baby: baby, Giant: giant, Diag: he.Plain(d)}
	}
	linear := func(terms ...he.Term) []he.Op { return []he.Op{he.Linear{Terms: terms}} }
	for name, c := range map[string]struct {
		dirtyIn, dirtyOut bool
		ops               []he.Op
		want              string // "" if Verify must accept
	}{
		"zeros stay zeros":              {false, false, nil, ""},
		"dirt in unread slots":          {true, true, nil, ""},
		"dirt where zeros are promised": {true, false, nil, "slot 1 of output %0 must be zero and is not"},
		"dirt moved onto the element":   {true, true, linear(term(1, 0, 1)), "output element 0 stands in slot 0 of %1, which is dirty"},
		"giant step onto the element":   {true, true, linear(term(0, 1, 1)), "which is dirty"},
		"masked away":                   {true, false, linear(term(0, 0, 1, 0, 0, 0)), ""},
		"masked, then moved":            {true, true, linear(term(0, 1, 1, 0, 0, 0)), ""},
		"mask at the wrong slot":        {true, false, linear(term(0, 0, 0, 1, 0, 0)), "slot 1 of output %1 must be zero and is not"},
		"fold of zeros":                 {false, true, []he.Op{he.Fold{Steps: []int{0, 1, 2, 3}}}, ""},
		"fold of dirt":                  {true, true, []he.Op{he.Fold{Steps: []int{0, 1}}}, "which is dirty"},
		"bias on a zero":                {false, false, []he.Op{he.AddPlain{Plain: he.Plain{1, 1, 0, 0}}}, "slot 1 of output %1 must be zero and is not"},
		"bias on the element":           {false, false, []he.Op{he.AddPlain{Plain: he.Plain{1, 0, 0, 0}}}, ""},
		"product keeps dirt apart":      {true, true, []he.Op{he.Mul{}}, ""},
		"difference of element, dirt":   {true, true, []he.Op{he.Fold{Steps: []int{1}}, he.Sub{}}, "which is dirty"},
		"sum of element and dirt":       {true, true, []he.Op{he.Fold{Steps: []int{1}}, he.Add{}}, "which is dirty"},
	} {
		circuit := he.New("", 4)
		circuit.Input = he.NewLayout(1, 4, nil, he.Gap(4, 0))
		circuit.Output = circuit.Input
		circuit.Input.Dirty, circuit.Output.Dirty = c.dirtyIn, c.dirtyOut
		x := circuit.Add(diag.Pos{}, he.Input{})
		v := x
		for _, op := range c.ops {
			switch op.(type) {
			case he.Mul, he.Add:
				v = circuit.Add(diag.Pos{}, op, v, x)
			case he.Sub:
				v = circuit.Add(diag.Pos{}, op, x, v)
			default:
				v = circuit.Add(diag.Pos{}, op, v)
			}
		}
		circuit.Outputs = []*he.Value{v}
		err := circuit.Verify()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}

// TestDirtySlotsAreSound: in a circuit that Verify accepts, what is in dirty slots of the
// input changes no element of the output, and promised zeros are zeros.
func TestDirtySlotsAreSound(t *testing.T) {
	accepted := 0
	rapid.Check(t, func(t *rapid.T) {
		c := drawCircuit(t)
		punch(c, graphtest.Rand(t))
		half := max(1, c.Slots/2)
		c.Input = he.Vector(c.Input.Cts()*half, c.Slots, half, 0, he.Move(c.Slots, 1, 1, 2))
		c.Output = he.Vector(len(c.Outputs), c.Slots, 1, 0, he.Gap(c.Slots, 2))
		c.Input.Dirty, c.Output.Dirty = rapid.Bool().Draw(t, "dirty in"), rapid.Bool().Draw(t, "dirty out")
		if c.Verify() != nil {
			return
		}
		accepted++
		x := graphtest.Vector(graphtest.Rand(t), c.Input.Size, 1)
		clean, dirty := c.Input.Pack(x), c.Input.Pack(x)
		for ct := range dirty {
			for s := range dirty[ct] {
				if c.Input.Dirty && c.Input.Element(ct, s) == he.Empty {
					dirty[ct][s] = 1e3
				}
			}
		}
		a, errA := c.Eval(clean, nil)
		b, errB := c.Eval(dirty, nil)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		for ct := range a {
			for s := range a[ct] {
				switch c.Output.Element(ct, s) {
				case he.Empty:
					if !c.Output.Dirty && (a[ct][s] != 0 || b[ct][s] != 0) {
						t.Fatalf("slot %d of output %d holds %v", s, ct, b[ct][s])
					}
				default:
					if a[ct][s] != b[ct][s] {
						t.Fatalf("slot %d of output %d: %v, with other dirt %v", s, ct, a[ct][s], b[ct][s])
					}
				}
			}
		}
	})
	if accepted < 20 {
		t.Errorf("only %d circuits were accepted", accepted)
	}
}

// punch sets many numbers of plaintexts to zero.
func punch(c *he.Circuit, rng *rand.Rand) {
	for _, v := range c.Values {
		var plains []he.Plaintext
		switch op := v.Op.(type) {
		case he.Linear:
			for _, t := range op.Terms {
				plains = append(plains, t.Diag)
			}
		case he.MulPlain:
			plains = []he.Plaintext{op.Plain}
		case he.AddPlain:
			plains = []he.Plaintext{op.Plain}
		}
		for _, p := range plains {
			values, ok := p.(he.Plain)
			if !ok {
				continue
			}
			for s := range values {
				if rng.IntN(2) == 0 {
					values[s] = 0
				}
			}
		}
	}
}
