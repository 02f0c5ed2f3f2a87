package polyeval

import "math/bits"

// Tree is a polynomial decomposed for evaluation.
type Tree struct {
	Even   bool  // a polynomial in T_2(t) in place of t, with the coefficients of even terms
	Root   *Node // the products and sums
	Powers []int // the T_n to compute first, in this order; T_1 is given
	Cost
	relins int // relinearisations
}

// Node is a part of a polynomial: a sum of terms if M is 0, else Q·T_M + R.
type Node struct {
	Terms []bool // of a sum: the T_n that are not zero for every element
	M     int    // 0: a sum
	Q, R  *Node
}

// Cost is what evaluating a polynomial, or a network of polynomials, costs.
type Cost struct {
	Depth    int // consecutive multiplications, with plaintexts or ciphertexts
	Products int // of two ciphertexts
}

// Less orders by depth first, since depth decides the ring degree.
func (a Cost) Less(b Cost) bool {
	return a.Depth < b.Depth || a.Depth == b.Depth && a.Products < b.Products
}

// decompose divides by T_m with the largest m = k·2^i, recursively, until fewer than k terms are left.
func decompose(terms []bool, k int) *Node {
	d := highest(terms)
	if d < k {
		return &Node{Terms: terms[:d+1]}
	}
	m := k << (bits.Len(uint(d/k)) - 1)
	q, r := divideTerms(terms[:d+1], m)
	return &Node{M: m, Q: decompose(q, k), R: decompose(r, k)}
}

// Degree is the highest term.
func (n *Node) Degree() int {
	if n.M == 0 {
		return len(n.Terms) - 1
	}
	return n.M + n.Q.Degree()
}

// Constant says whether the node is a constant.
func (n *Node) Constant() bool { return n.M == 0 && len(n.Terms) == 1 }

// Divide writes polynomials as q·T_M + r, by T_{M+i} = 2 T_M T_i - T_{M-i}, for degrees below 2M.
// Coefficients are indexed by term, then by polynomial.
func (n *Node) Divide(c [][]float64) (q, r [][]float64) {
	m := n.M
	q, r = make([][]float64, len(c)-m), make([][]float64, m)
	for i := range r {
		r[i] = append([]float64(nil), c[i]...)
	}
	q[0] = c[m]
	for k := m + 1; k < len(c); k++ {
		q[k-m] = make([]float64, len(c[k]))
		for p, x := range c[k] {
			q[k-m][p] = 2 * x
			r[2*m-k][p] -= x
		}
	}
	return q, r
}

// divideTerms says which terms the quotient and the remainder of Divide have.
func divideTerms(terms []bool, m int) (q, r []bool) {
	q, r = make([]bool, len(terms)-m), append([]bool(nil), terms[:m]...)
	for n := m; n < len(terms); n++ {
		if q[n-m] = terms[n]; terms[n] && n > m {
			r[2*m-n] = true
		}
	}
	return q, r
}

// highest is the highest term, 0 if there is none.
func highest(terms []bool) int {
	for n := len(terms) - 1; n > 0; n-- {
		if terms[n] {
			return n
		}
	}
	return 0
}
