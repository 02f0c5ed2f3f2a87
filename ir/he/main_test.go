package he_test

import (
	"math"
	"os"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/he"
)

func TestMain(m *testing.M) { os.Exit(graphtest.Main(m, 200)) }

// drawCircuit draws a packed circuit with operations of all kinds on few slots.
func drawCircuit(t *rapid.T) *he.Circuit {
	rng := graphtest.Rand(t)
	slots := 1 << rapid.IntRange(1, 5).Draw(t, "log slots")
	c := he.New(rapid.String().Draw(t, "file"), slots)
	inputs := rapid.IntRange(1, 3).Draw(t, "inputs")
	c.Input = he.Periodic(inputs*slots, slots)
	add := func(op he.Op, in ...*he.Value) {
		pos := diag.Pos{}
		if rapid.Bool().Draw(t, "has position") {
			pos = diag.Pos{File: c.File, Node: len(c.Values), Name: rapid.String().Draw(t, "name"), Op: "Op"}
		}
		c.Add(pos, op, in...)
	}
	for i := range inputs {
		add(he.Input{Index: i})
	}
	plain := func() he.Plain {
		n := rapid.SampledFrom([]int{1, slots}).Draw(t, "plain length")
		return he.Plain(graphtest.Vector(rng, n, 1))
	}
	rotation := rapid.IntRange(0, slots-1)
	for range rapid.IntRange(0, 8).Draw(t, "operations") {
		value := rapid.SampledFrom(c.Values)
		x, y := value.Draw(t, "x"), value.Draw(t, "y")
		switch rapid.IntRange(0, 8).Draw(t, "operation") {
		case 0:
			op := he.Linear{Terms: []he.Term{{Arg: 0, Diag: plain()}, {Arg: 1, Diag: plain()}}}
			for range rapid.IntRange(0, 5).Draw(t, "terms") {
				op.Terms = append(op.Terms, he.Term{Arg: rapid.IntRange(0, 1).Draw(t, "arg"), Baby: rotation.Draw(t, "baby"),
					Giant: rotation.Draw(t, "giant"), Diag: plain()})
			}
			add(op, x, y)
		case 1:
			add(he.Fold{Steps: rapid.SliceOfNDistinct(rotation, 1, 4, rapid.ID[int]).Draw(t, "steps")}, x)
		case 2:
			add(he.Add{}, x, y)
		case 3:
			add(he.Sub{}, x, y)
		case 4:
			add(he.Mul{}, x, y)
		case 5:
			add(he.MulPlain{Plain: plain()}, x)
		case 6:
			add(he.AddPlain{Plain: plain()}, x)
		case 7:
			add(he.Relin{}, x)
		case 8:
			add(he.Rescale{}, x)
		}
	}
	c.Outputs = rapid.SliceOfN(rapid.SampledFrom(c.Values), 1, 3).Draw(t, "outputs")
	c.Output = he.Periodic(len(c.Outputs)*slots, slots)
	if err := c.Verify(); err != nil {
		t.Fatal(err)
	}
	return c
}

func randomInputs(t *rapid.T, c *he.Circuit) [][]float64 {
	rng := graphtest.Rand(t)
	inputs := make([][]float64, c.Input.Cts())
	for i := range inputs {
		inputs[i] = graphtest.Vector(rng, c.Slots, 1)
	}
	return inputs
}

func TestEval(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCircuit(t)
		inputs := randomInputs(t, c)
		got, err := c.Eval(inputs, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range c.Outputs {
			if cost(v) > 1e4 {
				t.Skip("too deep for the naive way")
			}
			want := make([]float64, c.Slots)
			for s := range want {
				want[s] = naive(c, inputs, v, s)
			}
			if gap := graphtest.Gap(got[i], want); gap > 1e-9 {
				t.Fatalf("output %d is off by %v in\n%s", i, gap, c.Print())
			}
		}
	})
}

// TestEvalObserver: what the observer sees is each value once, in order, and what it writes counts.
func TestEvalObserver(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCircuit(t)
		next := 0
		_, err := c.Eval(randomInputs(t, c), func(v *he.Value, slots []float64) {
			if v.ID != next || len(slots) != c.Slots {
				t.Fatalf("saw %%%d with %d slots, expected %%%d", v.ID, len(slots), next)
			}
			next++
		})
		if err != nil || next != len(c.Values) {
			t.Fatalf("saw %d of %d values: %v", next, len(c.Values), err)
		}
	})
	c := he.New("", 2)
	c.Input, c.Output = he.Periodic(2, 2), he.Periodic(2, 2)
	x := c.Add(diag.Pos{}, he.Input{})
	c.Outputs = []*he.Value{c.Add(diag.Pos{}, he.Mul{}, x, x)}
	got, err := c.Eval([][]float64{{1, 2}}, func(v *he.Value, slots []float64) {
		if v == x {
			slots[0] += 4
		}
	})
	if err != nil || got[0][0] != 25 || got[0][1] != 4 {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := c.Eval(nil, nil); err == nil {
		t.Error("evaluated without inputs")
	}
}

func TestLastUse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCircuit(t)
		last := c.LastUse()
		for _, v := range c.Values {
			want := v.ID
			for _, u := range c.Values {
				for _, in := range u.In {
					if in == v {
						want = max(want, u.ID)
					}
				}
			}
			for _, o := range c.Outputs {
				if o == v {
					want = len(c.Values)
				}
			}
			if last[v.ID] != want {
				t.Fatalf("%%%d: %d, want %d", v.ID, last[v.ID], want)
			}
		}
	})
}

// TestKeysAndCounts recounts with sets what KeysNeeded and Count say.
func TestKeysAndCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCircuit(t)
		relin, levels, want := he.NoKey, map[int]int{}, he.Counts{}
		use := func(v *he.Value, rotations map[int]bool) {
			delete(rotations, 0)
			want.Rotations += len(rotations)
			for by := range rotations {
				levels[by] = max(levels[by], v.Level)
			}
		}
		for _, v := range c.Values {
			v.Level = rapid.IntRange(0, 5).Draw(t, "level")
			switch op := v.Op.(type) {
			case he.Linear:
				babies, giants := []map[int]bool{{}, {}}, map[int]bool{}
				for _, term := range op.Terms {
					babies[term.Arg][term.Baby] = true
					giants[term.Giant] = true
				}
				use(v, babies[0])
				use(v, babies[1])
				use(v, giants)
				want.PlainMults += len(op.Terms)
			case he.Fold:
				steps := map[int]bool{}
				for _, s := range op.Steps {
					steps[s] = true
				}
				use(v, steps)
			case he.Mul:
				want.CtMults++
			case he.MulPlain:
				want.PlainMults++
			case he.Relin:
				want.KeySwitches++
				relin = max(relin, v.Level)
			case he.Rescale:
				want.Rescales++
			}
		}
		want.KeySwitches += want.Rotations
		if got := c.Count(); got != want {
			t.Fatalf("counts %+v, want %+v", got, want)
		}
		keys := c.KeysNeeded()
		if keys.Relin != relin || len(keys.Rotations) != len(levels) {
			t.Fatalf("keys %+v, want relinearisation at %d and rotations %v", keys, relin, levels)
		}
		last := 0
		for _, k := range keys.Rotations {
			if k.By <= last || levels[k.By] != k.Level {
				t.Fatalf("keys %+v, want rotations %v", keys, levels)
			}
			last = k.By
		}
	})
}

func TestIsElementwise(t *testing.T) {
	for _, c := range []struct {
		terms []he.Term
		want  bool
	}{
		{[]he.Term{{}, {Arg: 1}}, true},
		{[]he.Term{{}, {Baby: 1}}, false},
		{[]he.Term{{Giant: 1}}, false},
	} {
		if got := (he.Linear{Terms: c.terms}).IsElementwise(); got != c.want {
			t.Errorf("%+v: %v", c.terms, got)
		}
	}
}

func TestSameScale(t *testing.T) {
	for _, c := range []struct {
		factor float64
		want   bool
	}{{1, true}, {1 + math.Ldexp(1, -45), true}, {1 + 1e-6, false}, {1 - 1e-6, false}, {math.NaN(), false}} {
		if got := he.SameScale(1<<40, c.factor*(1<<40)); got != c.want {
			t.Errorf("factor %v: %v", c.factor, got)
		}
	}
}
