package tensor

import (
	"math"
	"math/rand/v2"
)

// Draw makes up a sample whose encrypted elements are likely to lie between lo and hi: categories that the
// model knows, and numbers from the ranges of the encrypted elements that depend on them.
func (e *Encoder) Draw(rng *rand.Rand, lo, hi []float64) []float64 {
	x := make([]float64, size(e.in.Shape))
	ranges := make([][]int, len(x)) // by element of the sample, the encrypted elements that are made of it
	for k := range lo {
		if i := e.Origin(k); i >= 0 {
			ranges[i] = append(ranges[i], k)
		}
	}
	keys := e.keys(len(x))
	for i := range x {
		switch c, _ := e.in.ColumnOf(i); {
		case len(keys[i]) > 0:
			x[i] = keys[i][rng.IntN(len(keys[i]))]
		case c.Kind == StringCells:
			x[i] = float64(rng.IntN(len(e.in.Words) + 1))
		case c.Kind == BoolCells:
			x[i] = float64(rng.IntN(2))
		case len(ranges[i]) > 0:
			k := ranges[i][rng.IntN(len(ranges[i]))]
			x[i] = lo[k] + rng.Float64()*(hi[k]-lo[k])
			if c.Kind == IntCells {
				x[i] = math.Round(x[i])
			}
		default:
			x[i] = rng.NormFloat64()
		}
	}
	return x
}

// keys are the categories of the elements of the sample that are looked up.
func (e *Encoder) keys(elements int) [][]float64 {
	out := make([][]float64, elements)
	for _, n := range e.g.Nodes {
		op, ok := n.Op.(Lookup)
		if !ok {
			continue
		}
		for k, i := range e.origins[n.ID] {
			if _, direct := n.In[0].Op.(Lookup); i >= 0 && !direct && e.origins[n.In[0].ID][k] == i {
				out[i] = op.Keys
			}
		}
	}
	return out
}
