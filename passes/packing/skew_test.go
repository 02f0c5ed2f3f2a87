package packing

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/plan"
)

// drawRun draws a layout of one ciphertext that is a run.
func drawRun(t *rapid.T, slots int) he.Layout {
	size := rapid.IntRange(1, slots/4).Draw(t, "size")
	if rapid.Bool().Draw(t, "repeated") {
		return he.Periodic(size, slots)
	}
	period := rapid.IntRange(size, slots/2).Draw(t, "period")
	held := slots >> rapid.IntRange(0, 1).Draw(t, "gap")
	l := he.Vector(size, slots, size, period, he.Gap(slots/held, 2), he.Move(held, 1, 1, 2))
	l.Dirty = true
	return l
}

// TestSkewedIsItsMap: each skewed family finds its diagonals by matching, as many as its cost is counted for,
// and the result stands where its layout says, whatever the operand holds in slots without an element.
func TestSkewedIsItsMap(t *testing.T) {
	kinds := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		slots := 1 << rapid.IntRange(4, 11).Draw(t, "log slots")
		in := drawRun(t, slots)
		if in.Check() != nil {
			return
		}
		rows := rapid.IntRange(1, slots/4).Draw(t, "rows")
		share := rapid.SampledFrom([]float64{0.2, 1}).Draw(t, "share of entries")
		rng := graphtest.Rand(t)
		m := mapOf(rows, in.Size, func(i, j int) bool { return rng.Float64() < share })
		x := graphtest.Vector(rng, in.Size, 1)
		want := make([]float64, rows)
		for i := range want {
			cols, vals := m.Row(i)
			for k, j := range cols {
				want[i] += vals[k] * x[j]
			}
		}
		parts := []part{{m, in}}
		for _, f := range skewed(rows, parts) {
			got, ok := f.match(parts, 0)
			if !ok || len(got.Diagonals) > f.skewed || share == 1 && in.Size == runPeriod(in) && len(got.Diagonals) < f.skewed {
				t.Fatalf("%v to %v: %v, diagonals %v, want %d", in, f.out, ok, got.Diagonals, f.skewed)
			}
			if len(got.Diagonals) == 0 {
				continue
			}
			out := evalFamily(t, f, got, dirtied(in, x, rng))
			for slot, e := range f.out.Elements(0) {
				if e != he.Empty && (out[slot]-want[e] > 1e-9 || want[e]-out[slot] > 1e-9) {
					t.Fatalf("%v to %v, period %d: slot %d has %v for element %d, want %v", in, f.out, f.period, slot, out[slot], e, want[e])
				}
			}
			kinds[fmt.Sprint("wrap ", in.Axes, f.out.Axes)] = 1
			kinds[fmt.Sprint("folds ", len(f.folds))]++
		}
	})
	if len(kinds) < 20 {
		t.Errorf("few kinds of families were tried: %v", kinds)
	}
}

func runPeriod(l he.Layout) int {
	r, _ := runOf(l)
	return r.period
}

// dirtied packs a vector, with any numbers in slots without an element if the layout is dirty.
func dirtied(l he.Layout, x []float64, rng *rand.Rand) []float64 {
	slots := l.Pack(x)[0]
	for t, e := range l.Elements(0) {
		if e == he.Empty && l.Dirty {
			slots[t] = 1e6 * rng.NormFloat64()
		}
	}
	return slots
}

// evalFamily computes a map and its folds.
func evalFamily(t *rapid.T, f family, m *he.Matrix, x []float64) []float64 {
	op, _ := babyGiant(m, func(int, int) int { return 0 }, Unplanned(11, plan.DefaultCosts), 2)
	c := he.New("m.onnx", len(x))
	c.Input, c.Output = m.Parts[0].In, f.out
	v := c.Add(diag.Pos{}, op, c.Add(diag.Pos{}, he.Input{}))
	for _, steps := range f.folds {
		v = c.Add(diag.Pos{}, he.Fold{Steps: steps}, v)
	}
	c.Outputs = []*he.Value{v}
	if err := c.Verify(); err != nil {
		t.Fatalf("%v in\n%s", err, c.Print())
	}
	out, err := c.Eval([][]float64{x}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return out[0]
}

// TestRuns: which layouts are runs, and what of.
func TestRuns(t *testing.T) {
	for text, want := range map[string]run{
		"3, i<3: [4:rep] [4:i]":               {4, 16, true},
		"3, i<3 mod 5: [16:i]":                {5, 16, false},
		"3, i<3: [2:gap] [2:rep] [4:i] dirty": {4, 8, false},
		"3, i<3 mod 5: [2:gap] [8:i] dirty":   {5, 8, false},
		"10, i<10: [16:i]":                    {16, 16, true},
		"9, i<9 mod 12: [4:3i] [4:i]":         {},
		"3, i<3: [4:rep] [4:i] [4:gap]":       {},
		"3, i<3: [4:rep] [4:gap] [4:i]":       {},
		"20, i<2, j<16: [2:i] | [16:j]":       {},
		"3, i<3: [4:i] [4:rep]":               {},
		"6, i<2, j<3: [2:rep] [2:i] [4:j]":    {},
		"5, i<5 mod 7: [2:2i] [8:i]":          {},
	} {
		l, err := he.ParseLayout(text)
		if err == nil {
			err = l.Check()
		}
		if err != nil {
			t.Fatal(err)
		}
		got, ok := runOf(l)
		if ok != (want != run{}) || ok && got != want {
			t.Errorf("%s: %v %v, want %v", text, got, ok, want)
		}
	}
}
