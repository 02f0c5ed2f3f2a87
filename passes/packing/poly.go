package packing

import (
	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/tensor"
)

// A polynomial p(t) = Σ c_n T_n(t) is evaluated with baby steps and giant steps (Paterson and
// Stockmeyer, 1973): p = q·T_m + r, where m is the largest k·2^i up to its degree, and the same again for q and
// r, until degrees are below k. These cost one product with a plaintext for each T_n, and the T_n come from
// T_{a+b} = 2 T_a T_b - T_{a-b} with a, b as equal as can be, so that T_n has depth ⌈log2 n⌉.
// Products are added at degree 2, and relinearised when they are multiplied again. Terms that are zero for every
// element cost nothing: an odd polynomial needs about half of the T_n, and an even one is a polynomial of half the degree
// in T_2, since T_2n(t) = T_n(T_2(t)). If all elements have the same
// polynomial, its coefficients are numbers, which need no room, and slots without an element then hold p(0).

// poly emits a polynomial on one ciphertext.
func (e *emitter) poly(n *tensor.Node, op tensor.Poly, ct int) *he.Value {
	coeffs := op.Coeffs
	t := map[int]*he.Value{1: e.at[n.In[0].ID][ct]}
	if isEven(terms(coeffs)) {
		t = map[int]*he.Value{1: (&powers{e, n.Pos, t}).get(2)}
		coeffs = make([][]float64, len(op.Coeffs))
		for i, c := range op.Coeffs {
			coeffs[i] = everySecond(c)
		}
	}
	p := &polyEmitter{e: e, n: n, ct: ct, at: op.At, k: stepsOf(terms(coeffs)).k, t: powers{e, n.Pos, t}}
	c := transposed(coeffs)
	p.makePowers(c) // before all else: the scale of what is multiplied by them follows theirs
	sum, constant := p.emit(c)
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
	k  int
	t  powers
}

// makePowers makes every T_n that emit reads.
func (p *polyEmitter) makePowers(c [][]float64) {
	d := degreeOf(c)
	if d < p.k {
		for i := 1; i <= d; i++ {
			if anyNonZero(c[i]) {
				p.t.get(i)
			}
		}
		return
	}
	m := giantStep(d, p.k)
	q, r := divide(c[:d+1], m)
	p.makePowers(q)
	p.makePowers(r)
	p.t.get(m)
}

// emit gives a polynomial but for its constant term, and that; no value if there is nothing else.
func (p *polyEmitter) emit(c [][]float64) (sum *he.Value, constant []float64) {
	d := degreeOf(c)
	if d < p.k {
		return p.combine(c[:d+1]), c[0]
	}
	m := giantStep(d, p.k)
	q, r := divide(c[:d+1], m)
	product, factor := p.emit(q)
	if product == nil {
		product = p.e.linear(p.n.Pos, he.Linear{Terms: []he.Term{{Diag: p.plain(factor)}}}, []*he.Value{p.t.get(m)})
	} else {
		product = p.e.c.Add(p.n.Pos, he.Mul{}, p.e.addPlain(p.n.Pos, product, p.plain(factor)), p.t.get(m))
	}
	sum, constant = p.emit(r)
	if sum != nil {
		product = p.e.c.Add(p.n.Pos, he.Add{}, product, sum)
	}
	return product, constant
}

// combine adds up the terms above the constant one.
func (p *polyEmitter) combine(c [][]float64) *he.Value {
	var lin he.Linear
	var args []*he.Value
	for i := 1; i < len(c); i++ {
		if anyNonZero(c[i]) {
			lin.Terms = append(lin.Terms, he.Term{Arg: len(args), Diag: p.plain(c[i])})
			args = append(args, p.t.get(i))
		}
	}
	if len(args) == 0 {
		return nil
	}
	return p.e.linear(p.n.Pos, lin, args)
}

// plain is a number if all elements have the same polynomial, and stands in the elements' slots if not.
func (p *polyEmitter) plain(c []float64) he.Plain {
	if len(c) == 1 {
		return he.Plain{c[0]}
	}
	return p.e.spread(p.n, p.ct, func(i int) float64 { return c[p.at(i)] })
}

// powers makes the T_n that are asked for, each once.
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

// divide writes polynomials as q·T_m + r, since T_{m+i} = 2 T_m T_i - T_{m-i}, for degrees below 2m.
func divide(c [][]float64, m int) (q, r [][]float64) {
	q, r = make([][]float64, len(c)-m), make([][]float64, m)
	for i := range r {
		r[i] = append([]float64(nil), c[i]...)
	}
	q[0] = c[m]
	for n := m + 1; n < len(c); n++ {
		q[n-m] = make([]float64, len(c[n]))
		for p, x := range c[n] {
			q[n-m][p] = 2 * x
			r[2*m-n][p] -= x
		}
	}
	return q, r
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

// degreeOf is the highest term that some polynomial has.
func degreeOf(c [][]float64) int {
	for n := len(c) - 1; n > 0; n-- {
		if anyNonZero(c[n]) {
			return n
		}
	}
	return 0
}

func anyNonZero(v []float64) bool {
	for _, x := range v {
		if x != 0 {
			return true
		}
	}
	return false
}
