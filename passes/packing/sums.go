package packing

import (
	"slices"

	"hecc/ir/he"
	"hecc/ir/tensor"
	"hecc/passes/windows"
)

// A pooling that adds up without weights, see lower.UnitSums, takes only folds where each slot already holds what its
// place collects.

// isUnitSum says whether a node adds up elements with weights of 1, each in one sum only.
func isUnitSum(n *tensor.Node) bool {
	op, ok := n.Op.(tensor.Affine)
	return ok && len(op.Maps) == 1 && op.Maps[0].SumsSeparate() && !slices.ContainsFunc(op.Maps[0].Val, func(v float64) bool { return v != 1 })
}

// sumsInPlace says whether a family's folds alone add up what a pooling sums: its product would take each slot where it
// is, and all slots that a fold adds up hold elements of one sum, or zero.
func (f family) sumsInPlace(n *tensor.Node, p part, product he.Linear) bool {
	if !f.image || p.in.Cts() > 1 || !isUnitSum(n) || len(product.Terms) != 1 || product.Terms[0].Baby != 0 || product.Terms[0].Giant != 0 {
		return false
	}
	sumOf := slices.Repeat([]int{windows.None}, p.m.Cols)
	for i := range p.m.Rows {
		for _, j := range p.m.Col[p.m.RowPtr[i]:p.m.RowPtr[i+1]] {
			sumOf[j] = i
		}
	}
	collects := f.collect.Elements(0)
	for t, j := range p.in.Elements(0) {
		switch i := collects[t%len(collects)]; {
		case i == he.Empty:
		case j == he.Empty && p.in.Dirty, j != he.Empty && sumOf[j] != i:
			return false
		}
	}
	return true
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
