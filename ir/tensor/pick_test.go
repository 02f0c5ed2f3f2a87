package tensor_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// TestPick compares with its affine map, printed and parsed.
func TestPick(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "elements")
		index := rapid.SliceOfN(rapid.IntRange(-1, n-1), 1, 8).Draw(t, "index")
		op := tensor.Pick{Shape: []int{len(index)}, Index: index, Fill: rapid.Float64Range(-2, 2).Draw(t, "fill")}
		x := random(t, []int{n})
		g := tensor.New("f.onnx", tensor.Imported)
		y := g.MustAdd(diag.Pos{}, op, g.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: []int{n}}))
		g.Outputs = []tensor.Output{{Name: "y", Node: y}}
		back, err := tensor.Parse(g.Print())
		if err != nil {
			t.Fatal(err)
		}
		want := make([]float64, len(index))
		op.Map(n).AddTo(x.data, want)
		expect(t, run(t, back.Outputs[0].Node.Op, x), array{[]int{len(index)}, want})
	})
}

func TestAxisIndex(t *testing.T) {
	got := tensor.AxisIndex([]int{2, 3, 2}, 1, []int{2, -1, 0})
	want := []int{4, 5, -1, -1, 0, 1, 10, 11, -1, -1, 6, 7}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

// TestClientOperations: their defining equations, against Softmax.
func TestClientOperations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := random(t, shapes(1, 3).Draw(t, "shape"))
		axis := rapid.IntRange(0, len(x.shape)-1).Draw(t, "axis")
		soft := run(t, tensor.Softmax{Axis: axis}, x)
		logs := run(t, tensor.LogSoftmax{Axis: axis}, x)
		expect(t, run(t, tensor.Func{Fn: "exp"}, logs), soft)
		positive := run(t, tensor.Func{Fn: "exp"}, x)
		expect(t, run(t, tensor.Normalize{Norm: "l1", Axis: axis}, positive), soft)
		hard := run(t, tensor.Hardmax{Axis: axis}, x)
		sum := 0.0
		for i, v := range hard.data {
			sum += v
			if v != 0 && soft.data[i] < 1/float64(x.shape[axis])-1e-12 {
				t.Fatalf("a small element, %v, is 1", x.data[i])
			}
		}
		if lines := float64(len(x.data)) / float64(x.shape[axis]); math.Abs(sum-lines) > 0 {
			t.Fatalf("%v ones in %v lines", sum, lines)
		}
	})
}
