package fit

import (
	"math"
	"math/rand/v2"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
)

// TestSensitivities: with one output they are the squared derivatives, found by differences.
func TestSensitivities(t *testing.T) {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(4, 4)))
	first := b.Add(tensor.Func{Fn: "relu"}, b.Dense(b.Input(5), 6))
	gate := b.Add(tensor.Mul{}, first, b.Dense(first, 6))
	g := b.Output(b.Dense(b.Add(tensor.Func{Fn: "tanh"}, b.Dense(gate, 4)), 1))
	f := fitterOf(t, g, graphtest.Samples(g, 40), Targets{})
	output := func(n *tensor.Node, s, i int, step float64) float64 {
		got := sampled.Values{}
		for _, m := range f.Graph.Nodes {
			switch {
			case f.fixed[m]:
				got[m] = f.exact[m].Slice(s, s+1)
			default:
				got[m] = sampled.Eval(m, got.Of(m.In))
			}
			if m == n {
				got[m].Data[i] += step
			}
		}
		return got[f.Graph.Outputs[0].Node].Data[0]
	}
	for n, sensitivity := range f.sensitivity {
		for s := range 5 {
			for i, want := range sensitivity.Row(s) {
				const step = 1e-5
				d := (output(n, s, i, step) - output(n, s, i, -step)) / (2 * step)
				if math.Abs(d*d-want) > 1e-4*(1+want) {
					t.Errorf("%%%d, sample %d, element %d: %v, by differences %v", n.ID, s, i, want, d*d)
				}
			}
		}
	}
	if len(f.sensitivity) != 2 {
		t.Errorf("%d functions", len(f.sensitivity))
	}
}

// TestSensitivitiesHelp: with weights kept, weighing samples by what the outputs feel brings
// random networks nearer to the exact ones.
func TestSensitivitiesHelp(t *testing.T) {
	with, without := 0.0, 0.0
	for seed := range uint64(4) {
		g := graphtest.Teacher(seed, "relu", 12, 16, 8, 4)
		f := fitterOf(t, g, graphtest.Samples(g, 2048), Targets{})
		for _, total := range []*float64{&with, &without} {
			c, err := f.try(t.Context(), settings{approximations: singlePolynomials(2, 2), refit: false, margin: intervalMargins[0]})
			if err != nil {
				t.Fatal(err)
			}
			*total += c.fit.RMS
			for _, v := range f.sensitivity {
				clear(v.Data)
			}
			f.last = trace{} // which was weighted
		}
	}
	if with >= without {
		t.Errorf("RMS %v with, %v without", with, without)
	}
}
