package planning

import (
	"testing"

	"hecc/ir/diag"
	"hecc/ir/he"
)

// TestSecondOrder: the squares of eight numbers that are nothing but noise of variance 3, after a map that
// doubles them, add up to 8·2²·3.
func TestSecondOrder(t *testing.T) {
	c := he.New("test.onnx", 8)
	c.Input = he.Periodic(8, 8)
	c.Output = he.Layout{Size: 1, Slots: 8, PerCt: 1, Block: 8, Stride: 8, Mod: 1, Dirty: true}
	x := c.Add(diag.Pos{}, he.Input{})
	x = c.Add(diag.Pos{}, he.MulPlain{Plain: he.Plain{2}}, x)
	x = c.Add(diag.Pos{}, he.Mul{}, x, x)
	c.Outputs = []*he.Value{c.Add(diag.Pos{}, he.Fold{Steps: []int{0, 1, 2, 3, 4, 5, 6, 7}}, x)}
	pr, _, err := measure(t.Context(), c, Samples{Typical: [][]float64{make([]float64, 8)}, Growth: 1})
	if err != nil {
		t.Fatal(err)
	}
	a := assigned{c: c, origin: []int{0, 1, 2, 3}}
	got := noiseModel{}.secondOrder(a, pr, []noise{{uniform: 3}, {}, {}, {}})
	if want := 8 * 4 * 3.0; len(got) != 1 || got[0] != want {
		t.Errorf("mean %v, want %v", got, want)
	}
}
