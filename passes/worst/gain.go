package worst

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/internal/parallel"
	"hecc/passes/internal/sampled"
	"hecc/passes/tails"
)

const (
	chunk     = 64 // samples that are derived at once
	signDraws = 4  // random sums of outputs, for the mean square of their derivatives
)

// response is what the polynomial graph makes of a sample: the sum of each node's squares, and the root mean square of
// the outputs' derivatives by all that is computed, which is how much noise is amplified.
type response struct {
	energy    []float64 // by node
	noiseGain float64
}

// measure measures a graph on samples.
func measure(g *tensor.Graph, samples [][]float64) []response {
	out := make([]response, len(samples))
	_ = parallel.For(context.Background(), (len(samples)+chunk-1)/chunk, func(k int) error {
		lo, hi := k*chunk, min((k+1)*chunk, len(samples))
		measureOn(g, samples[lo:hi], out[lo:hi])
		return nil
	})
	return out
}

func measureOn(g *tensor.Graph, samples [][]float64, out []response) {
	got := sampled.Run(g, sampled.Matrix{Cols: g.Input().Size(), Data: slices.Concat(samples...)})
	slopes := sampled.Slopes(g, got)
	for s := range out {
		out[s].energy = make([]float64, len(g.Nodes))
		for _, n := range g.Nodes {
			out[s].energy[n.ID] = sampled.SumSquares(got[n].Row(s))
		}
	}
	mapped := onlyMapped(g)
	skip := func(n *tensor.Node) bool { return n == g.Input() && mapped } // in proportion to those by the maps' values
	rng := rand.New(rand.NewPCG(9, 10))
	last := g.Outputs[0].Node
	for range signDraws {
		by := sampled.NewMatrix(len(samples), last.Size())
		for i := range last.Size() { // the same sum of outputs for all samples, which are compared
			sign := float64(1 - 2*rng.IntN(2))
			for s := range by.Rows() {
				by.Row(s)[i] = sign
			}
		}
		slope := sampled.Derivatives(g, got, slopes, by, skip)
		for _, n := range g.Nodes {
			for s := 0; s < len(out) && slope[n].Data != nil; s++ {
				out[s].noiseGain += sampled.SumSquares(slope[n].Row(s)) / signDraws
			}
		}
	}
	for s := range out {
		out[s].noiseGain = math.Sqrt(out[s].noiseGain)
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
	return max(1, tails.FarQuantile(z, tails.IntervalExceedance)/largest)
}
