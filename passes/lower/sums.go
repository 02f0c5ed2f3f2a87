package lower

import (
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/rewrite"
)

// UnitSums turns means of separate elements, as average pooling takes them, into sums, and moves their factors into
// the maps that read them: a sum without weights takes no product and no level where its elements lie at one
// distance.
func UnitSums(g *tensor.Graph) *tensor.Graph {
	r, users := rewrite.New(g, tensor.Polynomial), g.Users()
	factor := map[*tensor.Node]float64{} // of values that stand divided by it
	for _, n := range g.Nodes {
		op, ok := n.Op.(tensor.Affine)
		if !ok {
			r.Keep(n)
			continue
		}
		maps := slices.Clone(op.Maps)
		for k, in := range n.In {
			if w, ok := factor[in]; ok {
				maps[k] = times(maps[k], w, 1)
			}
		}
		if len(maps) == 1 && sumsSeparate(maps[0]) && !g.IsOutput(n) && onlyAffine(users[n.ID]) {
			if w := maps[0].Val[0]; w != 1 && !slices.ContainsFunc(maps[0].Val, func(v float64) bool { return v != w }) {
				factor[n], maps[0] = w, times(maps[0], 1/w, 1/w)
				for i := range maps[0].Val {
					maps[0].Val[i] = 1
				}
			}
		}
		r.To[n] = r.Out.MustAdd(n.Pos, tensor.Affine{Shape: n.Shape, Maps: maps}, r.Operands(n)...)
	}
	return r.Finish()
}

// times is a copy of a map with its weights and its bias multiplied.
func times(m *tensor.Map, weights, bias float64) *tensor.Map {
	scaled := *m
	scaled.Val, scaled.Bias = slices.Clone(m.Val), slices.Clone(m.Bias)
	for i := range scaled.Val {
		scaled.Val[i] *= weights
	}
	for i := range scaled.Bias {
		scaled.Bias[i] *= bias
	}
	return &scaled
}

// sumsSeparate says whether a map adds up elements of which each has a single part in the result: no column has
// two entries, and some row has several.
func sumsSeparate(m *tensor.Map) bool {
	seen := make([]bool, m.Cols)
	for _, j := range m.Col {
		if seen[j] {
			return false
		}
		seen[j] = true
	}
	return len(m.Val) > 0 && len(m.Val) > m.Rows
}
