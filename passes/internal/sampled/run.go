package sampled

import (
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/internal/parallel"
)

// Eval computes n on every sample from the values of its operands.
func Eval(n *tensor.Node, in []Matrix) Matrix {
	if op, ok := n.Op.(tensor.Affine); ok {
		return Affine(op, in)
	}
	out := NewMatrix(in[0].Rows(), n.Size())
	parallel.Rows(out.Rows(), func(lo, hi int) {
		args := make([][]float64, len(in))
		for s := lo; s < hi; s++ {
			for k, a := range in {
				args[k] = a.Row(s)
			}
			n.Eval(args, out.Row(s))
		}
	})
	return out
}

// Run evaluates all nodes of a graph on inputs.
func Run(g *tensor.Graph, in Matrix) Values {
	b := Values{}
	for _, n := range g.Nodes {
		if _, ok := n.Op.(tensor.Input); ok {
			b[n] = in
			continue
		}
		b[n] = Eval(n, b.Of(n.In))
	}
	return b
}

// Output evaluates a graph on inputs, and keeps its output alone: other values are dropped once nothing reads them.
func Output(g *tensor.Graph, in Matrix) Matrix {
	b, last := Values{}, lastReaders(g)
	for i, n := range g.Nodes {
		if _, ok := n.Op.(tensor.Input); ok {
			b[n] = in
		} else {
			b[n] = Eval(n, b.Of(n.In))
		}
		for _, a := range n.In {
			if k, ok := last[a]; ok && k == i {
				delete(b, a)
			}
		}
	}
	return b[g.Outputs[0].Node]
}

// OutputWidth is how many numbers of a sample Output holds at most.
func OutputWidth(g *tensor.Graph) int {
	held, most, last := 0, 0, lastReaders(g)
	for i, n := range g.Nodes {
		held += n.Size()
		most = max(most, held)
		for k, a := range n.In {
			if j, ok := last[a]; ok && j == i && !slices.Contains(n.In[:k], a) {
				held -= a.Size()
			}
		}
	}
	return most
}

// lastReaders gives the number of the last node that reads each node, or none of the output.
func lastReaders(g *tensor.Graph) map[*tensor.Node]int {
	last := map[*tensor.Node]int{}
	for i, n := range g.Nodes {
		for _, a := range n.In {
			last[a] = i
		}
	}
	delete(last, g.Outputs[0].Node)
	return last
}
