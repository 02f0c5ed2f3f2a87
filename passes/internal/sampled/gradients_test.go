package sampled

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
)

// TestDerivatives compares those by every value of random graphs with differences.
func TestDerivatives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := graphtest.Polynomial(t, 6, 4)
		x := graphtest.Vector(graphtest.Rand(t), g.Input().Size(), 1)
		// sum is the sum of outputs where element i of a node is off by step.
		sum := func(n *tensor.Node, i int, step float64) float64 {
			got := Values{}
			for _, m := range g.Nodes {
				if m == g.Input() {
					got[m] = Matrix{m.Size(), slices.Clone(x)}
				} else {
					got[m] = Eval(m, got.Of(m.In))
				}
				if m == n {
					got[m].Data[i] += step
				}
			}
			total := 0.0
			for _, y := range got[g.Outputs[0].Node].Data {
				total += y
			}
			return total
		}
		got := Run(g, Matrix{len(x), slices.Clone(x)})
		last := Matrix{g.Outputs[0].Node.Size(), slices.Repeat([]float64{1}, g.Outputs[0].Node.Size())}
		for n, by := range Gradients(g, got, LocalDerivatives(g, got), last, func(*tensor.Node) bool { return false }) {
			for i, d := range by.Data {
				const step = 1e-5
				above, below := sum(n, i, step), sum(n, i, -step)
				if want := (above - below) / (2 * step); math.Abs(d-want) > 1e-5*(1+math.Abs(want)) {
					t.Errorf("%%%d, element %d: %v, by differences %v", n.ID, i, d, want)
				}
			}
		}
	})
}

// TestSlopesAtEnds: samples at the end of a domain do not spoil the weights of the others.
func TestSlopesAtEnds(t *testing.T) {
	x := Matrix{1, []float64{0, 1e-300, 0.25, 1}}
	for s, d := range funcDerivatives(tensor.Func{Fn: "sqrt"}, x).Data {
		if math.IsNaN(d) || math.IsInf(d, 0) || d < 0.5 {
			t.Errorf("sample %d: slope %v", s, d)
		}
	}
}
