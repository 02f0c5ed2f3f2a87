package passes

import (
	"hecc/ir/tensor"
)

// rewriter builds a new graph from an old one, node by node.
type rewriter struct {
	old, out *tensor.Graph
	to       map[*tensor.Node]*tensor.Node
}

func newRewriter(old *tensor.Graph, stage tensor.Stage) *rewriter {
	return &rewriter{old, tensor.New(old.File, stage), map[*tensor.Node]*tensor.Node{}}
}

// operands gives the new nodes that stand for n's operands.
func (r *rewriter) operands(n *tensor.Node) []*tensor.Node {
	in := make([]*tensor.Node, len(n.In))
	for i, a := range n.In {
		in[i] = r.to[a]
	}
	return in
}

// keep copies n into the new graph.
func (r *rewriter) keep(n *tensor.Node) *tensor.Node {
	r.to[n] = r.out.MustAdd(n.Pos, n.Op, r.operands(n)...)
	return r.to[n]
}

// finish copies the outputs and drops what they do not need.
func (r *rewriter) finish() *tensor.Graph {
	for _, o := range r.old.Outputs {
		r.out.Outputs = append(r.out.Outputs, tensor.Output{Name: o.Name, Node: r.to[o.Node]})
	}
	return prune(r.out)
}

// prune removes nodes that no output depends on, except the input.
func prune(g *tensor.Graph) *tensor.Graph {
	live := make([]bool, len(g.Nodes))
	for _, o := range g.Outputs {
		live[o.Node.ID] = true
	}
	for i := len(g.Nodes) - 1; i >= 0; i-- {
		if _, ok := g.Nodes[i].Op.(tensor.Input); ok {
			live[i] = true
		}
		if live[i] {
			for _, in := range g.Nodes[i].In {
				live[in.ID] = true
			}
		}
	}
	kept := g.Nodes[:0:0]
	for i, n := range g.Nodes {
		if live[i] {
			kept = append(kept, n)
		}
	}
	for i, n := range kept {
		n.ID = i
	}
	g.Nodes = kept
	return g
}
