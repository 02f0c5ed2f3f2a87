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
	chunkSamples      = 64 // samples that are differentiated at once
	randomProjections = 4  // for Hutchinson's estimate of squared gradients
)

// response is measured on one sample: the sum of squares of each node's values, and the noise gain, which is
// the root mean square of the outputs' derivatives with respect to all computed values.
type response struct {
	energy    []float64 // sum of squares, by node
	noiseGain float64
}

// measure measures a graph on samples.
func measure(g *tensor.Graph, samples [][]float64) []response {
	out := make([]response, len(samples))
	_ = parallel.For(context.Background(), (len(samples)+chunkSamples-1)/chunkSamples, func(k int) error {
		lo, hi := k*chunkSamples, min((k+1)*chunkSamples, len(samples))
		measureOn(g, samples[lo:hi], out[lo:hi])
		return nil
	})
	return out
}

func measureOn(g *tensor.Graph, samples [][]float64, out []response) {
	got := sampled.Run(g, sampled.Matrix{Cols: g.Input().Size(), Data: slices.Concat(samples...)})
	slopes := sampled.LocalDerivatives(g, got)
	for s := range out {
		out[s].energy = make([]float64, len(g.Nodes))
		for _, n := range g.Nodes {
			out[s].energy[n.ID] = sampled.SumSquares(got[n].Row(s))
		}
	}
	mapped := onlyMapped(g)
	skip := func(n *tensor.Node) bool { return n == g.Input() && mapped } // its derivatives are proportional to those of the maps' values
	rng := rand.New(rand.NewPCG(9, 10))
	last := g.Outputs[0].Node
	for range randomProjections {
		by := sampled.NewMatrix(len(samples), last.Size())
		for i := range last.Size() { // the same projection for all samples, since they are compared
			sign := float64(1 - 2*rng.IntN(2))
			for s := range by.Rows() {
				by.Row(s)[i] = sign
			}
		}
		slope := sampled.Gradients(g, got, slopes, by, skip)
		for _, n := range g.Nodes {
			for s := 0; s < len(out) && slope[n].Data != nil; s++ {
				out[s].noiseGain += sampled.SumSquares(slope[n].Row(s)) / randomProjections
			}
		}
	}
	for s := range out {
		out[s].noiseGain = math.Sqrt(out[s].noiseGain)
	}
}

// onlyMapped says whether all readers of the input are affine maps.
func onlyMapped(g *tensor.Graph) bool {
	return !slices.ContainsFunc(g.Nodes, func(n *tensor.Node) bool {
		_, linear := n.Op.(tensor.Affine)
		return !linear && slices.Contains(n.In, g.Input())
	})
}

// tailRatio is how much larger unseen values may be than the largest sample, up to the exceedance
// probability; at least 1.
func tailRatio(xs []float64) float64 {
	z := slices.Sorted(slices.Values(xs))
	largest := z[len(z)-1]
	if !(largest > 0) {
		return 1
	}
	return max(1, tails.TailQuantile(z, tails.IntervalExceedance)/largest)
}
