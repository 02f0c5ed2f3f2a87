package passes

import (
	"math"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes/fit"
	"hecc/passes/internal/sampled"
	"hecc/passes/lower"
	"hecc/passes/tails"
)

// activation is a layer of polynomials as it was fitted. Later passes scale its arguments and decompose
// quadratics; the plan says where the arguments then are.
type activation struct {
	pos  diag.Pos
	poly tensor.Poly
}

func activationsOf(g *tensor.Graph) []activation {
	var out []activation
	for _, n := range g.Nodes {
		if p, ok := n.Op.(tensor.Poly); ok {
			out = append(out, activation{n.Pos, p})
		}
	}
	return out
}

// planActivations lists what the plan says of the arguments of functions: the intervals that polynomials were
// fitted on and, with calibration, the ranges of the factors of products.
func (c *compilation) planActivations() []plan.Activation {
	out := findActivations(c.graph, c.activations)
	if len(c.opts.Calibration) > 0 {
		out = append(out, c.factors()...)
	}
	slices.SortStableFunc(out, func(a, b plan.Activation) int { return a.Node - b.Node })
	return out
}

// findActivations finds the layers in the polynomial graph, which has them in the same order. Layers of
// degree 0 and 1 are no longer there.
func findActivations(g *tensor.Graph, layers []activation) (out []plan.Activation) {
	next := 0
	for _, a := range layers {
		for i := next; i < len(g.Nodes); i++ {
			n := g.Nodes[i]
			if n.Pos == a.pos && a.standsAt(n) {
				out = append(out, a.inNodeUnits(n.In[0].ID))
				next = i + 1
				break
			}
		}
	}
	return out
}

const (
	factorSamples = 256  // samples that the ranges of factors are taken from
	factorMargin  = 0.25 // margin of a range on each side, over its width
)

// factors gives the range of each factor of the model's own products. A product is exact for all factors, but
// overflow and noise were planned for inputs like the calibration data.
func (c *compilation) factors() []plan.Activation {
	fitted := map[diag.Pos]bool{}
	for _, a := range c.activations {
		fitted[a.pos] = true
	}
	at := map[*tensor.Node]string{}
	var nodes []*tensor.Node
	for _, n := range c.graph.Nodes {
		if _, ok := n.Op.(tensor.Mul); !ok || fitted[n.Pos] {
			continue
		}
		for _, in := range n.In {
			if at[in] == "" {
				nodes = append(nodes, in)
			}
			at[in] = plan.Product
		}
		if n.In[0] == n.In[1] {
			at[n.In[0]] = plan.Square
		}
	}
	lo, hi := c.ranges(nodes)
	out := make([]plan.Activation, len(nodes))
	for k, n := range nodes {
		addMargin(lo[k], hi[k])
		out[k] = plan.Activation{Of: at[n], Degree: 2, Lo: lo[k], Hi: hi[k], Err: make([]float64, n.Size()), Node: n.ID, NodeLo: lo[k], NodeHi: hi[k]}
	}
	return out
}

// ranges are the least and largest values of nodes of the polynomial graph on calibration samples.
func (c *compilation) ranges(nodes []*tensor.Node) (lo, hi [][]float64) {
	lo, hi = make([][]float64, len(nodes)), make([][]float64, len(nodes))
	if len(nodes) == 0 {
		return lo, hi
	}
	e := tensor.NewEvaluator(c.graph)
	for s, x := range c.opts.Calibration[:min(factorSamples, len(c.opts.Calibration))] {
		v, err := e.Run(x)
		if err != nil {
			panic(err) // checkOptions has checked the lengths
		}
		for k, n := range nodes {
			y := v.Of(n)
			if s == 0 {
				lo[k], hi[k] = slices.Clone(y), slices.Clone(y)
			}
			for i := range y {
				lo[k][i], hi[k][i] = min(lo[k][i], y[i]), max(hi[k][i], y[i])
			}
		}
	}
	return lo, hi
}

// addMargin extends ranges for unseen inputs, and for elements that hardly varied.
func addMargin(lo, hi []float64) {
	widths := make([]float64, len(lo))
	for i := range lo {
		widths[i] = hi[i] - lo[i]
	}
	least := max(tails.Median(widths), tails.MinWidth(slices.Min(lo), slices.Max(hi)))
	for i, w := range widths {
		pad := factorMargin * max(w, least)
		lo[i], hi[i] = lo[i]-pad, hi[i]+pad
	}
}

// standsAt says whether a node is what the layer became: a polynomial, or the first square that
// CompleteSquares made of it.
func (a activation) standsAt(n *tensor.Node) bool {
	switch n.Op.(type) {
	case tensor.Poly:
		return true
	case tensor.Mul:
		return n.In[0] == n.In[1]
	}
	return false
}

// inNodeUnits gives the intervals in the units of a node whose argument UnitIntervals or CompleteSquares has
// scaled.
func (a activation) inNodeUnits(node int) plan.Activation {
	p := a.poly
	out := plan.Activation{Of: p.Of, Degree: p.Degree(), Lo: p.Lo, Hi: p.Hi, Err: p.Err, Node: node,
		NodeLo: make([]float64, len(p.Lo)), NodeHi: make([]float64, len(p.Lo))}
	for k, c := range p.Coeffs {
		out.NodeLo[k], out.NodeHi[k] = -1, 1
		if len(c) == 3 {
			if root, vertex := lower.CompletedSquare(lower.BoundVertex(c)); root > 0 {
				out.NodeLo[k], out.NodeHi[k] = root*(-1-vertex), root*(1-vertex)
			}
		}
	}
	return out
}

const (
	matchedSamples = 3    // samples by which values of the imported graph are told apart
	matchTolerance = 1e-9 // difference of equal values, relative to the largest element
)

// planAffineFuncs lists the intervals of functions that became affine, by the value of the imported graph
// that is their argument.
func (c *compilation) planAffineFuncs(exact *tensor.Graph, funcs []fit.AffineFunc) (out []plan.Activation) {
	for _, l := range funcs {
		if at := c.inModel(exact, l.Argument); at >= 0 {
			p := l.Poly
			out = append(out, plan.Activation{Of: p.Of, Degree: p.Degree(), Lo: p.Lo, Hi: p.Hi, Err: p.Err, Node: at, NodeLo: p.Lo, NodeHi: p.Hi})
		}
	}
	return out
}

// inModel is the number of the node of the imported graph with the same values as a node of another graph; -1
// if there is none.
func (c *compilation) inModel(g *tensor.Graph, node *tensor.Node) int {
	if len(c.rawSamples) == 0 {
		return -1
	}
	differs := make([]bool, len(c.imported.Nodes))
	imported, other, encoder := tensor.NewEvaluator(c.imported), tensor.NewEvaluator(g), tensor.NewEncoder(c.prologue)
	for _, x := range c.rawSamples {
		encoded, err := encoder.Encode(x)
		if err != nil {
			panic(err) // encodeInputs has encoded it without an error
		}
		v, want := imported.MustRun(x), other.MustRun(encoded).Of(node)
		for k, n := range c.imported.Nodes {
			differs[k] = differs[k] || !approximatelyEqual(v.Of(n), want)
		}
	}
	return slices.Index(differs, false)
}

// approximatelyEqual compares vectors up to rounding.
func approximatelyEqual(a, b []float64) bool {
	if len(a) != len(b) {
		return false
	}
	size := 0.0
	for _, x := range b {
		size = max(size, math.Abs(x))
	}
	return sampled.MaxAbsDiff(a, b) <= matchTolerance*size
}
