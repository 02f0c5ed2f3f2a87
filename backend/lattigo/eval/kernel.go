package eval

import "math/bits"

// gatherSums computes two sums of products for each coefficient j, from one row of the table each:
//
//	out0[j] = Σ_pairs w0·x + Σ_first w·x,   out1[j] = Σ_pairs w1·x + Σ_second w·x
//
// where the x are picked from src by the row's offsets. It computes the coefficients from start on, as many as
// out has. With more set, it adds to out.
func gatherSums(out0, out1, src []uint64, t *table, limb, start int, more bool) {
	m := t.moduli[limb]
	q, inverse, barrett := m.q, m.inverse, m.barrett[0]
	pairs, first, second := t.columns(limb)
	width, row := 2*pairs+first+second, t.pairs+t.first+t.second
	weights, offsets := t.weights[limb][start*width:], t.offsets[start*row:]
	for j := range out0 {
		w, o := weights[:width], offsets[:row]
		weights, offsets = weights[width:], offsets[row:]
		h0, l0, h1, l1 := pairSums(w[:2*pairs], o[:pairs], src)
		w, o = w[2*pairs:], o[pairs:]
		if first+second > 0 {
			h0, l0 = addSum(h0, l0, w[:first], o[:first], src)
			h1, l1 = addSum(h1, l1, w[first:], o[first:], src)
		}
		r0, r1 := reduce(h0, l0, q, inverse, barrett), reduce(h1, l1, q, inverse, barrett)
		if more {
			r0, r1 = add(r0, out0[j], q), add(r1, out1[j], q)
		}
		out0[j], out1[j] = r0, r1
	}
}

// pairSums are Σ w[2e]·src[o[e]] and Σ w[2e+1]·src[o[e]]. Apart, its variables fit the registers.
//
//go:noinline
func pairSums(w []uint64, o []uint32, src []uint64) (h0, l0, h1, l1 uint64) {
	for e, at := range o {
		x, w := src[at], w[2*e:2*e+2]
		h, l := bits.Mul64(x, w[0])
		var c uint64
		l0, c = bits.Add64(l0, l, 0)
		h0, _ = bits.Add64(h0, h, c)
		h, l = bits.Mul64(x, w[1])
		l1, c = bits.Add64(l1, l, 0)
		h1, _ = bits.Add64(h1, h, c)
	}
	return h0, l0, h1, l1
}

// addSum is (hi, lo) + Σ w[e]·src[o[e]].
//
//go:noinline
func addSum(hi, lo uint64, w []uint64, o []uint32, src []uint64) (uint64, uint64) {
	for e := 0; e < len(w) && e < len(o); e++ {
		hi, lo = addProduct(hi, lo, src[o[e]], w[e])
	}
	return hi, lo
}

// addProduct is (hi, lo) + x·y.
func addProduct(hi, lo, x, y uint64) (uint64, uint64) {
	h, l := bits.Mul64(x, y)
	lo, c := bits.Add64(lo, l, 0)
	hi, _ = bits.Add64(hi, h, c)
	return hi, lo
}

// lane is how many coefficients dot works on at a time: their sums stay in registers.
const lane = 4

// dot computes out[j] = Σ_e weight_e[j]·src_e[j]. The weights of one lane of coefficients stand
// together, term after term: see interleave. With constant weights there is one number for each term.
func dot(out []uint64, src [][]uint64, weights []uint64, m modulus) {
	q, inverse, barrett := m.q, m.inverse, m.barrett[0]
	constant := len(weights) == len(src)
	for j := 0; j < len(out); j += lane {
		z := out[j : j+lane : j+lane]
		clear(z)
		for from := 0; from < len(src); from += maxProducts {
			to := min(from+maxProducts, len(src))
			var s sums
			if constant {
				s.addScaled(src[from:to], weights[from:to], j)
			} else {
				at := j * len(src)
				s.addProducts(src[from:to], weights[at+from*lane:at+to*lane], j)
			}
			z[0] = add(z[0], reduce(s.h0, s.l0, q, inverse, barrett), q)
			z[1] = add(z[1], reduce(s.h1, s.l1, q, inverse, barrett), q)
			z[2] = add(z[2], reduce(s.h2, s.l2, q, inverse, barrett), q)
			z[3] = add(z[3], reduce(s.h3, s.l3, q, inverse, barrett), q)
		}
	}
}

// sums are the 128-bit sums of one lane.
type sums struct{ h0, l0, h1, l1, h2, l2, h3, l3 uint64 }

func (s *sums) addProducts(src [][]uint64, weights []uint64, j int) {
	t := *s
	for _, x := range src {
		x, w := (*[lane]uint64)(x[j:]), (*[lane]uint64)(weights)
		weights = weights[lane:]
		t.h0, t.l0 = addProduct(t.h0, t.l0, x[0], w[0])
		t.h1, t.l1 = addProduct(t.h1, t.l1, x[1], w[1])
		t.h2, t.l2 = addProduct(t.h2, t.l2, x[2], w[2])
		t.h3, t.l3 = addProduct(t.h3, t.l3, x[3], w[3])
	}
	*s = t
}

func (s *sums) addScaled(src [][]uint64, weights []uint64, j int) {
	t := *s
	for e, x := range src {
		x, w := (*[lane]uint64)(x[j:]), weights[e]
		t.h0, t.l0 = addProduct(t.h0, t.l0, x[0], w)
		t.h1, t.l1 = addProduct(t.h1, t.l1, x[1], w)
		t.h2, t.l2 = addProduct(t.h2, t.l2, x[2], w)
		t.h3, t.l3 = addProduct(t.h3, t.l3, x[3], w)
	}
	*s = t
}

// interleave puts the weights of term e of a dot with the given number of terms in place.
func interleave(weights, term []uint64, e, terms int) {
	for j := 0; j < len(term); j += lane {
		copy(weights[(j*terms)+e*lane:], term[j:j+lane])
	}
}

// product computes the three halves of (a0 + a1·s)(b0 + b1·s) modulo q.
func product(out0, out1, out2, a0, a1, b0, b1 []uint64, m modulus) {
	q, inverse, barrett := m.q, m.inverse, m.barrett[0]
	r := m.montgomery(m.montgomery(1)) // 2^128: undoes two Montgomery reductions
	for j := range out0 {
		h, l := bits.Mul64(a0[j], b0[j])
		out0[j] = m.times(reduce(h, l, q, inverse, barrett), r)
		h, l = bits.Mul64(a1[j], b1[j])
		out2[j] = m.times(reduce(h, l, q, inverse, barrett), r)
		h, l = bits.Mul64(a0[j], b1[j])
		h, l = addProduct(h, l, a1[j], b0[j])
		out1[j] = m.times(reduce(h, l, q, inverse, barrett), r)
	}
}
