package passes

import (
	"math"
	"slices"

	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes/fit"
	"hecc/passes/internal/sampled"
)

const (
	matchedSamples = 3 // that tell values of the imported graph from each other
	matchedGap     = 1e-9
)

// planLines says of functions that became lines where their arguments may lie, by the value of the imported graph that these are.
func (c *compilation) planLines(exact *tensor.Graph, lines []fit.Line) (out []plan.Activation) {
	for _, l := range lines {
		if at := c.inModel(exact, l.Argument); at >= 0 {
			p := l.Poly
			out = append(out, plan.Activation{Of: p.Of, Degree: p.Degree(), Lo: p.Lo, Hi: p.Hi, Err: p.Err, Node: at, NodeLo: p.Lo, NodeHi: p.Hi})
		}
	}
	return out
}

// inModel is the node of the imported graph that a node of another computes, -1 if there is none.
func (c *compilation) inModel(g *tensor.Graph, node *tensor.Node) int {
	if len(c.asGiven) == 0 {
		return -1
	}
	differs := make([]bool, len(c.imported.Nodes))
	imported, other, encoder := tensor.NewEvaluator(c.imported), tensor.NewEvaluator(g), tensor.NewEncoder(c.prologue)
	for _, x := range c.asGiven {
		encoded, err := encoder.Encode(x)
		if err != nil {
			panic(err) // encodeInputs has encoded it before
		}
		v, want := imported.MustRun(x), other.MustRun(encoded).Of(node)
		for k, n := range c.imported.Nodes {
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
	return sampled.Gap(a, b) <= matchedGap*size
}
