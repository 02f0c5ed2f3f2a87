package fit

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
	"hecc/passes/bounds"
	"hecc/passes/tails"
)

// unitProblem is a model with inputs in [-1, 1].
func unitProblem(t rapid.TB, g *tensor.Graph) (p Problem, prologue *tensor.Graph, box plan.Box, drawn [][]float64) {
	t.Helper()
	p, prologue = problemOf(t, g, Targets{})
	lo, hi := slices.Repeat([]float64{-1}, g.Input().Size()), slices.Repeat([]float64{1}, g.Input().Size())
	box.Lo, box.Hi = tensor.NewEncoder(prologue).Range(lo, hi)
	return p, prologue, box, tails.Draw(box, 32)
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
		poly, out, err := p.fitMinimax(t.Context(), oneDegree(p.Graph, degree), box, drawn)
		if err != nil {
			return // too wide: refused
		}
		model, net := tensor.NewEvaluator(p.Graph), tensor.NewEvaluator(poly)
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
			exact, got := v.Of(p.Graph.Outputs[0].Node), w.Of(poly.Outputs[0].Node)
			for i := range got {
				scale := max(1, math.Abs(exact[i]))
				if d := math.Abs(got[i] - exact[i]); d > out.ErrorBound(i)+1e-9*scale {
					t.Fatalf("degree %d: off by %v, proven %v", degree, d, out.ErrorBound(i))
				}
				if got[i] < out.Lo[i]-1e-9*scale || got[i] > out.Hi[i]+1e-9*scale {
					t.Fatalf("degree %d: output %v outside [%v, %v]", degree, got[i], out.Lo[i], out.Hi[i])
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
		element := rng.IntN(len(out.Lo))
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
	_, out, err := p.fitMinimax(t.Context(), oneDegree(p.Graph, 5), box, drawn)
	if err != nil {
		t.Fatal(err)
	}
	plain := map[*tensor.Node]bounds.Interval{}
	for _, n := range p.Graph.Nodes {
		switch op := n.Op.(type) {
		case tensor.Input:
			plain[n] = bounds.Interval{Lo: box.Lo, Hi: box.Hi}
		case tensor.Affine:
			plain[n] = bounds.AffineInterval(op, []bounds.Interval{plain[n.In[0]]})
		case tensor.Func:
			in := plain[n.In[0]]
			p, err := minimaxLayer(t.Context(), n, op, 5, in)
			if err != nil {
				t.Fatal(err)
			}
			v := bounds.Interval{Lo: slices.Clone(in.Lo), Hi: slices.Clone(in.Hi)}
			for i := range v.Lo {
				v.Set(i, approx.Range(p.Coeffs[p.At(i)]))
			}
			plain[n] = v
		}
	}
	v := plain[p.Graph.Outputs[0].Node]
	for i := range v.Lo {
		if zonotope, interval := out.Hi[i]-out.Lo[i], v.Hi[i]-v.Lo[i]; zonotope > interval*(1+1e-9) {
			t.Errorf("output %d: width %v, by intervals alone %v", i, zonotope, interval)
		}
	}
}

// oneDegree is a polynomial of the same degree for every function.
func oneDegree(g *tensor.Graph, d int) []approximation {
	return slices.Repeat(singlePolynomials(d), len(schedulesOf(g, nil)))
}
