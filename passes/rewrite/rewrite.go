package rewrite

import (
	"hecc/ir/tensor"
)

// Rewriter builds a new graph, Out, from an old one, node by node. To has the new node of each old one.
type Rewriter struct {
	old, Out *tensor.Graph
	To       map[*tensor.Node]*tensor.Node
}

func New(old *tensor.Graph, stage tensor.Stage) *Rewriter {
	return &Rewriter{old, tensor.New(old.File, stage), map[*tensor.Node]*tensor.Node{}}
}

// Operands gives the new nodes of n's operands.
func (r *Rewriter) Operands(n *tensor.Node) []*tensor.Node {
	in := make([]*tensor.Node, len(n.In))
	for i, a := range n.In {
		in[i] = r.To[a]
	}
	return in
}

// Keep copies n into the new graph.
func (r *Rewriter) Keep(n *tensor.Node) *tensor.Node {
	r.To[n] = r.Out.MustAdd(n.Pos, n.Op, r.Operands(n)...)
	return r.To[n]
}

// Finish copies the outputs and drops nodes that no output depends on.
func (r *Rewriter) Finish() *tensor.Graph {
	for _, o := range r.old.Outputs {
		r.Out.Outputs = append(r.Out.Outputs, tensor.Output{Name: o.Name, Node: r.To[o.Node]})
	}
	return Prune(r.Out)
}

// Prune removes nodes that no output depends on, except the input.
func Prune(g *tensor.Graph) *tensor.Graph {
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
