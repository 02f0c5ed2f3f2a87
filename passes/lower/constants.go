package lower

import (
	"math"

	"hecc/ir/diag"
	"hecc/ir/tensor"
	"hecc/passes/rewrite"
)

// FoldConstants evaluates nodes that do not depend on the input.
func FoldConstants(g *tensor.Graph) (*tensor.Graph, error) {
	values, err := tensor.NewEvaluator(g).Run(make([]float64, g.Input().Size()))
	if err != nil {
		return nil, err
	}
	r := rewrite.New(g, tensor.Imported)
	for _, n := range g.Nodes {
		if _, ok := n.Op.(tensor.Input); ok || !allConst(r.Operands(n)) {
			r.Keep(n)
			continue
		}
		data := append([]float64(nil), values.Of(n)...)
		for i, x := range data {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, diag.At(n.Pos, "a constant of the model comes out as %v at element %d", x, i).
					Cure("train or export the model again: its weights, or what it computes from them, divide by zero or are too large")
			}
		}
		r.To[n] = r.Out.MustAdd(n.Pos, tensor.Const{Shape: n.Shape, Data: data})
	}
	return r.Finish(), nil
}

func allConst(nodes []*tensor.Node) bool {
	for _, n := range nodes {
		if !isConst(n) {
			return false
		}
	}
	return true
}

func isConst(n *tensor.Node) bool {
	_, ok := n.Op.(tensor.Const)
	return ok
}
