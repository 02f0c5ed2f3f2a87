package packing

import (
	"math"
	"math/bits"

	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/tensor"
)

// A polynomial p(t) = Σ c_n T_n(t) is evaluated with baby steps and giant steps (Paterson and
// Stockmeyer, 1973): p = Σ_j q_j(t)·T_jk(t), where each q_j has degree below k. The q_j cost one
// product with a plaintext for each T_i, i < k, and the T_n come from
// T_{a+b} = 2 T_a T_b - T_{a-b} with a, b as equal as can be, so that T_n has depth ⌈log2 n⌉.
// The products q_j·T_jk are added at degree 2 and relinearised once. Terms that are zero for every
// element cost nothing: an odd or an even polynomial needs about half of the T_i.

// poly emits a polynomial on one ciphertext.
func (e *emitter) poly(n *tensor.Node, op tensor.Poly, ct int) *he.Value {
	ch := &powers{e: e, pos: n.Pos, t: map[int]*he.Value{1: e.at[n.In[0].ID][ct]}}
	if isEven(terms(op.Coeffs)) {
		ch.t = map[int]*he.Value{1: ch.get(2)}
		half := make([][]float64, len(op.Coeffs))
		for i, c := range op.Coeffs {
			half[i] = everySecond(c)
		}
		op.Coeffs = half
	}
	k := babySteps(terms(op.Coeffs))
	q := divide(op.Coeffs, k)
	for _, block := range q { // all T_n first: the scale of what is multiplied by them follows theirs
		for i := range block {
			if i > 0 && anyNonZero(block[i]) {
				ch.get(i)
			}
		}
	}
	for j := 1; j < len(q); j++ {
		if !empty(q[j]) {
			ch.get(j * k)
		}
	}
	var sum *he.Value
	for j := len(q) - 1; j >= 0; j-- {
		if j > 0 && empty(q[j]) {
			continue
		}
		sum = e.addBlock(n, op, ct, ch, q[j], j*k, sum)
	}
	return sum
}

// addBlock adds q_j·T_{jk} to sum, or q_0.
func (e *emitter) addBlock(n *tensor.Node, op tensor.Poly, ct int, ch *powers, q [][]float64, power int, sum *he.Value) *he.Value {
	var lin he.Linear
	var args []*he.Value
	for i := 1; i < len(q); i++ {
		if anyNonZero(q[i]) {
			lin.Terms = append(lin.Terms, he.Term{Arg: len(args), Diag: e.coefficients(n, op, ct, q[i])})
			args = append(args, ch.get(i))
		}
	}
	constant := e.coefficients(n, op, ct, q[0])
	if len(args) == 0 {
		if power > 0 { // c·T_jk: the coefficient goes to the power itself
			lin.Terms = []he.Term{{Diag: constant}}
			return e.plus(n.Pos, sum, e.linear(n.Pos, lin, []*he.Value{ch.get(power)}))
		}
		if sum == nil {
			sum = e.c.Add(n.Pos, he.MulPlain{Plain: he.Plain{0}}, ch.get(1))
		}
		return e.addPlain(n.Pos, sum, constant)
	}
	v := e.linear(n.Pos, lin, args)
	if power > 0 {
		v = e.addPlain(n.Pos, v, constant)
		return e.plus(n.Pos, sum, e.c.Add(n.Pos, he.Mul{}, v, ch.get(power)))
	}
	return e.addPlain(n.Pos, e.plus(n.Pos, sum, v), constant)
}

// coefficients are a number if all elements have the same polynomial, and stand in the elements' slots if not.
func (e *emitter) coefficients(n *tensor.Node, op tensor.Poly, ct int, c []float64) he.Plain {
	if len(c) == 1 {
		return he.Plain{c[0]}
	}
	return e.spread(n, ct, func(i int) float64 { return c[op.At(i)] })
}

func (e *emitter) plus(pos diag.Pos, a, b *he.Value) *he.Value {
	if a == nil {
		return b
	}
	return e.c.Add(pos, he.Add{}, a, b)
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

// terms says which T_n some polynomial has.
func terms(coeffs [][]float64) []bool {
	out := make([]bool, len(coeffs[0]))
	for _, c := range coeffs {
		for n, x := range c {
			out[n] = out[n] || x != 0
		}
	}
	return out
}

// isOdd says whether polynomials with these terms are odd, and zero at zero.
func isOdd(terms []bool) bool {
	for n := 0; n < len(terms); n += 2 {
		if terms[n] {
			return false
		}
	}
	return true
}

// PolyProducts says how many products of ciphertexts a polynomial with these terms takes, and its depth.
func PolyProducts(terms []bool) (products, depth int) {
	if isEven(terms) {
		half := everySecond(terms)
		products, depth = cost(half, babySteps(half))
		return products + 1, depth + 1
	}
	return cost(terms, babySteps(terms))
}

// isEven says whether polynomials with these terms are even, and no number.
func isEven(terms []bool) bool {
	for n := 1; n < len(terms); n += 2 {
		if terms[n] {
			return false
		}
	}
	return len(terms) > 2
}

// everySecond takes the even places.
func everySecond[T any](v []T) []T {
	out := make([]T, 0, len(v)/2+1)
	for n := 0; n < len(v); n += 2 {
		out = append(out, v[n])
	}
	return out
}

// babySteps is the k that needs the fewest products of ciphertexts without more depth than
// the highest term has anyway. Of equal ones a power of two comes first: its T_jk lie at the
// ends of depths, which leaves rescaling more room.
func babySteps(terms []bool) int {
	best, least := 2, 1<<30
	most := min(len(terms), mostBabySteps*int(math.Sqrt(float64(len(terms)))))
	for _, powers := range []bool{true, false} {
		for k := 2; k <= max(2, most); k++ {
			products, depth := cost(terms, k)
			if (k&(k-1) == 0) == powers && products < least && depth <= PolyDepth(len(terms)-1) {
				best, least = k, products
			}
		}
	}
	return best
}

// mostBabySteps is how far the best k is from the root of the number of terms, at most.
const mostBabySteps = 8

// cost counts the products of ciphertexts with k baby steps: one for each T_n, and one for each q_j·T_jk
// whose q_j is not a number. With them comes the depth.
func cost(terms []bool, k int) (products, depth int) {
	made := map[int]bool{1: true}
	var take func(n int)
	take = func(n int) {
		if !made[n] {
			made[n] = true
			products++
			take(n - n/2)
			take(n / 2)
		}
	}
	for j, q := range blocks(terms, k) {
		own := 0
		for i, used := range q {
			if used && i > 0 {
				take(i)
				own = powerDepth(i) + 1
			}
		}
		if j > 0 && (own > 0 || q[0]) {
			take(j * k)
			if own > 0 {
				products++
			}
			own = max(own, powerDepth(j*k)) + 1
		}
		depth = max(depth, own)
	}
	return products, depth
}

// blocks says which terms the q_j have.
func blocks(terms []bool, k int) [][]bool {
	rest := append([]bool(nil), terms...)
	q := make([][]bool, (len(terms)+k-1)/k)
	for j := range q {
		q[j] = make([]bool, k)
	}
	for n := len(rest) - 1; n >= 0; n-- {
		if j, i := n/k, n%k; rest[n] {
			q[j][i] = true
			if i > 0 && j > 0 {
				rest[j*k-i] = true
			}
		}
	}
	return q
}

// powerDepth is the depth of T_n.
func powerDepth(n int) int { return bits.Len(uint(n - 1)) }

func empty(q [][]float64) bool {
	for _, c := range q {
		if anyNonZero(c) {
			return false
		}
	}
	return true
}

// divide writes polynomials in the basis T_i·T_{jk}, i < k: T_{jk+i} = 2 T_i T_{jk} - T_{jk-i}.
// The result has, for each j and i, the coefficient of every polynomial.
func divide(coeffs [][]float64, k int) [][][]float64 {
	terms := len(coeffs[0])
	blocks := (terms + k - 1) / k
	q := make([][][]float64, blocks)
	for j := range q {
		q[j] = make([][]float64, k)
		for i := range q[j] {
			q[j][i] = make([]float64, len(coeffs))
		}
	}
	for p, c := range coeffs {
		rest := append([]float64(nil), c...)
		for n := terms - 1; n >= 0; n-- {
			j, i := n/k, n%k
			if i == 0 || j == 0 {
				q[j][i][p] += rest[n]
				continue
			}
			q[j][i][p] += 2 * rest[n]
			rest[j*k-i] -= rest[n]
		}
	}
	return q
}

func anyNonZero(v []float64) bool {
	for _, x := range v {
		if x != 0 {
			return true
		}
	}
	return false
}
