package passes

import (
	"math"
	"slices"

	"hecc/ir/plan"
	"hecc/ir/tensor"
)

// A function that became a line or a constant is multiplied into the maps around it, and the polynomial graph has its arguments no
// more. Where they may lie is kept all the same, by the value of the imported graph that they are.

// lines lists the functions of a candidate that became lines.
func (f *fitter) lines(c *candidate) []plan.Activation {
	var out []plan.Activation
	k := 0
	for _, n := range f.graph.Nodes {
		if _, ok := n.Op.(tensor.Func); !ok {
			continue
		}
		p, ok := c.made[k].Op.(tensor.Poly)
		k++
		if !ok || p.Degree() > 1 {
			continue
		}
		if at := f.inModel(n.In[0]); at >= 0 {
			out = append(out, plan.Activation{Of: p.Of, Degree: p.Degree(), Lo: p.Lo, Hi: p.Hi, Err: p.Err, Node: at, NodeLo: p.Lo, NodeHi: p.Hi})
		}
	}
	return out
}

const (
	matchedSamples = 3 // that tell values of the imported graph from each other
	matchedGap     = 1e-9
)

// inModel is the node of the imported graph that a node of the fitted one computes, -1 if there is none.
func (f *fitter) inModel(node *tensor.Node) int {
	if len(f.asGiven) == 0 {
		return -1
	}
	differs := make([]bool, len(f.imported.Nodes))
	imported, fitted, encoder := tensor.NewEvaluator(f.imported), tensor.NewEvaluator(f.graph), tensor.NewEncoder(f.prologue)
	for _, x := range f.asGiven {
		encoded, err := encoder.Encode(x)
		if err != nil {
			panic(err) // encodeInputs has encoded it before
		}
		v, want := run(imported, x), run(fitted, encoded).Of(node)
		for k, n := range f.imported.Nodes {
			differs[k] = differs[k] || !alike(v.Of(n), want)
		}
	}
	return slices.Index(differs, false)
}

// alike compares vectors up to rounding.
func alike(a, b []float64) bool {
	if len(a) != len(b) {
		return false
	}
	size := 0.0
	for _, x := range b {
		size = max(size, math.Abs(x))
	}
	return gap(a, b) <= matchedGap*size
}
