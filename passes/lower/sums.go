package lower

import (
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/rewrite"
)

// UnitSums turns means of separate elements, as average pooling takes them, into sums, and moves their factors, one for
// each mean, into the maps that read them: a sum without weights takes no product and no level where its elements lie at
// one distance.
func UnitSums(g *tensor.Graph) *tensor.Graph {
	r, users := rewrite.New(g, tensor.Polynomial), g.Users()
	factors := map[*tensor.Node][]float64{} // of elements of values, which stand divided by them
	for _, n := range g.Nodes {
		op, ok := n.Op.(tensor.Affine)
		if !ok {
			r.Keep(n)
			continue
		}
		maps := slices.Clone(op.Maps)
		for k, in := range n.In {
			if w, ok := factors[in]; ok {
				maps[k] = timesColumns(maps[k], w)
			}
		}
		if len(maps) == 1 && maps[0].SumsSeparate() && !g.IsOutput(n) && onlyAffine(users[n.ID]) {
			if w, ok := rowWeights(maps[0]); ok {
				factors[n], maps[0] = w, unweighted(maps[0], w)
			}
		}
		r.To[n] = r.Out.MustAdd(n.Pos, tensor.Affine{Shape: n.Shape, Maps: maps}, r.Operands(n)...)
	}
	return r.Finish()
}

// rowWeights is the weight of each row. It fails if some row has several, or all have none but 1.
func rowWeights(m *tensor.Map) (weights []float64, ok bool) {
	weights = slices.Repeat([]float64{1}, m.Rows)
	for i := range m.Rows {
		_, val := m.Row(i)
		if len(val) == 0 {
			continue
		}
		if slices.ContainsFunc(val, func(v float64) bool { return v != val[0] }) {
			return nil, false
		}
		weights[i] = val[0]
	}
	return weights, slices.ContainsFunc(weights, func(w float64) bool { return w != 1 }) && !slices.Contains(weights, 0)
}

// unweighted is a copy of a map with weights of 1, and its bias divided by the rows' weights.
func unweighted(m *tensor.Map, weights []float64) *tensor.Map {
	sums := *m
	sums.Val, sums.Bias = slices.Repeat([]float64{1}, len(m.Val)), slices.Clone(m.Bias)
	for i, w := range weights {
		sums.Bias[i] /= w
	}
	return &sums
}

// timesColumns is a copy of a map with its columns multiplied.
func timesColumns(m *tensor.Map, weights []float64) *tensor.Map {
	scaled := *m
	scaled.Val = slices.Clone(m.Val)
	for k, j := range m.Col {
		scaled.Val[k] *= weights[j]
	}
	return &scaled
}
