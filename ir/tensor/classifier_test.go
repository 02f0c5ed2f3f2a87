package tensor_test

import (
	"slices"
	"testing"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// scores is a graph with three scores, and outputs made of them.
func scores(outputs func(g *tensor.Graph, scores *tensor.Node) []*tensor.Node) *tensor.Graph {
	g := tensor.New("m.onnx", tensor.Imported)
	x := g.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: []int{3}})
	for _, n := range outputs(g, x) {
		g.Outputs = append(g.Outputs, tensor.Output{Name: "y", Node: n})
	}
	return g
}

// TestClassifier: classes are compared by what the model calls them.
func TestClassifier(t *testing.T) {
	best := func(g *tensor.Graph, x *tensor.Node) *tensor.Node {
		return g.MustAdd(diag.Pos{}, tensor.ArgMax{Axis: 0}, x)
	}
	for name, c := range map[string]struct {
		outputs func(g *tensor.Graph, x *tensor.Node) []*tensor.Node
		classes []string
		class   string // of the scores 1, 5, 2
	}{
		"labels of numbers": {func(g *tensor.Graph, x *tensor.Node) []*tensor.Node {
			return []*tensor.Node{x, g.MustAdd(diag.Pos{}, tensor.Label{Ints: []int{-1, 7, 100}}, best(g, x))}
		}, []string{"-1", "7", "100"}, "7"},
		"labels of large numbers": {func(g *tensor.Graph, x *tensor.Node) []*tensor.Node {
			return []*tensor.Node{g.MustAdd(diag.Pos{}, tensor.Label{Ints: []int{1, 2_000_000, 3_000_000}}, best(g, x))}
		}, []string{"1", "2000000", "3000000"}, "2000000"},
		"labels of strings, reshaped": {func(g *tensor.Graph, x *tensor.Node) []*tensor.Node {
			label := g.MustAdd(diag.Pos{}, tensor.Label{Strings: []string{"a", "b", "c"}}, best(g, x))
			return []*tensor.Node{g.MustAdd(diag.Pos{}, tensor.Reshape{Shape: []int{1}}, label), x}
		}, []string{"a", "b", "c"}, "b"},
		"named scores": {func(g *tensor.Graph, x *tensor.Node) []*tensor.Node {
			return []*tensor.Node{best(g, x), g.MustAdd(diag.Pos{}, tensor.ZipMap{Ints: []int{3, 2, 1}}, x)}
		}, []string{"3", "2", "1"}, "2"},
		"an index": {func(g *tensor.Graph, x *tensor.Node) []*tensor.Node { return []*tensor.Node{best(g, x)} },
			[]string{"0", "1", "2"}, "1"},
		"a threshold": {func(g *tensor.Graph, x *tensor.Node) []*tensor.Node {
			first := g.MustAdd(diag.Pos{}, tensor.Pick{Shape: []int{1}, Index: []int{1}}, x)
			half := g.MustAdd(diag.Pos{}, tensor.Const{Shape: []int{1}, Data: []float64{0.5}})
			return []*tensor.Node{g.MustAdd(diag.Pos{}, tensor.Compare{Fn: "less"}, half, first)}
		}, nil, "1"},
		"scores": {func(g *tensor.Graph, x *tensor.Node) []*tensor.Node { return []*tensor.Node{x} },
			[]string{"0", "1", "2"}, "1"},
	} {
		g := scores(c.outputs)
		by := g.Classifier()
		v, err := tensor.NewEvaluator(g).Run([]float64{1, 5, 2})
		if err != nil {
			t.Fatal(err)
		}
		if got := by.Class(v.Of(by.Node)); got != c.class || !slices.Equal(by.Classes, c.classes) {
			t.Errorf("%s: class %q of %v, want %q of %v", name, got, by.Classes, c.class, c.classes)
		}
	}
}
