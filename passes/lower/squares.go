package lower

import (
	"math"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/tensor"
	"hecc/passes/rewrite"
)

// CompleteSquares writes polynomials of degree up to 4 as affine maps and products. A linear one is an affine
// map, and a quadratic
//
//	p(x) = αx² + βx + γ = sign(α)·u² + γ',  u = √|α|·(x + β/2α)
//
// is one squaring between affine maps: √|α| and β/2α go into the map before, the sign and γ' into the map
// after. Where α is so small that the vertex lies far outside the interval, u² and γ' would cancel: such a
// polynomial gets a larger α.
//
// For cubics and quartics t = before(x), t², t³ = t²·t and t⁴ = t²·t² are computed, and the map after them
// combines them: no product with a plaintext, and depth 2.
func CompleteSquares(g *tensor.Graph) *tensor.Graph {
	r := rewrite.New(g, tensor.Lowering)
	for _, n := range g.Nodes {
		p, ok := n.Op.(tensor.Poly)
		if !ok {
			r.Keep(n)
			continue
		}
		switch x := r.To[n.In[0]]; p.Degree() {
		case 0, 1:
			r.To[n] = AffineOn(r.Out, n.Pos, linearMap(p, n.Size()), x)
		case 2:
			before, after := squareMaps(p, n.Size())
			u := AffineOn(r.Out, n.Pos, before, x)
			r.To[n] = AffineOn(r.Out, n.Pos, after, r.Out.MustAdd(n.Pos, tensor.Mul{}, u, u))
		case 3, 4:
			r.To[n] = sumOfPowers(r.Out, n, p, x)
		default:
			r.Keep(n)
		}
	}
	return mergeAffine(r.Finish())
}

// sumOfPowers adds a cubic or quartic of x.
func sumOfPowers(g *tensor.Graph, n *tensor.Node, p tensor.Poly, x *tensor.Node) *tensor.Node {
	t := x
	if !isUnit(p) {
		before, _ := unitMaps(p, n.Size())
		t = AffineOn(g, n.Pos, before, x)
	}
	square := g.MustAdd(n.Pos, tensor.Mul{}, t, t)
	powers := []*tensor.Node{t, square, g.MustAdd(n.Pos, tensor.Mul{}, square, t)}
	if p.Degree() == 4 {
		powers = append(powers, g.MustAdd(n.Pos, tensor.Mul{}, square, square))
	}
	maps := make([]*tensor.Map, len(powers))
	for k := range powers {
		b := tensor.NewMapBuilder(n.Size())
		for i := range n.Size() {
			m := monomials(p.Coeffs[p.At(i)])
			b.Add(i, m[k+1])
			b.EndRow(0)
			if k == 0 {
				b.Map().Bias[i] = m[0]
			}
		}
		maps[k] = b.Map()
	}
	return g.MustAdd(n.Pos, tensor.Affine{Shape: n.Shape, Maps: maps}, powers...)
}

// monomials gives the coefficients of 1, t, … t⁴ of a polynomial of degree up to 4.
func monomials(chebyshev []float64) []float64 {
	c := append(slices.Clone(chebyshev), make([]float64, 5-len(chebyshev))...)
	return []float64{c[0] - c[2] + c[4], c[1] - 3*c[3], 2*c[2] - 8*c[4], 4 * c[3], 8 * c[4]}
}

// maxVertex bounds the distance of the vertex from the interval's middle, in half widths.
const maxVertex = 16

// BoundVertex raises the quadratic coefficient of a quadratic whose vertex lies too far away, and keeps its
// mean on the interval. Fits call it before errors are computed, so that these include the change.
func BoundVertex(c []float64) []float64 {
	if len(c) != 3 {
		return c
	}
	alpha, least := 2*c[2], math.Abs(c[1])/(2*maxVertex)
	if math.Abs(alpha) >= least {
		return c
	}
	raised := math.Copysign(least, alpha)
	mean := c[0] - c[2] + alpha/3 // t² has mean 1/3
	return []float64{mean - raised/3 + raised/2, c[1], raised / 2}
}

// CompletedSquare writes a quadratic as ±u² + γ with u = root·(t - vertex); the root is 0 if it is constant.
func CompletedSquare(c []float64) (root, vertex float64) {
	alpha := 2 * c[2]
	if alpha == 0 { // then the slope is 0 too, see BoundVertex
		return 0, 0
	}
	return math.Sqrt(math.Abs(alpha)), -c[1] / (2 * alpha)
}

// squareMaps gives u = before(x) and p(x) = after(u²).
func squareMaps(p tensor.Poly, n int) (before, after *tensor.Map) {
	in, out := tensor.NewMapBuilder(n), tensor.NewMapBuilder(n)
	for i := range n {
		k := p.At(i)
		c := BoundVertex(p.Coeffs[k]) // in t: c0 - c2 + c1 t + 2 c2 t²
		alpha, gamma := 2*c[2], c[0]-c[2]
		root, vertex := CompletedSquare(c)
		if root == 0 {
			in.EndRow(0)
			out.EndRow(gamma)
			continue
		}
		half := (p.Hi[k] - p.Lo[k]) / 2
		mid := (p.Hi[k] + p.Lo[k]) / 2
		in.Add(i, root/half)
		in.EndRow(-root * (mid/half + vertex))
		out.Add(i, math.Copysign(1, alpha))
		out.EndRow(gamma - alpha*vertex*vertex)
	}
	return in.Map(), out.Map()
}

// linearMap is a polynomial of degree 0 or 1.
func linearMap(p tensor.Poly, n int) *tensor.Map {
	b := tensor.NewMapBuilder(n)
	for i := range n {
		k := p.At(i)
		c := append(slices.Clone(p.Coeffs[k]), 0)
		slope := 2 * c[1] / (p.Hi[k] - p.Lo[k])
		b.Add(i, slope)
		b.EndRow(c[0] - slope*(p.Hi[k]+p.Lo[k])/2)
	}
	return b.Map()
}

// AffineOn adds an affine map that scales and shifts the elements of its operand, each once if it has as many
// rows.
func AffineOn(g *tensor.Graph, pos diag.Pos, m *tensor.Map, in *tensor.Node) *tensor.Node {
	shape := in.Shape
	if m.Rows != in.Size() {
		shape = []int{m.Rows}
	}
	return g.MustAdd(pos, tensor.Affine{Shape: shape, Maps: []*tensor.Map{m}}, in)
}

// UnitIntervals moves the scaling of every polynomial's interval to [-1, 1] into the map before it, and
// elements with constant polynomials into the map behind it, so that they drop out of both maps.
func UnitIntervals(g *tensor.Graph) *tensor.Graph {
	r := rewrite.New(g, tensor.Polynomial)
	users := g.Users()
	for _, n := range g.Nodes {
		p, ok := n.Op.(tensor.Poly)
		if !ok {
			r.Keep(n)
			continue
		}
		if isUnit(p) {
			r.Keep(n)
			continue
		}
		before, after := unitMaps(p, n.Size())
		t := AffineOn(r.Out, n.Pos, before, r.To[n.In[0]])
		p.Lo, p.Hi = slices.Repeat([]float64{-1}, len(p.Lo)), slices.Repeat([]float64{1}, len(p.Hi))
		r.To[n] = r.Out.MustAdd(n.Pos, p, t)
		if len(after.Val) < n.Size() && onlyAffine(users[n.ID]) && !g.IsOutput(n) {
			r.To[n] = AffineOn(r.Out, n.Pos, after, r.To[n])
		}
	}
	return mergeAffine(r.Finish())
}

// isUnit says whether all arguments are scaled already, as between the polynomials of a composite, where
// another map would take a level.
func isUnit(p tensor.Poly) bool {
	for k := range p.Coeffs {
		if p.Lo[k] != -1 || p.Hi[k] != 1 || isZero(p.Coeffs[k][1:]) {
			return false
		}
	}
	return true
}

func onlyAffine(nodes []*tensor.Node) bool {
	return !slices.ContainsFunc(nodes, func(n *tensor.Node) bool { return n.Op.Name() != "affine" })
}

// unitMaps gives t = before(x) for the elements whose polynomials are not constant, and after, which replaces
// the others by their constants.
func unitMaps(p tensor.Poly, n int) (before, after *tensor.Map) {
	in, out := tensor.NewMapBuilder(n), tensor.NewMapBuilder(n)
	for i := range n {
		k := p.At(i)
		if isZero(p.Coeffs[k][1:]) {
			in.EndRow(0)
			out.EndRow(p.Coeffs[k][0])
			continue
		}
		in.Add(i, 2/(p.Hi[k]-p.Lo[k]))
		in.EndRow(-(p.Hi[k] + p.Lo[k]) / (p.Hi[k] - p.Lo[k]))
		out.Add(i, 1)
		out.EndRow(0)
	}
	return in.Map(), out.Map()
}

// mergeAffine multiplies affine maps into the affine maps that read them, by the rules of FuseLinear: a map
// with many entries and several readers, and maps whose product is too large, stay apart, unless the inner
// one is elementwise.
func mergeAffine(g *tensor.Graph) *tensor.Graph {
	users := g.Users()
	r := rewrite.New(g, g.Stage)
	for _, n := range g.Nodes {
		op, ok := n.Op.(tensor.Affine)
		if !ok {
			r.Keep(n)
			continue
		}
		v := combination{bias: make([]float64, n.Size())}
		for k, in := range n.In {
			apart := combination{[]*tensor.Node{r.To[in]}, op.Maps[k : k+1], op.Maps[k].Bias}
			inner, ok := r.To[in].Op.(tensor.Affine)
			if !ok || g.IsOutput(in) || len(users[in.ID]) > 1 && mapEntries(inner) > maxRepeatedEntries*in.Size() {
				v = v.plus(apart, 1)
				continue
			}
			most := math.MaxInt
			if !isElementwise(inner) {
				most = largestProduct(len(op.Maps[k].Val), mapEntries(inner))
			}
			merged, ok := composed(op.Maps[k], inner, r.To[in].In, most)
			if !ok {
				merged = apart
			}
			v = v.plus(merged, 1)
		}
		for k, m := range v.maps {
			v.maps[k] = m.WithoutBias()
		}
		r.To[n] = r.Out.MustAdd(n.Pos, tensor.Affine{Shape: n.Shape, Maps: withBias(v)}, v.atoms...)
	}
	return r.Finish()
}

// isElementwise says whether an operation only scales and adds elements of its operands. A product with it
// has at most as many entries, times the number of operands.
func isElementwise(op tensor.Affine) bool {
	for _, m := range op.Maps {
		for i := range m.Rows {
			if m.RowPtr[i+1]-m.RowPtr[i] > 1 {
				return false
			}
		}
	}
	return true
}

// composed is a map applied to an affine operation of the given operands. It is false if that has more entries
// than most.
func composed(outer *tensor.Map, inner tensor.Affine, operands []*tensor.Node, most int) (v combination, ok bool) {
	v = combination{bias: make([]float64, outer.Rows)}
	for j, m := range inner.Maps {
		if j == 1 { // the bias of the outer map counts once
			outer = outer.WithoutBias()
		}
		whole, ok := tensor.ComposeWithin(outer, m, most-v.entries())
		if !ok {
			return v, false
		}
		v = v.plus(combination{operands[j : j+1], []*tensor.Map{whole}, whole.Bias}, 1)
	}
	return v, v.entries() <= most
}

func mapEntries(op tensor.Affine) int {
	total := 0
	for _, m := range op.Maps {
		total += len(m.Val)
	}
	return total
}
