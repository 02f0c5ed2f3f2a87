package labels

import (
	"math"
	"slices"
	"strings"
	"testing"

	"hecc/ir/diag"
	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
	"hecc/passes/promise"
)

// scores is a model whose input is what it answers: three scores, and the label of the largest.
func scores() *tensor.Graph {
	g := tensor.New("m.onnx", tensor.Imported)
	x := g.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: []int{3}})
	best := g.MustAdd(diag.Pos{}, tensor.ArgMax{Axis: 0}, x)
	label := g.MustAdd(diag.Pos{}, tensor.Label{Strings: []string{"ant", "bee", "fly"}}, best)
	g.Outputs = []tensor.Output{{Name: "scores", Node: x}, {Name: "label", Node: label}}
	return g
}

func rows(x ...[]float64) sampled.Matrix {
	return sampled.Matrix{Cols: len(x[0]), Data: slices.Concat(x...)}
}

// TestLosses: a class is compared by its name, values by the mean of their squares.
func TestLosses(t *testing.T) {
	g := scores()
	r := &promise.Release{Epilogue: g, Graph: g}
	y := rows([]float64{1, 5, 2}, []float64{7, 0, 1})
	classes, err := New(g, []string{"bee", "fly"}, nil, make([][]float64, 2))
	if err != nil {
		t.Fatal(err)
	}
	if got := classes.Losses(r, y); !slices.Equal(got, []float64{0, 1}) {
		t.Errorf("classes: %v", got)
	}
	values, err := New(g, nil, [][]float64{{1, 5, 2}, {4, 0, 1}}, make([][]float64, 2))
	if err != nil {
		t.Fatal(err)
	}
	if got := values.Losses(r, y); !slices.Equal(got, []float64{0, 3}) {
		t.Errorf("values: %v", got)
	}
}

// TestMissing: an error matters by how it compares with the model's own, and luck is no merit.
func TestMissing(t *testing.T) {
	truth := Truth{Values: [][]float64{{-1}, {1}, {-1}, {1}}}
	all := func(x float64) []float64 { return slices.Repeat([]float64{x}, 4) }
	missing := func(exact, fit float64) float64 { return truth.Compared(all(exact), all(fit)).Missing(1) }
	if got, want := missing(0.25, 1), math.Log(2); math.Abs(got-want) > 1e-12 {
		t.Errorf("twice the distance is %v worse, want %v", got, want)
	}
	if got := missing(0.25, 0.2501); got > 3e-4 {
		t.Errorf("a thousandth of the model's own squares matters by %v", got)
	}
	if got := missing(0.25, 0.1); got != 0 {
		t.Errorf("nearer than the model itself: %v", got)
	}
	if a, b := missing(0, 1e-6), missing(leastResidual*leastResidual, leastResidual*leastResidual+1e-6); math.Abs(a-b) > 1e-12 {
		t.Errorf("to a model without a residual an error matters by %v, with the least one by %v", a, b)
	}
	unsure := truth.Compared([]float64{0, 0, 0, 0}, []float64{0, 0, 0, 1})
	if !(unsure.Missing(1) > unsure.Missing(0)) {
		t.Error("the standard error of few samples is not counted")
	}
	classes := Truth{Classes: slices.Repeat([]string{"a"}, 4)}.Compared([]float64{0, 1, 0, 0}, []float64{1, 0, 1, 0})
	if classes.Exact != 0.25 || classes.Fit != 0.5 || classes.Missing(0) != 0.25 {
		t.Errorf("classes: %+v", classes)
	}
}

// TestKept: what is known of a sample stays with it.
func TestKept(t *testing.T) {
	x := [][]float64{{1}, {1}, {2}, {3}}
	got := Truth{Classes: []string{"a", "b", "c", "d"}}.Kept(x, [][]float64{x[3], x[0], x[2]})
	if !slices.Equal(got.Classes, []string{"d", "a", "c"}) {
		t.Errorf("%v", got.Classes)
	}
}

// TestNew: what is said of samples is refused where it does not fit the model.
func TestNew(t *testing.T) {
	two := make([][]float64, 2)
	single := tensor.New("one.onnx", tensor.Imported)
	single.Outputs = []tensor.Output{{Name: "y", Node: single.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: []int{1}})}}
	for _, c := range []struct {
		g       *tensor.Graph
		classes []string
		values  [][]float64
		want    string
	}{
		{scores(), []string{"ant"}, nil, "m.onnx: 1 labels or values for 2 calibration samples"},
		{scores(), []string{"ant", "wasp"}, nil, `m.onnx: calibration sample 1 is labelled "wasp", which is no class of the model`},
		{scores(), []string{"ant", "bee"}, two, "m.onnx: both labels and values are given"},
		{scores(), nil, [][]float64{{1, 2, 3}, {1, 2}}, "m.onnx: 2 values for calibration sample 1, the model gives 3"},
		{scores(), nil, [][]float64{{1, 2, 3}, {1, math.NaN(), 2}}, "m.onnx: a value for calibration sample 1 is not finite"},
		{single, []string{"0", "1"}, nil, "one.onnx: labels are given, and the model has no classes"},
	} {
		if _, err := New(c.g, c.classes, c.values, two); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}
