package packing

import (
	"hecc/ir/he"
	"hecc/ir/tensor"
)

// A pooling that adds up without weights, see lower.UnitSums, takes only folds where each slot already holds what its
// place collects.

// isUnitSum says whether a node adds up elements with weights of 1, each in one sum only.
func isUnitSum(n *tensor.Node) bool {
	op, ok := n.Op.(tensor.Affine)
	if !ok || len(op.Maps) > 1 || len(op.Maps[0].Val) <= op.Maps[0].Rows {
		return false
	}
	seen := make([]bool, op.Maps[0].Cols)
	for k, j := range op.Maps[0].Col {
		if seen[j] || op.Maps[0].Val[k] != 1 {
			return false
		}
		seen[j] = true
	}
	return true
}

// isFold says whether an operation multiplies each slot where it is.
func isFold(op he.Linear) bool {
	return len(op.Terms) == 1 && op.Terms[0].Baby == 0 && op.Terms[0].Giant == 0
}

// readsAll says whether every slot of an operand that holds something has an entry of the map: then nothing is left
// over where the product with a plaintext would put zeros.
func readsAll(p part) bool {
	held := 0
	for _, e := range p.in.Elements(0)[:p.in.Period()] {
		if e != he.Empty {
			held++
		}
	}
	return !p.in.Dirty && held == len(p.m.Val)
}
