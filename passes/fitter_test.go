package passes

import (
	"pgregory.net/rapid"

	"hecc/ir/tensor"
)

// problemOf takes a model through the passes before the fit.
func problemOf(t rapid.TB, g *tensor.Graph, want targets) (p problem, prologue *tensor.Graph) {
	t.Helper()
	g, err := foldConstants(g)
	if err != nil {
		t.Fatal(err)
	}
	prologue, g = splitPrologue(simplify(g))
	g, epilogue, err := splitEpilogue(g, false)
	if err != nil {
		t.Fatal(err)
	}
	if g, err = fuseLinear(mergeFunctions(g)); err != nil {
		t.Fatal(err)
	}
	return problem{graph: g, release: &release{epilogue: epilogue, graph: g}, targets: want, progress: func(string) {}}, prologue
}

// fitterOf prepares the fits of a model on samples.
func fitterOf(t rapid.TB, g *tensor.Graph, samples [][]float64, want targets) *fitter {
	t.Helper()
	p, prologue := problemOf(t, g, want)
	in := make([][]float64, len(samples))
	for i, x := range samples {
		in[i] = encode(t, prologue, x)
	}
	return newFitter(p, usedSamples(p.graph, in), len(in), inputBox(in, nil))
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
