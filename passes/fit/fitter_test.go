package fit

import (
	"context"

	"pgregory.net/rapid"

	"hecc/ir/tensor"
	"hecc/passes/lower"
	"hecc/passes/promise"
	"hecc/passes/tails"
)

// problemOf takes a model through the passes before the fit.
func problemOf(t rapid.TB, g *tensor.Graph, want Targets) (p Problem, prologue *tensor.Graph) {
	t.Helper()
	g, err := lower.FoldConstants(g)
	if err != nil {
		t.Fatal(err)
	}
	prologue, g = lower.SplitPrologue(lower.Simplify(g))
	g, epilogue, err := lower.SplitEpilogue(g, false)
	if err != nil {
		t.Fatal(err)
	}
	if g, err = lower.FuseLinear(lower.MergeFunctions(g)); err != nil {
		t.Fatal(err)
	}
	return Problem{Graph: g, Release: &promise.Release{Epilogue: epilogue, Graph: g}, Targets: want, Security: 128, Progress: func(float64, string) {}}, prologue
}

// fitterOf prepares the fits of a model on samples.
func fitterOf(t rapid.TB, g *tensor.Graph, samples [][]float64, want Targets) *fitter {
	t.Helper()
	p, prologue := problemOf(t, g, want)
	in := make([][]float64, len(samples))
	for i, x := range samples {
		in[i] = encode(t, prologue, x)
	}
	f, err := newFitter(context.Background(), p, usedSamples(p.Graph, in), len(in), tails.Box(in, nil))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// encode is what the client makes of a sample.
func encode(t rapid.TB, prologue *tensor.Graph, x []float64) []float64 {
	t.Helper()
	out, err := tensor.NewEncoder(prologue).Encode(x)
	if err != nil {
		t.Fatal(err)
	}
	return append([]float64(nil), out...)
}
