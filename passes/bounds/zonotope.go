package bounds

import (
	"math"
	"slices"

	"hecc/ir/span"
	"hecc/ir/tensor"
)

// Zonotope encloses values by affine arithmetic (Stolfi and de Figueiredo, Self-Validated Numerical Methods
// and Applications, 1997). Element i is
//
//	center_i + Σ_j c_ij ε_j ± remainder_i
//
// where the noise symbols ε_j are unknown numbers in [-1, 1] that all values share: one for each element of
// the input and one for each element of a nonlinear operation. Since values are affine in the ε, an affine
// operation is exact, and what cancels in the network cancels in the bound. Coefficients round to nearest;
// the remainder includes what that can amount to, and rounds up.
type Zonotope struct {
	m         *tensor.Map // from the ε; the bias is the center
	remainder []float64
}

// boxZonotope is a box: each element has an ε of its own.
func boxZonotope(v Interval, symbols int) Zonotope {
	b := tensor.NewMapBuilder(symbols)
	for i := range v.Lo {
		b.Add(i, v.at(i).Radius())
		b.EndRow(v.at(i).Middle())
	}
	return Zonotope{b.Map(), make([]float64, len(v.Lo))}
}

// radius is the largest distance of an element from its center.
func (z Zonotope) radius(i int) float64 {
	r := z.remainder[i]
	_, val := z.m.Row(i)
	for _, c := range val {
		r += math.Abs(c)
	}
	return r + span.Roundoff(len(val), r)
}

// size is the largest absolute value of an element.
func (z Zonotope) size(i int) float64 { return math.Abs(z.m.Bias[i]) + z.radius(i) }

// Hull is the range of every element.
func (z Zonotope) Hull() Interval {
	out := NewInterval(z.m.Rows)
	for i, c := range z.m.Bias {
		out.Set(i, span.Around(c, z.radius(i)))
	}
	return out
}

// affineZonotope applies an affine operation.
func affineZonotope(op tensor.Affine, in []Zonotope) Zonotope {
	var out Zonotope
	for k, m := range op.Maps {
		z := in[k].reduced(len(m.Val))
		part := Zonotope{tensor.Compose(m, z.m), make([]float64, m.Rows)}
		for i := range part.remainder {
			part.remainder[i] = appliedRemainder(m, i, z)
		}
		if k == 0 {
			out = part
			continue
		}
		out.m = tensor.Sum(out.m, part.m, 1)
		for i, r := range part.remainder {
			out.remainder[i] += r
			out.remainder[i] += span.Roundoff(3, out.size(i)+part.size(i))
		}
	}
	return out
}

// appliedRemainder is the remainder of row i of a map, including the rounding of all products.
func appliedRemainder(m *tensor.Map, i int, z Zonotope) float64 {
	rest, size := 0.0, math.Abs(m.Bias[i])
	col, val := m.Row(i)
	for l, j := range col {
		rest += math.Abs(val[l]) * z.remainder[j]
		size += math.Abs(val[l]) * z.size(j)
	}
	return rest + span.Roundoff(len(col), size)
}

// composeBudget bounds the products of applying one map.
const (
	composeBudget = 1 << 28
	minSymbols    = 16
)

// reduced keeps the largest coefficients of each element, as many as the budget allows for a map with so many
// entries, and adds the others to the remainder (order reduction).
func (z Zonotope) reduced(entries int) Zonotope {
	keep := max(minSymbols, composeBudget/max(1, entries))
	out := Zonotope{z.m, slices.Clone(z.remainder)}
	if !slices.ContainsFunc(rowLengths(z.m), func(n int) bool { return n > keep }) {
		return out
	}
	b := tensor.NewMapBuilder(z.m.Cols)
	for i := range z.m.Rows {
		col, val := z.m.Row(i)
		least := 0.0
		if len(val) > keep {
			sizes := make([]float64, len(val))
			for k, c := range val {
				sizes[k] = math.Abs(c)
			}
			slices.Sort(sizes)
			least = sizes[len(sizes)-keep]
		}
		for k, c := range val {
			if math.Abs(c) >= least {
				b.Add(col[k], c)
			} else {
				out.remainder[i] += math.Abs(c)
			}
		}
		b.EndRow(z.m.Bias[i])
		out.remainder[i] += span.Roundoff(len(val), out.remainder[i])
	}
	out.m = b.Map()
	return out
}

func rowLengths(m *tensor.Map) []int {
	out := make([]int, m.Rows)
	for i := range out {
		out[i] = m.RowPtr[i+1] - m.RowPtr[i]
	}
	return out
}

// AffineBound says that a result differs from Scale·operand + Offset by at most Error.
type AffineBound struct{ Scale, Offset, Error float64 }

// Apply applies to each element a function that an affine bound encloses. The error of element i is the ε
// with number first+i.
func (z Zonotope) Apply(affine []AffineBound, first int) Zonotope {
	b := tensor.NewMapBuilder(z.m.Cols)
	out := Zonotope{remainder: make([]float64, z.m.Rows)}
	for i, l := range affine {
		col, val := z.m.Row(i)
		for k, c := range val {
			b.Add(col[k], l.Scale*c)
		}
		b.Add(first+i, l.Error)
		b.EndRow(l.Scale*z.m.Bias[i] + l.Offset)
		out.remainder[i] = math.Abs(l.Scale) * z.remainder[i]
		out.remainder[i] += span.Roundoff(3, math.Abs(l.Scale)*z.size(i)+math.Abs(l.Offset))
	}
	out.m = b.Map()
	return out
}

// mulZonotope multiplies element by element. Of a product (a + A)(b + B) of centers and deviations, a·b + a·B
// + b·A is affine, and A·B is bounded by the radii. The square of a deviation is not negative. The error of
// element i is the ε with number first+i.
func mulZonotope(x, y Zonotope, square bool, first int) Zonotope {
	b := tensor.NewMapBuilder(x.m.Cols)
	out := Zonotope{remainder: make([]float64, x.m.Rows)}
	for i := range x.m.Rows {
		p, q := x.m.Bias[i], y.m.Bias[i]
		col, val := x.m.Row(i)
		for k, c := range val {
			b.Add(col[k], q*c)
		}
		col, val = y.m.Row(i)
		for k, c := range val {
			b.Add(col[k], p*c)
		}
		out.remainder[i] = math.Abs(q)*x.remainder[i] + math.Abs(p)*y.remainder[i]
		out.remainder[i] += span.Roundoff(6, x.size(i)*y.size(i))
		off := span.Up(x.radius(i) * y.radius(i))
		center := p * q
		if square {
			off /= 2
			center += off
		}
		b.Add(first+i, off)
		b.EndRow(center)
	}
	out.m = b.Map()
	return out
}
