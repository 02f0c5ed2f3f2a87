package passes

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/sbinet/npyio"

	"hecc/frontend/onnx"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes/fit"
	"hecc/passes/planning"
)

var figure = flag.Bool("figure", false, "write docs/fitting.md and docs/fitting.svg: minutes")

// fitKind is a way to make a polynomial network of given degrees.
type fitKind struct {
	name, colour string
	degrees      []int
	way          fit.UniformSettings
}

var fitKinds = []fitKind{
	{"one polynomial for each layer", "#888888", []int{2, 3, 4, 6, 8, 14}, fit.UniformSettings{Shared: true}},
	{"one for each layer, compensated", "#d0802a", []int{2, 3, 4, 6, 8, 14}, fit.UniformSettings{Shared: true, Refit: true}},
	{"one for each neuron", "#2a78c0", []int{2, 3, 4, 6, 8, 14}, fit.UniformSettings{}},
	{"one for each neuron, compensated", "#2a9a50", []int{2, 3, 4, 6, 8, 14}, fit.UniformSettings{Refit: true}},
	{"one for each neuron, distilled", "#b02a7a", []int{2, 3, 4}, fit.UniformSettings{Refit: true, Distill: true}},
}

// fitPoint is what a polynomial network is worth.
type fitPoint struct {
	degree              int
	accuracy, agreement float64 // on unseen samples
	ms                  float64 // predicted time of a run
	refused             string
}

// finish takes a network of polynomials through the passes behind the fit, as Compile does.
func (c compilation) finish(r *fit.Result) (*plan.Plan, float64, error) {
	c.graph, c.fit = r.Graph, r.Fit
	c.activations = activationsOf(c.graph)
	for _, p := range pipeline[passIndex("approximate")+1:] {
		if err := c.runPass(context.Background(), p); err != nil {
			return nil, 0, err
		}
	}
	p, err := c.plan()
	return p, c.noise.Cost / 1e6, err
}

func passIndex(name string) int {
	return slices.IndexFunc(pipeline, func(p pass) bool { return p.name == name })
}

// TestFittingFigure measures on digits that nothing was fitted on, by simulation, how accurate the
// shipped relu network is with polynomials of each kind and degree, and what a run takes.
func TestFittingFigure(t *testing.T) {
	if !*figure {
		t.Skip("without -figure")
	}
	g, err := onnx.Load("../models/mnist/relu.onnx")
	if err != nil {
		t.Fatal(err)
	}
	digits, labels := readArray[float32](t, "../testdata/mnist/test.npy"), readArray[int64](t, "../testdata/mnist/test_labels.npy")
	c := &compilation{opts: Options{Calibration: readArray[float32](t, "../testdata/mnist/calibrate.npy"), Security: 128, Costs: plan.DefaultCosts}, imported: g, graph: g}
	for _, p := range pipeline[:passIndex("approximate")] {
		if err := c.runPass(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.setInput(t.Context()); err != nil {
		t.Fatal(err)
	}
	exact := make([]int, len(digits))
	right := 0
	for s, x := range digits {
		exact[s] = answer(t, g, x)
		if exact[s] == int(labels[s][0]) {
			right++
		}
	}
	points := make([][]fitPoint, len(fitKinds))
	for k, kind := range fitKinds {
		for _, d := range kind.degrees {
			p := c.measure(t, kind, d, digits, labels, exact)
			t.Logf("%s, degree %d: %+v", kind.name, d, p)
			points[k] = append(points[k], p)
		}
	}
	accuracy := float64(right) / float64(len(digits))
	for file, text := range map[string]string{"../docs/fitting.md": fittingText(points, accuracy), "../docs/fitting.svg": fittingPlot(points, accuracy)} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func (c *compilation) measure(t *testing.T, kind fitKind, degree int, digits, labels [][]float64, exact []int) fitPoint {
	way := kind.way
	way.Degree = degree
	fitted, err := fit.OnSamplesUniformly(t.Context(), c.problem(), c.opts.Calibration, c.box, way)
	if err != nil {
		t.Fatal(err)
	}
	p, ms, err := c.finish(fitted)
	if err != nil {
		return fitPoint{degree: degree, refused: err.Error()}
	}
	sim := planning.NewSimulator(p.Circuit, 1)
	epilogue, err := p.Interface.EpilogueGraph()
	if err != nil {
		t.Fatal(err)
	}
	right, same := 0, 0
	for s, x := range digits {
		y, err := sim.Run(x)
		if err != nil {
			t.Fatal(err)
		}
		got := answer(t, epilogue, y)
		if got == int(labels[s][0]) {
			right++
		}
		if got == exact[s] {
			same++
		}
	}
	n := float64(len(digits))
	return fitPoint{degree: degree, accuracy: float64(right) / n, agreement: float64(same) / n, ms: ms}
}

// answer is the element of the primary output that is largest.
func answer(t *testing.T, g *tensor.Graph, x []float64) int {
	v, err := tensor.NewEvaluator(g).Run(x)
	if err != nil {
		t.Fatal(err)
	}
	return tensor.Largest(v.Of(g.Primary().Node))
}

func readArray[T float32 | int64](t *testing.T, path string) [][]float64 {
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := npyio.NewReader(bufio.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var flat []T
	if err := r.Read(&flat); err != nil {
		t.Fatal(err)
	}
	rows := make([][]float64, r.Header.Descr.Shape[0])
	width := len(flat) / len(rows)
	for s := range rows {
		for _, x := range flat[s*width : (s+1)*width] {
			rows[s] = append(rows[s], float64(x))
		}
	}
	return rows
}

func fittingText(points [][]fitPoint, exact float64) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Fitting each neuron, and making up for it

The shipped network `+"`models/mnist/relu.onnx`"+` (784-128-64-10) with its two ReLUs replaced by polynomials of one degree: how many of 1,000 digits
that nothing was fitted on are recognised (%.1f %% by the exact network), and what a run is predicted to take on one core, by the built-in costs.

- *One polynomial for each layer* is what compilers usually do: least squares on the arguments of all neurons together.
- *One for each neuron* costs a ciphertext the same, since a slot can have coefficients of its own.
- *Compensated*: the weights of the next layer were fitted anew to make up for the polynomials.
- *Distilled*: all weights and coefficients behind the first polynomials were trained together to give the exact network's outputs.

No labels are used. Accuracy is by simulation: the planned circuit slot for slot, with modelled noise. The compiler chooses among these by itself; here each is forced.

![Accuracy against predicted time](fitting.svg)

| polynomials | degree | accuracy | same answer as the exact network | predicted ms |
|---|---|---|---|---|
`, 100*exact)
	for k, kind := range fitKinds {
		for _, p := range points[k] {
			if p.refused != "" {
				fmt.Fprintf(&b, "| %s | %d | refused: %s | | |\n", kind.name, p.degree, strings.ReplaceAll(p.refused, "\n", ";"))
				continue
			}
			fmt.Fprintf(&b, "| %s | %d | %.1f %% | %.1f %% | %.1f |\n", kind.name, p.degree, 100*p.accuracy, 100*p.agreement, p.ms)
		}
	}
	b.WriteString("\nWritten by\n\n    go test ./passes -run FittingFigure -figure -timeout 30m\n")
	return b.String()
}

// The plot: time on a logarithmic axis, accuracy on a linear one from 87 to 99 %.
const (
	plotLeft, plotRight = 70.0, 690.0
	plotTop, plotBottom = 30.0, 330.0
	leastAccuracy       = 0.87
	mostAccuracy        = 0.99
)

func fittingPlot(points [][]fitPoint, exact float64) string {
	lo, hi := math.Inf(1), 0.0
	for _, of := range points {
		for _, p := range of {
			if p.refused == "" {
				lo, hi = min(lo, p.ms), max(hi, p.ms)
			}
		}
	}
	lo, hi = lo/1.15, hi*1.15
	x := func(ms float64) float64 {
		return plotLeft + (plotRight-plotLeft)*math.Log(ms/lo)/math.Log(hi/lo)
	}
	y := func(accuracy float64) float64 {
		return plotBottom - (plotBottom-plotTop)*(accuracy-leastAccuracy)/(mostAccuracy-leastAccuracy)
	}
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 490" font-family="sans-serif" font-size="13" fill="#222222">` + "\n")
	b.WriteString(`<rect width="720" height="490" fill="#ffffff"/>` + "\n")
	for a := leastAccuracy; a < mostAccuracy+0.001; a += 0.02 {
		fmt.Fprintf(&b, `<path d="M%.0f %.1fH%.0f" stroke="#dddddd"/><text x="%.0f" y="%.1f" text-anchor="end">%.0f %%</text>`+"\n",
			plotLeft, y(a), plotRight, plotLeft-8, y(a)+4, 100*a)
	}
	for _, ms := range []float64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000} {
		if ms > lo && ms < hi {
			fmt.Fprintf(&b, `<path d="M%.1f %.0fV%.0f" stroke="#dddddd"/><text x="%.1f" y="%.0f" text-anchor="middle">%g ms</text>`+"\n",
				x(ms), plotTop, plotBottom, x(ms), plotBottom+18, ms)
		}
	}
	fmt.Fprintf(&b, `<path d="M%.0f %.1fH%.0f" stroke="#222222" stroke-dasharray="6 4"/><text x="%.0f" y="%.1f" text-anchor="end">exact network</text>`+"\n",
		plotLeft, y(exact), plotRight, plotRight-4, y(exact)-6)
	fmt.Fprintf(&b, `<text x="%.0f" y="%.0f" text-anchor="middle">predicted time of a run, one core</text>`+"\n", (plotLeft+plotRight)/2, plotBottom+38)
	fmt.Fprintf(&b, `<text x="%.0f" y="18">accuracy on 1,000 unseen digits; the grey numbers are degrees</text>`+"\n", plotLeft)
	below := 0
	for k, kind := range fitKinds {
		plotKind(&b, kind, points[k], k == 0, x, y, &below)
		at := plotBottom + 62 + 20*float64(k)
		fmt.Fprintf(&b, `<circle cx="%.0f" cy="%.0f" r="5" fill="%s"/><text x="%.0f" y="%.0f">%s</text>`+"\n", plotLeft+6, at, kind.colour, plotLeft+18, at+4, kind.name)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// plotKind draws the points of a kind, with their degrees if labelled, and a line through them; what lies
// below the axis is written at its foot.
func plotKind(b *strings.Builder, kind fitKind, points []fitPoint, labelled bool, x, y func(float64) float64, below *int) {
	path := ""
	for _, p := range points {
		if p.refused != "" {
			continue
		}
		if p.accuracy < leastAccuracy {
			fmt.Fprintf(b, `<text x="%.1f" y="%.0f" fill="%s">%d: %.1f %% ↓</text>`+"\n", x(p.ms)+4, plotBottom-6-15*float64(*below), kind.colour, p.degree, 100*p.accuracy)
			*below++
			continue
		}
		command := "L"
		if path == "" {
			command = "M"
		}
		path += fmt.Sprintf("%s%.1f %.1f", command, x(p.ms), y(p.accuracy))
		fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="4" fill="%s"/>`+"\n", x(p.ms), y(p.accuracy), kind.colour)
		if labelled {
			fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="middle" fill="%s">%d</text>`+"\n", x(p.ms), y(p.accuracy)+20, kind.colour, p.degree)
		}
	}
	fmt.Fprintf(b, `<path d="%s" fill="none" stroke="%s" stroke-width="1.5"/>`+"\n", path, kind.colour)
}
