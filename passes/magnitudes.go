package passes

import (
	"math"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/span"
	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
)

// maxMagnitude bounds the values of a model: larger numbers do not fit into float32, and their products soon
// overflow float64.
const maxMagnitude = math.MaxFloat32

// checkMagnitudes refuses a model whose values are too large on the samples.
func checkMagnitudes(g *tensor.Graph, samples [][]float64, where string) error {
	got := sampled.Run(g, sampled.Matrix{Cols: g.Input().Size(), Data: slices.Concat(samples...)})
	for _, n := range g.Nodes {
		if most, ok := largestDefined(n, got); !ok {
			return valuesTooLarge(n.Pos, most, where)
		}
	}
	return nil
}

// largestDefined is the largest absolute value of a node, and whether it is within maxMagnitude. Arguments
// outside a function's domain do not count: the fit reports these.
func largestDefined(n *tensor.Node, got sampled.Values) (largest float64, ok bool) {
	undefined := slices.ContainsFunc(n.In, func(a *tensor.Node) bool { return slices.ContainsFunc(got[a].Data, isNotFinite) })
	fn, isFunc := n.Op.(tensor.Func)
	for i, y := range got[n].Data {
		switch {
		case math.IsNaN(y), undefined && math.IsInf(y, 0):
			continue
		case isFunc && math.IsInf(y, 0):
			if x := got[n.In[0]].Data[i]; !fn.Scalar(i % n.Size()).InDomain(x) {
				continue
			}
		}
		largest = max(largest, math.Abs(y))
	}
	return largest, largest <= maxMagnitude
}

func valuesTooLarge(at diag.Pos, most float64, where string) error {
	return diag.Errorf(at, "values reach %.3g %s: they are too large to compute with", most, where).
		Note("divide the inputs or the weights by a constant, so that values stay below %.3g", maxMagnitude)
}

func isNotFinite(x float64) bool { return !span.Finite(x) }
