package passes

import (
	"math"
	"slices"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"

	"pgregory.net/rapid"
)

// TestDerivatives compares those by every value of random graphs with differences.
func TestDerivatives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := graphtest.Polynomial(t, 6, 4)
		x := graphtest.Vector(graphtest.Rand(t), g.Input().Size(), 1)
		// sum is the sum of outputs where element i of a node is off by step.
		sum := func(n *tensor.Node, i int, step float64) float64 {
			got := batch{}
			for _, m := range g.Nodes {
				if m == g.Input() {
					got[m] = values{m.Size(), slices.Clone(x)}
				} else {
					got[m] = eval(m, got.of(m.In))
				}
				if m == n {
					got[m].data[i] += step
				}
			}
			total := 0.0
			for _, y := range got[g.Outputs[0].Node].data {
				total += y
			}
			return total
		}
		got := evalFrom(g, values{len(x), slices.Clone(x)})
		last := values{g.Outputs[0].Node.Size(), slices.Repeat([]float64{1}, g.Outputs[0].Node.Size())}
		for n, by := range derivatives(g, got, slopesOf(g, got), last, func(*tensor.Node) bool { return false }) {
			for i, d := range by.data {
				const step = 1e-5
				above, below := sum(n, i, step), sum(n, i, -step)
				if want := (above - below) / (2 * step); math.Abs(d-want) > 1e-5*(1+math.Abs(want)) {
					t.Errorf("%%%d, element %d: %v, by differences %v", n.ID, i, d, want)
				}
			}
		}
	})
}

// TestRareSamples: the heavier the tails, the more there is beyond the largest of the samples.
func TestRareSamples(t *testing.T) {
	samples := make([]float64, 1000)
	for i := range samples { // quantiles of an exponential distribution
		samples[i] = -math.Log((float64(i) + 0.5) / 1000)
	}
	before := 1.0
	for _, power := range []float64{0.5, 1, 4, 16} {
		raised := make([]float64, len(samples))
		for i, x := range samples {
			raised[i] = math.Pow(x, power)
		}
		least := math.Pow(math.Log(1/leaving)/samples[0], power)                                  // what the distribution says
		if got := beyondLargest(raised); got < max(before, least) || got > math.Pow(least, 2.5) { // the tail is estimated from 32 values, and on the safe side
			t.Errorf("power %v: %v, in truth %v", power, got, least)
		}
		before = beyondLargest(raised)
	}
}
