package lower

import (
	"testing"

	"github.com/cockroachdb/datadriven"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// steps are the functions of this package by the names of their passes.
var steps = map[string]func(*tensor.Graph) ([]*tensor.Graph, error){
	"fold-constants":   func(g *tensor.Graph) ([]*tensor.Graph, error) { return one(FoldConstants(g)) },
	"simplify":         func(g *tensor.Graph) ([]*tensor.Graph, error) { return one(Simplify(g), nil) },
	"merge-functions":  func(g *tensor.Graph) ([]*tensor.Graph, error) { return one(MergeFunctions(g), nil) },
	"fuse-linear":      func(g *tensor.Graph) ([]*tensor.Graph, error) { return one(FuseLinear(g)) },
	"complete-squares": func(g *tensor.Graph) ([]*tensor.Graph, error) { return one(CompleteSquares(g), nil) },
	"unit-intervals":   func(g *tensor.Graph) ([]*tensor.Graph, error) { return one(UnitIntervals(g), nil) },
	"split-epilogue": func(g *tensor.Graph) ([]*tensor.Graph, error) {
		rest, epilogue, err := SplitEpilogue(g, false)
		return []*tensor.Graph{rest, epilogue}, err
	},
}

func one(g *tensor.Graph, err error) ([]*tensor.Graph, error) { return []*tensor.Graph{g}, err }

// TestPasses runs the files of testdata. A test there is the name of a pass, or of several, a
// graph, and the graphs that they make of it or their error.
// go test ./passes/lower -rewrite writes the files anew.
func TestPasses(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			g, err := graphtest.ReadGraph(d.Input + "\n")
			if err != nil {
				d.Fatalf(t, "%v", err)
			}
			names := []string{d.Cmd}
			if then, ok := d.Arg("then"); ok {
				names = append(names, then.Vals...)
			}
			graphs := []*tensor.Graph{g}
			for _, name := range names {
				step, ok := steps[name]
				if !ok {
					d.Fatalf(t, "no pass %s", name)
				}
				if graphs, err = step(graphs[0]); err != nil {
					return "error: " + diag.InPass(name, err).Error() + "\n"
				}
			}
			out := ""
			for _, g := range graphs {
				if err := g.Verify(); err != nil {
					t.Fatal(err)
				}
				out += graphtest.WriteGraph(g)
			}
			return out
		})
	})
}
