package passes

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/tensor"
	"hecc/ir/text"
)

// TestPasses runs the files of testdata. A test there is the name of a pass, or of several, a
// graph, and the graph that they make of it or their error. Blobs are written as {1,2.5}.
// Arguments: box=(lo,hi) declares the range of inputs, samples=n calibrates with random
// inputs in [-1, 1], target=e is the error asked for.
// go test ./passes -rewrite writes the files anew.
func TestPasses(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			g, err := readGraph(d.Input + "\n")
			if err != nil {
				d.Fatalf(t, "%v", err)
			}
			c := newCompilation(t, d, g)
			names := []string{d.Cmd}
			if d.HasArg("then") {
				names = append(names, argument(d, "then").Vals...)
			}
			for _, name := range names {
				if err := c.runOnly(t, name); err != nil {
					return "error: " + err.Error() + "\n"
				}
			}
			out := writeGraph(c.graph)
			if d.Cmd == "split-epilogue" {
				out += writeGraph(c.epilogue)
			}
			if d.Cmd == "approximate" {
				out += fmt.Sprintf("degree %d, error %.4g, held out %d\n", c.fit.Degree, c.fit.Error, c.fit.HeldOut)
			}
			return out
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

// runOnly runs one pass and its verifier.
func (c *compilation) runOnly(t *testing.T, name string) error {
	i := slices.IndexFunc(pipeline, func(p pass) bool { return p.name == name })
	if i < 0 {
		t.Fatalf("no pass %s", name)
	}
	if string(c.graph.Stage) != pipeline[i].from {
		t.Fatalf("%s takes stage %s", name, pipeline[i].from)
	}
	if err := pipeline[i].run(t.Context(), c); err != nil {
		return diag.InPass(name, err)
	}
	if err := c.verify(pipeline[i].to); err != nil {
		t.Fatal(err)
	}
	return nil
}

var (
	braces = regexp.MustCompile(`\{[^}]*\}`)
	blobAt = regexp.MustCompile(`=@\d+`)
)

func readGraph(src string) (*tensor.Graph, error) {
	var blobs []text.Blob
	var fault error
	body := braces.ReplaceAllStringFunc(src, func(list string) string {
		blob := text.Blob{}
		for _, s := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune("{,}", r) }) {
			x, err := strconv.ParseFloat(s, 64)
			if err != nil {
				fault = err
			}
			blob = append(blob, x)
		}
		blobs = append(blobs, blob)
		return fmt.Sprintf("@%d", len(blobs)-1)
	})
	if fault != nil {
		return nil, fault
	}
	d, err := text.Join(body, blobs)
	if err != nil {
		return nil, err
	}
	return tensor.FromDocument(d)
}

func writeGraph(g *tensor.Graph) string {
	body, blobs := g.Document().Split()
	return blobAt.ReplaceAllStringFunc(body, func(string) string {
		items := make([]string, len(blobs[0]))
		for i, x := range blobs[0] {
			if math.Abs(x) < 1e-12 {
				x = 0 // rounding differs between machines
			}
			items[i] = strconv.FormatFloat(x, 'g', 4, 64)
		}
		blobs = blobs[1:]
		return "={" + strings.Join(items, ",") + "}"
	})
}
