package passes

import (
	"math"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// completeSquares rewrites a layer of quadratics between affine maps:
//
//	p(x) = αx² + βx + γ = sign(α)·u² + γ',  u = √|α|·(x + β/2α)
//
// √|α| and the shift go into the map before, the sign and γ' into the map after, and one
// squaring is left. Where α is so small that the vertex lies far outside the interval, u²
// would cancel: such a polynomial gets a larger α.
func completeSquares(c *compilation) error {
	r := newRewriter(c.graph, tensor.Lowering)
	for _, n := range c.graph.Nodes {
		p, ok := n.Op.(tensor.Poly)
		if !ok || p.Degree() != 2 {
			r.keep(n)
			continue
		}
		before, after := squareMaps(p, n.Size())
		u := affineOn(r.out, n.Pos, before, r.to[n.In[0]])
		sq := r.out.MustAdd(n.Pos, tensor.Mul{}, u, u)
		r.to[n] = r.out.MustAdd(n.Pos, tensor.Affine{Shape: n.Shape, Maps: []*tensor.Map{after}}, sq)
	}
	c.graph = mergeAffine(r.finish())
	return nil
}

// maxVertex bounds how far from the interval's middle the vertex may lie, in half widths.
const maxVertex = 16

// boundVertex raises the quadratic coefficient of a quadratic whose vertex lies too far out,
// and keeps its mean on the interval. Fits apply it, so that their errors account for it.
func boundVertex(c []float64) []float64 {
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

// completedSquare writes a quadratic as ±u² + γ with u = root·(t - vertex); the root is 0 if it is constant.
func completedSquare(c []float64) (root, vertex float64) {
	alpha := 2 * c[2]
	if alpha == 0 { // then the slope is zero too, see boundVertex
		return 0, 0
	}
	return math.Sqrt(math.Abs(alpha)), -c[1] / (2 * alpha)
}

// squareMaps gives u = before(x) and p(x) = after(u²).
func squareMaps(p tensor.Poly, n int) (before, after *tensor.Map) {
	in, out := tensor.NewMapBuilder(n), tensor.NewMapBuilder(n)
	for i := range n {
		k := p.At(i)
		c := boundVertex(p.Coeffs[k]) // in t: c0 - c2 + c1 t + 2 c2 t²
		alpha, gamma := 2*c[2], c[0]-c[2]
		root, vertex := completedSquare(c)
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

// affineOn adds an affine map of one operand.
func affineOn(g *tensor.Graph, pos diag.Pos, m *tensor.Map, in *tensor.Node) *tensor.Node {
	return g.MustAdd(pos, tensor.Affine{Shape: []int{m.Rows}, Maps: []*tensor.Map{m}}, in)
}

// unitIntervals moves the scaling of every polynomial's interval to [-1, 1] into the map before it.
func unitIntervals(c *compilation) error {
	r := newRewriter(c.graph, tensor.Polynomial)
	for _, n := range c.graph.Nodes {
		p, ok := n.Op.(tensor.Poly)
		if !ok {
			r.keep(n)
			continue
		}
		b := tensor.NewMapBuilder(n.Size())
		for i := range n.Size() {
			k := p.At(i)
			b.Add(i, 2/(p.Hi[k]-p.Lo[k]))
			b.EndRow(-(p.Hi[k] + p.Lo[k]) / (p.Hi[k] - p.Lo[k]))
		}
		t := affineOn(r.out, n.Pos, b.Map(), r.to[n.In[0]])
		p.Lo, p.Hi = slices.Repeat([]float64{-1}, len(p.Lo)), slices.Repeat([]float64{1}, len(p.Hi))
		r.to[n] = r.out.MustAdd(n.Pos, p, t)
	}
	c.graph = mergeAffine(r.finish())
	return nil
}

// mergeAffine multiplies affine maps into the affine maps that read them, by the rules of
// fuseLinear: a heavy map with several readers and a product that is too large stay apart.
func mergeAffine(g *tensor.Graph) *tensor.Graph {
	users := g.Users()
	r := newRewriter(g, g.Stage)
	for _, n := range g.Nodes {
		op, ok := n.Op.(tensor.Affine)
		if !ok {
			r.keep(n)
			continue
		}
		v := combination{bias: make([]float64, n.Size())}
		for k, in := range n.In {
			apart := combination{[]*tensor.Node{r.to[in]}, op.Maps[k : k+1], op.Maps[k].Bias}
			inner, ok := r.to[in].Op.(tensor.Affine)
			if !ok || g.IsOutput(in) || len(users[in.ID]) > 1 && mapEntries(inner) > lightMap*in.Size() {
				v = v.plus(apart, 1)
				continue
			}
			merged := composed(op.Maps[k], inner, r.to[in].In)
			if tooLarge(merged.entries(), len(op.Maps[k].Val), mapEntries(inner)) {
				merged = apart
			}
			v = v.plus(merged, 1)
		}
		for _, m := range v.maps {
			m.Bias = make([]float64, n.Size())
		}
		r.to[n] = r.out.MustAdd(n.Pos, tensor.Affine{Shape: n.Shape, Maps: withBias(v)}, v.atoms...)
	}
	return r.finish()
}

// composed is a map after an affine operation of the given operands.
func composed(outer *tensor.Map, inner tensor.Affine, operands []*tensor.Node) combination {
	v := combination{bias: make([]float64, outer.Rows)}
	for j, m := range inner.Maps {
		if j == 1 { // the bias of the outer map counts once
			outer = outer.WithoutBias()
		}
		whole := tensor.Compose(outer, m)
		v = v.plus(combination{operands[j : j+1], []*tensor.Map{whole}, whole.Bias}, 1)
	}
	return v
}

func mapEntries(op tensor.Affine) int {
	total := 0
	for _, m := range op.Maps {
		total += len(m.Val)
	}
	return total
}
