package kernel

import (
	"fmt"

	"github.com/tuneinsight/lattigo/v5/ring"
)

// Ring is a polynomial ring modulo one prime below 2^60. Its transforms are Lattigo's, in order and range.
// Read only, safe for concurrent use.
type Ring struct {
	Modulus
	lattigo   *ring.SubRing
	n         int
	conjugate bool // the conjugate-invariant ring

	code              *code // nil for Go
	limits            *limits
	forward, backward *twiddles
	fold, unfold      []uint64 // constants of these sweeps; unfold are those of scale in the standard ring
	product           Scalar   // the accumulator's radix
}

// NewRing prepares kernels that use the given instructions, or lesser ones if the processor or the ring
// does not allow them.
func NewRing(s *ring.SubRing, use Instructions) *Ring {
	r := &Ring{Modulus: NewModulus(s), lattigo: s, n: s.N, conjugate: s.Type() == ring.ConjugateInvariant}
	if s.N < block || s.Modulus>>maxBits != 0 {
		return r
	}
	if r.code = codeFor(use, s.Modulus); r.code != nil {
		r.limits = newLimits(s.Modulus, s.MRedConstant)
		r.prepare()
	}
	return r
}

// prepare lays out constants. In the conjugate-invariant ring the level with h groups has its roots from 2h
// on.
func (r *Ring) prepare() {
	c, s := r.code, r.lattigo
	plain := func(w uint64) uint64 { return ring.IMForm(w, r.q, r.inverse) }
	constants := func(roots []uint64) *twiddles {
		return newTwiddles(r.n, c, func(k int) shoup {
			if r.conjugate {
				k += 1 << (bitLen(k) - 1)
			}
			return c.constant(plain(roots[k]), r.q)
		})
	}
	r.forward, r.backward = constants(s.RootsForward), constants(s.RootsBackward)
	spread := func(w uint64) []uint64 {
		k := c.constant(w, r.q)
		return k.spread[:c.spread]
	}
	r.fold = spread(plain(s.RootsForward[1]))
	r.product = r.NewScalar(r.power(r.exponent(c.narrow)))
	r.unfold = append(spread(plain(s.NInv)), spread(plain(r.Times(s.RootsBackward[1], s.NInv)))...)
}

// Bytes is the memory of the constants, with those of Lattigo's ring.
func (r *Ring) Bytes() int64 {
	words := len(r.lattigo.RootsForward) + len(r.lattigo.RootsBackward)
	for _, t := range []*twiddles{r.forward, r.backward} {
		if t == nil {
			continue
		}
		words += len(t.last)
		for _, p := range t.passes {
			words += len(p)
		}
	}
	return 8 * int64(words)
}

// N is the ring degree.
func (r *Ring) N() int { return r.n }

// NTT transforms src to dst, which may be the same. Results are reduced.
func (r *Ring) NTT(dst, src []uint64) {
	dst, src = r.check(dst), r.check(src)
	if r.code == nil {
		r.lattigo.NTT(src, dst)
		return
	}
	limits, t := &r.limits[0], r.forward
	if r.conjugate {
		first := src[0]
		r.code.fold(&dst[0], &src[0], r.n, &r.fold[0], limits)
		dst[0] = first
		src = dst
	}
	stride, groups := r.n, 1
	for i, radix := range t.radices {
		stride /= radix
		f := r.code.forward4
		if radix == 8 {
			f = r.code.forward8
		}
		f(&dst[0], &src[0], groups, stride, &t.passes[i][0], limits)
		groups *= radix
		src = dst
	}
	r.code.forwardLast(&dst[0], &src[0], groups, &t.last[0], limits)
}

// INTT is the inverse of NTT.
func (r *Ring) INTT(dst, src []uint64) {
	dst, src = r.check(dst), r.check(src)
	if r.code == nil {
		r.lattigo.INTT(src, dst)
		return
	}
	limits, t := &r.limits[0], r.backward
	groups, stride := r.n/block, block
	r.code.inverseFirst(&dst[0], &src[0], groups, &t.last[0], limits)
	for i := len(t.radices) - 1; i >= 0; i-- {
		f := r.code.inverse4
		if t.radices[i] == 8 {
			f = r.code.inverse8
		}
		groups /= t.radices[i]
		f(&dst[0], &dst[0], groups, stride, &t.passes[i][0], limits)
		stride *= t.radices[i]
	}
	if !r.conjugate {
		r.code.scale(&dst[0], &dst[0], r.n, &r.unfold[0], limits)
		return
	}
	first := r.Times(2*dst[0], r.lattigo.NInv)
	r.code.unfold(&dst[0], &dst[0], r.n, &r.unfold[0], limits)
	dst[0] = first
}

// check cuts a polynomial to its length, which the assembly relies on.
func (r *Ring) check(p []uint64) []uint64 {
	if len(p) < r.n {
		panic(fmt.Sprintf("kernel: %d coefficients in a ring of degree %d", len(p), r.n))
	}
	return p[:r.n]
}
