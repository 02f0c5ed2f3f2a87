package passes

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"hecc/ir/tensor"
)

const (
	chunk     = 64 // samples that are derived at once
	signDraws = 4  // random sums of outputs, for the mean square of their derivatives
)

// loudness is how loud the polynomial graph is on a sample: the sum of each node's squares, and the root mean square of
// the outputs' derivatives by all that is computed, which is what they feel of noise.
type loudness struct {
	energy        []float64 // by node
	amplification float64
}

// listen measures a graph on samples.
func listen(g *tensor.Graph, samples [][]float64) []loudness {
	out := make([]loudness, len(samples))
	_ = forEach(context.Background(), (len(samples)+chunk-1)/chunk, func(k int) error {
		lo, hi := k*chunk, min((k+1)*chunk, len(samples))
		listenTo(g, samples[lo:hi], out[lo:hi])
		return nil
	})
	return out
}

func listenTo(g *tensor.Graph, samples [][]float64, out []loudness) {
	got := evalFrom(g, values{g.Input().Size(), slices.Concat(samples...)})
	slopes := slopesOf(g, got)
	for s := range out {
		out[s].energy = make([]float64, len(g.Nodes))
		for _, n := range g.Nodes {
			out[s].energy[n.ID] = sumSquares(got[n].row(s))
		}
	}
	mapped := onlyMapped(g)
	skip := func(n *tensor.Node) bool { return n == g.Input() && mapped } // in proportion to those by the maps' values
	rng := rand.New(rand.NewPCG(9, 10))
	last := g.Outputs[0].Node
	for range signDraws {
		by := newValues(len(samples), last.Size())
		for i := range last.Size() { // the same sum of outputs for all samples, which are compared
			sign := float64(1 - 2*rng.IntN(2))
			for s := range by.rows() {
				by.row(s)[i] = sign
			}
		}
		felt := derivatives(g, got, slopes, by, skip)
		for _, n := range g.Nodes {
			for s := 0; s < len(out) && felt[n].data != nil; s++ {
				out[s].amplification += sumSquares(felt[n].row(s)) / signDraws
			}
		}
	}
	for s := range out {
		out[s].amplification = math.Sqrt(out[s].amplification)
	}
}

// onlyMapped says whether nothing but maps reads the input.
func onlyMapped(g *tensor.Graph) bool {
	return !slices.ContainsFunc(g.Nodes, func(n *tensor.Node) bool {
		_, linear := n.Op.(tensor.Affine)
		return !linear && slices.Contains(n.In, g.Input())
	})
}

// beyondLargest is how much larger than all samples unseen ones may be, but for a share of leaving.
func beyondLargest(xs []float64) float64 {
	z := slices.Sorted(slices.Values(xs))
	largest := z[len(z)-1]
	if !(largest > 0) {
		return 1
	}
	return max(1, farQuantile(z, leaving)/largest)
}
