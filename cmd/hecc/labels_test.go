package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
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
		"labels of strings, reshaped": {func(g *tensor.Graph, x *tensor.Node) []*tensor.Node {
			label := g.MustAdd(diag.Pos{}, tensor.Label{Strings: []string{"a", "b", "c"}}, best(g, x))
			return []*tensor.Node{g.MustAdd(diag.Pos{}, tensor.Reshape{Shape: []int{1}}, label), x}
		}, []string{"a", "b", "c"}, "b"},
		"named scores": {func(g *tensor.Graph, x *tensor.Node) []*tensor.Node {
			return []*tensor.Node{best(g, x), g.MustAdd(diag.Pos{}, tensor.ZipMap{Ints: []int{3, 2, 1}}, x)}
		}, []string{"3", "2", "1"}, "2"},
		"an index": {func(g *tensor.Graph, x *tensor.Node) []*tensor.Node { return []*tensor.Node{best(g, x)} },
			[]string{"0", "1", "2"}, "1"},
		"scores": {func(g *tensor.Graph, x *tensor.Node) []*tensor.Node { return []*tensor.Node{x} },
			[]string{"0", "1", "2"}, "1"},
	} {
		g := scores(c.outputs)
		by, err := newClassifier(g)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		v, err := tensor.NewEvaluator(g).Run([]float64{1, 5, 2})
		if err != nil {
			t.Fatal(err)
		}
		if got := by.class(v.Of(by.node)); got != c.class || !slices.Equal(by.classes, c.classes) {
			t.Errorf("%s: class %q of %v, want %q of %v", name, got, by.classes, c.class, c.classes)
		}
	}
}

// TestLabelFiles: numbers of any type and text are compared by value.
func TestLabelFiles(t *testing.T) {
	numbers := &classifier{node: &tensor.Node{Op: tensor.Label{}}, label: true, classes: []string{"-1", "1"}}
	words := &classifier{node: &tensor.Node{Op: tensor.Label{}}, label: true, classes: []string{"1", "no", "01"}}
	for _, c := range []struct {
		name, file string
		by         *classifier
		want       string // labels, or the error
	}{
		{"l.csv", "1\n-1\n", numbers, "1 -1"},
		{"l.csv", "target\n1.0\n-1\n", numbers, "1 -1"},
		{"l.csv", "no\n01\n", words, "no 01"},
		{"l.csv", "answer\n1\nno\n", words, "1 no"},
		{"l.npy", string(npyFile("|i1", "2,", false, []byte("\x01\xff"))), numbers, "1 -1"},
		{"l.npy", string(npyFile("<f4", "2, 1", false, []byte("\x00\x00\x80\x3f\x00\x00\x80\xbf"))), numbers, "1 -1"},
		{"l.npy", string(npyFile("|S2", "2,", false, []byte("no01"))), words, "no 01"},
		{"l.csv", "1\n0\n", numbers, `label 1 is "0", must be one of -1, 1`},
		{"l.csv", "1\n", numbers, "1 labels for 2 samples"},
		{"l.csv", "1,2\n3,4\n", numbers, "labels must be one for each sample, found 2 for each"},
		{"l.npy", string(npyFile("<f4", "1,", false, []byte("\x00\x00\xc0\x7f"))), numbers, "1 labels for 2 samples"},
	} {
		path := filepath.Join(t.TempDir(), c.name)
		if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := readLabels(path, 2, c.by)
		if text := strings.Join(got, " "); err == nil && text != c.want || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %q, %v, want %s", c.file, got, err, c.want)
		}
	}
}
