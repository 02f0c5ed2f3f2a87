package passes

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes/approx"
)

// unitProblem is a model with inputs in [-1, 1].
func unitProblem(t rapid.TB, g *tensor.Graph) (p problem, prologue *tensor.Graph, box plan.Box, drawn [][]float64) {
	t.Helper()
	p, prologue = problemOf(t, g, targets{})
	lo, hi := slices.Repeat([]float64{-1}, g.Input().Size()), slices.Repeat([]float64{1}, g.Input().Size())
	box.Lo, box.Hi = tensor.NewEncoder(prologue).Range(lo, hi)
	return p, prologue, box, drawSamples(box, 32)
}

// climb moves inputs of [-1, 1] to where an objective is large: from a corner, element by element.
func climb(rng *rand.Rand, n int, objective func(x []float64) float64) {
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(1 - 2*rng.IntN(2))
	}
	best := objective(x)
	for range 2 {
		for i := range x {
			old := x[i]
			for _, v := range []float64{-old, 2*rng.Float64() - 1} {
				kept := x[i]
				if x[i] = v; objective(x) > best {
					best = objective(x)
				} else {
					x[i] = kept
				}
			}
		}
	}
}

// TestEnclosures: whatever the input, arguments stay in the intervals of their polynomials, outputs in
// their range, and the polynomial network within the error that is claimed to be proven.
func TestEnclosures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := graphtest.Network(t, 10, 4, []string{"relu", "sigmoid", "tanh", "relu", "square", "none"})
		p, prologue, box, drawn := unitProblem(t, g)
		degree := rapid.SampledFrom([]int{2, 3, 5, 8}).Draw(t, "degree")
		poly, out, err := p.fitMinimax(t.Context(), oneDegree(p.graph, degree), box, drawn)
		if err != nil {
			return // too wide: refused
		}
		model, net := tensor.NewEvaluator(p.graph), tensor.NewEvaluator(poly)
		rng := graphtest.Rand(t)
		check := func(x []float64, layer, element int) (t1, e float64) {
			x = encode(t, prologue, x)
			v, _ := model.Run(x)
			w, _ := net.Run(x)
			for _, n := range poly.Nodes {
				p, ok := n.Op.(tensor.Poly)
				if !ok {
					continue
				}
				for i, a := range w.Of(n.In[0]) {
					u := math.Abs(p.Unit(p.At(i), a))
					if u > 1+1e-9 {
						t.Fatalf("degree %d: an argument of %s at %v of its interval [%v, %v]", degree, p.Of, u, p.Lo[p.At(i)], p.Hi[p.At(i)])
					}
					if n.ID == layer && i == element {
						t1 = u
					}
				}
			}
			exact, got := v.Of(p.graph.Outputs[0].Node), w.Of(poly.Outputs[0].Node)
			for i := range got {
				scale := max(1, math.Abs(exact[i]))
				if d := math.Abs(got[i] - exact[i]); d > out.err(i)+1e-9*scale {
					t.Fatalf("degree %d: off by %v, proven %v", degree, d, out.err(i))
				}
				if got[i] < out.lo[i]-1e-9*scale || got[i] > out.hi[i]+1e-9*scale {
					t.Fatalf("degree %d: output %v outside [%v, %v]", degree, got[i], out.lo[i], out.hi[i])
				}
			}
			return t1, math.Abs(got[element%len(got)] - exact[element%len(got)])
		}
		inputs := g.Input().Size()
		for range 10 {
			check(graphtest.Vector(rng, inputs, 1), 0, 0)
		}
		for _, n := range poly.Nodes {
			if _, ok := n.Op.(tensor.Poly); ok {
				element := rng.IntN(n.Size())
				climb(rng, inputs, func(x []float64) float64 { t1, _ := check(x, n.ID, element); return t1 })
			}
		}
		element := rng.IntN(len(out.lo))
		climb(rng, inputs, func(x []float64) float64 { _, e := check(x, -1, element); return e })
	})
}

// TestZonotopesAreTighter: for layers that cancel, intervals alone are several times as wide.
func TestZonotopesAreTighter(t *testing.T) {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(4, 4)))
	x := b.Input(64)
	for range 3 {
		x = b.Add(tensor.Func{Fn: "tanh"}, b.Add(tensor.MatMul{}, x, b.Const(0.15, x.Size(), 64)))
	}
	p, _, box, drawn := unitProblem(t, b.Output(b.Dense(x, 3)))
	_, out, err := p.fitMinimax(t.Context(), oneDegree(p.graph, 5), box, drawn)
	if err != nil {
		t.Fatal(err)
	}
	plain := map[*tensor.Node]interval{}
	for _, n := range p.graph.Nodes {
		switch op := n.Op.(type) {
		case tensor.Input:
			plain[n] = interval{box.Lo, box.Hi}
		case tensor.Affine:
			plain[n] = affineInterval(op, []interval{plain[n.In[0]]})
		case tensor.Func:
			in := plain[n.In[0]]
			p, err := minimaxLayer(t.Context(), n, op, 5, in)
			if err != nil {
				t.Fatal(err)
			}
			v := interval{slices.Clone(in.lo), slices.Clone(in.hi)}
			for i := range v.lo {
				v.set(i, approx.Range(p.Coeffs[p.At(i)]))
			}
			plain[n] = v
		}
	}
	v := plain[p.graph.Outputs[0].Node]
	for i := range v.lo {
		if zonotope, interval := out.hi[i]-out.lo[i], v.hi[i]-v.lo[i]; zonotope > interval*(1+1e-9) {
			t.Errorf("output %d: width %v, by intervals alone %v", i, zonotope, interval)
		}
	}
}

// oneDegree is a polynomial of the same degree for every function.
func oneDegree(g *tensor.Graph, d int) []form {
	return slices.Repeat(polynomials(d), len(laddersOf(g, nil)))
}
