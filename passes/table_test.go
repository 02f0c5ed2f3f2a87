package passes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"hecc/internal/graphtest"
	"hecc/internal/progress"
	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/tensor"
	"hecc/passes/internal/parallel"
)

func TestOrderIsChecked(t *testing.T) {
	anyStage := slices.Clone(pipeline)
	for i := range anyStage {
		anyStage[i].from, anyStage[i].to = "", ""
	}
	if err := checkOrder(anyStage, before); err != nil {
		t.Fatal(err)
	}
	for _, b := range before {
		swapped := slices.Clone(anyStage)
		at := func(name string) int { return slices.IndexFunc(swapped, func(p pass) bool { return p.name == name }) }
		i, j := at(b.first), at(b.second)
		swapped[i], swapped[j] = swapped[j], swapped[i]
		if err := checkOrder(swapped, []constraint{b}); err == nil || !strings.Contains(err.Error(), b.reason) {
			t.Errorf("%s after %s: got %v", b.first, b.second, err)
		}
		without := slices.Delete(slices.Clone(anyStage), i, i+1)
		if checkOrder(without, []constraint{b}) == nil {
			t.Errorf("%s may be missing", b.first)
		}
	}
	if checkOrder([]pass{{name: "a", to: "x"}, {name: "b", from: "y"}}, nil) == nil {
		t.Error("a pass may follow a stage that it does not take")
	}
}

func TestEveryPassIsDocumentedAndConstrained(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range pipeline {
		if p.doc == "" || seen[p.name] {
			t.Errorf("pass %s has no line of its own", p.name)
		}
		seen[p.name] = true
		if !slices.ContainsFunc(before, func(b constraint) bool { return b.first == p.name || b.second == p.name }) {
			t.Errorf("nothing says where pass %s stands", p.name)
		}
	}
}

// TestDumpAndProgress: every pass reports, and what it dumps can be read back.
func TestDumpAndProgress(t *testing.T) {
	g := graphtest.Small()
	opts := unitBox(g)
	opts.TargetError = anyError
	var started, dumped []string
	opts.Progress = func(r progress.Report) {
		if pass, _, _ := strings.Cut(r.What, ":"); len(started) == 0 || started[len(started)-1] != pass {
			started = append(started, pass)
		}
	}
	opts.Dump = func(number int, pass, text string) error {
		dumped = append(dumped, fmt.Sprintf("%d-%s", number, pass))
		var err error
		if strings.HasPrefix(text, "circuit") {
			_, err = he.Parse(text)
		} else {
			_, err = tensor.Parse(text)
		}
		return err
	}
	if _, err := Compile(context.Background(), g, opts); err != nil {
		t.Fatal(err)
	}
	for i, p := range pipeline {
		if i >= len(started) || started[i] != p.name {
			t.Errorf("progress %v lacks %s", started, p.name)
		}
		if want := fmt.Sprintf("%d-%s", i+1, p.name); i >= len(dumped) || dumped[i] != want {
			t.Errorf("dumps %v lack %s", dumped, want)
		}
	}
	opts.Dump = func(int, string, string) error { return fmt.Errorf("disk full") }
	if _, err := Compile(context.Background(), g, opts); err == nil || err.Error() != "disk full" {
		t.Errorf("got %v", err)
	}
}

// TestPanicsNameTheirPass: a fault in a pass, or in one of its goroutines, is an error that names it.
func TestPanicsNameTheirPass(t *testing.T) {
	inGoroutine := func(ctx context.Context, _ *compilation) error {
		return parallel.For(ctx, 4, func(int) error { panic("there") })
	}
	for want, run := range map[string]func(context.Context, *compilation) error{
		"internal error in pass broken: panic: here":  func(context.Context, *compilation) error { panic("here") },
		"internal error in pass broken: panic: there": inGoroutine,
	} {
		c := &compilation{graph: graphtest.Small()}
		if err := c.runPass(t.Context(), pass{name: "broken", to: "imported", run: run}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("error %v, expected %s", err, want)
		}
	}
	for name, g := range map[string]*tensor.Graph{"no graph": nil, "an empty graph": {}, "a graph without input": tensor.New("m.onnx", tensor.Imported)} {
		if _, err := Compile(context.Background(), g, Options{}); err == nil || strings.Contains(err.Error(), "panic") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// TestCancel: wherever a compilation is, it ends soon after its context, with that one's error, and begins no further pass.
func TestCancel(t *testing.T) {
	g := graphtest.Teacher(1, "tanh", 8, 12, 4)
	opts := Options{Calibration: graphtest.Samples(g, 500)}
	for _, p := range pipeline {
		ctx, cancel := context.WithCancel(t.Context())
		var after []string
		opts.Progress = func(r progress.Report) {
			if ctx.Err() != nil {
				after = append(after, r.What)
			}
			if strings.HasPrefix(r.What, p.name) {
				cancel()
			}
		}
		_, err := Compile(ctx, g, opts)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled in %s: %v", p.name, err)
		}
		for _, what := range after {
			if !strings.HasPrefix(what, p.name) {
				t.Errorf("cancelled in %s, and began %s", p.name, what)
			}
		}
		cancel()
	}
}

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
