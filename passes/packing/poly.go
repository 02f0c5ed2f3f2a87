package packing

import (
	"slices"

	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/tensor"
	"hecc/passes/polyeval"
)

// Polynomials are evaluated as package polyeval decomposes them. Products are added at degree 2, and
// relinearised when they are multiplied again. If all elements have the same polynomial, its coefficients are
// numbers, which take no memory, and slots without an element then hold p(0).

// needClean finds the nodes that reach polynomials above degree 2 slot by slot: of partial sums outside [-1, 1], which dirty
// slots hold, these take huge values.
func needClean(g *tensor.Graph) []bool {
	clean := make([]bool, len(g.Nodes))
	for _, n := range slices.Backward(g.Nodes) {
		op, isPoly := n.Op.(tensor.Poly)
		_, isMul := n.Op.(tensor.Mul)
		for _, in := range n.In {
			clean[in.ID] = clean[in.ID] || isPoly && op.Degree() > 2 || (isPoly || isMul) && clean[n.ID]
		}
	}
	return clean
}

// poly emits a polynomial on one ciphertext.
func (e *emitter) poly(n *tensor.Node, op tensor.Poly, ct int) *he.Value {
	tree := e.trees[n.ID]
	coeffs := op.Coeffs
	t := map[int]*he.Value{1: e.at[n.In[0].ID][ct]}
	if tree.Even {
		t = map[int]*he.Value{1: (&powers{e, n.Pos, t}).get(2)}
		coeffs = make([][]float64, len(op.Coeffs))
		for i, c := range op.Coeffs {
			coeffs[i] = polyeval.EverySecond(c)
		}
	}
	p := &polyEmitter{e: e, n: n, ct: ct, at: op.At, t: powers{e, n.Pos, t}}
	for _, power := range tree.Powers { // emitted first: scales of their cofactors follow from theirs
		p.t.get(power)
	}
	sum, constant := p.emit(tree.Root, transposed(coeffs))
	if sum == nil {
		sum = e.c.Add(n.Pos, he.MulPlain{Plain: he.Plain{0}}, p.t.get(1))
	}
	return e.addPlain(n.Pos, sum, p.plain(constant))
}

// polyEmitter emits one polynomial. Coefficients are given by term, and in each by polynomial.
type polyEmitter struct {
	e  *emitter
	n  *tensor.Node
	ct int
	at func(element int) int // the polynomial of an element
	t  powers
}

// emit gives a polynomial without its constant term, and the constant term. The value is nil if the
// polynomial is constant.
func (p *polyEmitter) emit(at *polyeval.Node, c [][]float64) (sum *he.Value, constant []float64) {
	if at.M == 0 {
		return p.combine(at.Terms, c), c[0]
	}
	q, r := at.Divide(c[:at.Degree()+1])
	product, factor := p.emit(at.Q, q)
	if product == nil {
		product = p.e.linear(p.n.Pos, he.Linear{Terms: []he.Term{{Diag: p.plain(factor)}}}, []*he.Value{p.t.get(at.M)})
	} else {
		product = p.e.c.Add(p.n.Pos, he.Mul{}, p.e.addPlain(p.n.Pos, product, p.plain(factor)), p.t.get(at.M))
	}
	sum, constant = p.emit(at.R, r)
	if sum != nil {
		product = p.e.c.Add(p.n.Pos, he.Add{}, product, sum)
	}
	return product, constant
}

// combine adds up all terms but the constant one.
func (p *polyEmitter) combine(terms []bool, c [][]float64) *he.Value {
	var lin he.Linear
	var args []*he.Value
	for i := 1; i < len(terms); i++ {
		if terms[i] {
			lin.Terms = append(lin.Terms, he.Term{Arg: len(args), Diag: p.plain(c[i])})
			args = append(args, p.t.get(i))
		}
	}
	if len(args) == 0 {
		return nil
	}
	return p.e.linear(p.n.Pos, lin, args)
}

// plain is one number if all elements have the same polynomial; otherwise it has each element's number in its
// slots.
func (p *polyEmitter) plain(c []float64) he.Plaintext {
	if len(c) == 1 {
		return he.Plain{c[0]}
	}
	return p.e.spread(p.n, p.ct, func(i int) float64 { return c[p.at(i)] })
}

// powers makes the Chebyshev polynomials T_n that are needed, each once.
type powers struct {
	e   *emitter
	pos diag.Pos
	t   map[int]*he.Value
}

func (p *powers) get(n int) *he.Value {
	if v, ok := p.t[n]; ok {
		return v
	}
	a, b := n-n/2, n/2
	prod := p.e.c.Add(p.pos, he.Mul{}, p.get(a), p.get(b))
	v := p.e.c.Add(p.pos, he.Add{}, prod, prod)
	if a == b {
		v = p.e.c.Add(p.pos, he.AddPlain{Plain: he.Plain{-1}}, v)
	} else {
		minus := p.e.c.Add(p.pos, he.MulPlain{Plain: he.Plain{-1}}, p.get(a-b))
		v = p.e.c.Add(p.pos, he.Add{}, v, minus)
	}
	p.t[n] = v
	return v
}

// transposed lists, for each term, the coefficient of every polynomial.
func transposed(coeffs [][]float64) [][]float64 {
	out := make([][]float64, len(coeffs[0]))
	for n := range out {
		for _, c := range coeffs {
			out[n] = append(out[n], c[n])
		}
	}
	return out
}
