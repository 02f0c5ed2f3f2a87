package passes

import (
	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/ir/tensor"
)

// activation is a layer of polynomials as it was fitted. Later passes scale its arguments and take
// quadratics apart; the plan says where the arguments then stand.
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

// findActivations looks the layers up in the polynomial graph, which has them in the same order.
// One that is not there any more had a constant for a polynomial.
func findActivations(g *tensor.Graph, layers []activation) []plan.Activation {
	var out []plan.Activation
	next := 0
	for _, a := range layers {
		for i := next; i < len(g.Nodes); i++ {
			n := g.Nodes[i]
			if n.Pos == a.pos && a.standsAt(n) {
				out = append(out, a.planned(n.In[0].ID))
				next = i + 1
				break
			}
		}
	}
	return out
}

// standsAt says whether a node is what became of the layer: a polynomial, or the square of its completed square.
func (a activation) standsAt(n *tensor.Node) bool {
	switch n.Op.(type) {
	case tensor.Poly:
		return true
	case tensor.Mul:
		return a.poly.Degree() == 2 && n.In[0] == n.In[1]
	}
	return false
}

// planned gives the intervals in the units of node, which unitIntervals or completeSquares has set.
func (a activation) planned(node int) plan.Activation {
	p := a.poly
	out := plan.Activation{Of: p.Of, Degree: p.Degree(), Lo: p.Lo, Hi: p.Hi, Err: p.Err, Node: node,
		NodeLo: make([]float64, len(p.Lo)), NodeHi: make([]float64, len(p.Lo))}
	for k, c := range p.Coeffs {
		out.NodeLo[k], out.NodeHi[k] = -1, 1
		if len(c) == 3 {
			if root, vertex := completedSquare(boundVertex(c)); root > 0 {
				out.NodeLo[k], out.NodeHi[k] = root*(-1-vertex), root*(1-vertex)
			}
		}
	}
	return out
}
