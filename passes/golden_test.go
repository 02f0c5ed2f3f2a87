package passes

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/cockroachdb/datadriven"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// TestApproximate runs the files of testdata. A test there is a graph, and what the pass approximate makes of
// it, or its error. Arguments: box=(lo,hi) declares the range of inputs, samples=n calibrates with random
// inputs in [-1, 1], target=e is the error asked for. go test ./passes -rewrite writes the files anew.
func TestApproximate(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			g, err := graphtest.ReadGraph(d.Input + "\n")
			if err != nil {
				d.Fatalf(t, "%v", err)
			}
			c := newCompilation(t, d, g)
			if err := approximate(t.Context(), c); err != nil {
				return "error: " + err.Error() + "\n"
			}
			return graphtest.WriteGraph(c.graph) + fmt.Sprintf("degree %d, error %.4g, held out %d\n", c.fit.Degree, c.fit.Error, c.fit.HeldOut)
		})
	})
}

func argument(d *datadriven.TestData, key string) datadriven.CmdArg {
	a, _ := d.Arg(key)
	return a
}

func number(t *testing.T, d *datadriven.TestData, s string) float64 {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		d.Fatalf(t, "%v", err)
	}
	return x
}

func newCompilation(t *testing.T, d *datadriven.TestData, g *tensor.Graph) *compilation {
	epilogue := tensor.New(g.File, tensor.Epilogue)
	n := epilogue.MustAdd(diag.Pos{}, tensor.Input{Label: "decrypted", Shape: g.Outputs[0].Node.Shape})
	epilogue.Outputs = []tensor.Output{{Name: g.Outputs[0].Name, Node: n}}
	c := &compilation{opts: Options{Security: 128}, imported: g, graph: g, epilogue: epilogue}
	if d.HasArg("box") {
		vals := argument(d, "box").Vals
		c.opts.InputRange = uniformBox(g.Input().Size(), number(t, d, vals[0]), number(t, d, vals[1]))
	}
	if d.HasArg("samples") {
		c.opts.Calibration = graphtest.Samples(g, int(number(t, d, argument(d, "samples").Vals[0])))
	}
	if d.HasArg("target") {
		c.opts.TargetError = number(t, d, argument(d, "target").Vals[0])
	}
	return c
}
