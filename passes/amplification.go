package passes

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"

	"hecc/ir/tensor"
)

const chunk = 64 // samples that are derived at once

// loudness is how loud the polynomial graph is on a sample: the sum of each node's squares, and the root mean square of
// the outputs' derivatives by all that is computed, which is what they feel of noise.
type loudness struct {
	energy        []float64 // by node
	amplification float64
}

// listen measures the graph on samples.
func (c *compilation) listen(samples [][]float64) []loudness {
	out := make([]loudness, len(samples))
	_ = eachSample((len(samples)+chunk-1)/chunk, func(next func() (int, bool)) error {
		for k, ok := next(); ok; k, ok = next() {
			lo, hi := k*chunk, min((k+1)*chunk, len(samples))
			listen(c.graph, samples[lo:hi], out[lo:hi])
		}
		return nil
	})
	return out
}

func listen(g *tensor.Graph, samples [][]float64, out []loudness) {
	got, slopes := forward(g, values{g.Input().Size(), slices.Concat(samples...)})
	for s := range out {
		out[s].energy = make([]float64, len(g.Nodes))
		for _, n := range g.Nodes {
			out[s].energy[n.ID] = floats.Dot(got[n].row(s), got[n].row(s))
		}
	}
	rng := rand.New(rand.NewPCG(9, 10))
	last := g.Outputs[0].Node
	for range probes {
		by := newValues(len(samples), last.Size())
		for i := range last.Size() { // the same sum of outputs for all samples, which are compared
			sign := float64(1 - 2*rng.IntN(2))
			for s := range by.rows() {
				by.row(s)[i] = sign
			}
		}
		felt := derivatives(g, got, slopes, by, false)
		for _, n := range g.Nodes {
			for s := 0; s < len(out) && felt[n].data != nil; s++ {
				out[s].amplification += floats.Dot(felt[n].row(s), felt[n].row(s)) / probes
			}
		}
	}
	for s := range out {
		out[s].amplification = math.Sqrt(out[s].amplification)
	}
}

// forward gives all values on inputs, and the derivatives of polynomials.
func forward(g *tensor.Graph, in values) (got, slopes batch) {
	got, slopes = batch{}, batch{}
	for _, n := range g.Nodes {
		switch op := n.Op.(type) {
		case tensor.Input:
			got[n] = in
			continue
		case tensor.Poly:
			slopes[n] = slopesOf(op, got[n.In[0]])
		}
		got[n] = evalSerial(n, got.of(n.In))
	}
	return got, slopes
}

// derivatives are those of a sum of outputs by all values, but by the input of maps only if asked for: they are in proportion to
// those by the maps' values.
func derivatives(g *tensor.Graph, got, slopes batch, last values, byInput bool) batch {
	by := batch{g.Outputs[0].Node: last}
	for _, n := range slices.Backward(g.Nodes) {
		if by[n].data == nil {
			continue
		}
		_, linear := n.Op.(tensor.Affine)
		for _, a := range n.In {
			_, input := a.Op.(tensor.Input)
			if by[a].data == nil && (byInput || !linear || !input) {
				by[a] = newValues(last.rows(), a.Size())
			}
		}
		switch op := n.Op.(type) {
		case tensor.Affine:
			for k, m := range op.Maps {
				if a := n.In[k]; by[a].data != nil {
					backMap(m, by[n], by[a])
				}
			}
		case tensor.Mul:
			mulGradient(got.of(n.In), by[n], by.of(n.In))
		case tensor.Poly:
			for i, slope := range slopes[n].data {
				by[n.In[0]].data[i] += by[n].data[i] * slope
			}
		}
	}
	return by
}

// slopesOf are a polynomial's derivatives at x.
func slopesOf(op tensor.Poly, x values) values {
	out, cheb := newValues(x.rows(), x.cols), make([]float64, op.Degree()+1)
	for s := range x.rows() {
		for i, v := range x.row(s) {
			p := op.At(i)
			out.row(s)[i] = chebyshevBasis(op.Unit(p, v), op.Coeffs[p], cheb) * 2 / (op.Hi[p] - op.Lo[p])
		}
	}
	return out
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
