package passes

import (
	"math"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// foldConstants evaluates what does not depend on the input.
func foldConstants(c *compilation) error {
	values, err := tensor.NewEvaluator(c.graph).Run(make([]float64, c.graph.Input().Size()))
	if err != nil {
		return err
	}
	r := newRewriter(c.graph, tensor.Imported)
	for _, n := range c.graph.Nodes {
		if _, ok := n.Op.(tensor.Input); ok || !allConst(r.operands(n)) {
			r.keep(n)
			continue
		}
		data := append([]float64(nil), values.Of(n)...)
		for i, x := range data {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return diag.Errorf(n.Pos, "a constant of the model comes out as %v at element %d", x, i)
			}
		}
		r.to[n] = r.out.MustAdd(n.Pos, tensor.Const{Shape: n.Shape, Data: data})
	}
	c.graph = r.finish()
	return nil
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
