package eval

import (
	"github.com/tuneinsight/lattigo/v5/ring"

	lattigo "hecc/backend/lattigo/params"
)

// sources are the polynomials that a table's columns read: for each limb modulo QP one block
// with the digits of decomposed polynomials and then, modulo Q, plain ones.
type sources struct {
	rings      *lattigo.Rings
	level      int
	decomposed []poly // NTT domain, modulo Q
	plain      []poly
	blocks     [][]uint64
	digits     [][]poly // views: for each decomposed polynomial and digit its limbs modulo QP
	coeffs     poly     // scratch
}

func newSources(w *worker, level int, decomposed, plain []poly) *sources {
	r, n := w.rings, w.rings.N()
	count := r.Params.Digits(level)
	s := &sources{rings: r, level: level, decomposed: decomposed, plain: plain, coeffs: w.arena.poly(n, level+1)}
	for range level + 1 + len(r.Params.P) {
		s.blocks = append(s.blocks, w.arena.block((count*len(decomposed)+len(plain))*stride(n)))
	}
	for k := range decomposed {
		digits := make([]poly, count)
		for d := range digits {
			digits[d] = s.view(k*count + d)
		}
		s.digits = append(s.digits, digits)
	}
	return s
}

// view is source number k.
func (s *sources) view(k int) poly {
	out := make(poly, len(s.blocks))
	for limb, block := range s.blocks {
		out[limb] = block[k*stride(s.rings.N()):][:s.rings.N()]
	}
	return out
}

// load fills the blocks from the polynomials.
func (s *sources) load(w *worker) {
	for k, p := range s.decomposed {
		s.rings.RingQ.AtLevel(s.level).INTT(ring.Poly{Coeffs: p}, ring.Poly{Coeffs: s.coeffs})
		s.decompose(w, s.coeffs, p, s.digits[k])
	}
	first := len(s.decomposed) * s.rings.Params.Digits(s.level)
	for k, p := range s.plain {
		at := (first + k) * stride(s.rings.N())
		for limb, x := range p {
			copy(s.blocks[limb][at:], x)
		}
	}
}

// decompose takes a polynomial, given by its coefficients and in the NTT domain, to its digits modulo QP.
// A digit is the polynomial modulo a group of len(P) moduli, so in that group it is the polynomial itself.
func (s *sources) decompose(w *worker, coeffs, ntt poly, digits []poly) {
	group := len(s.rings.Params.P)
	for d, digit := range digits {
		qp := polyQP(digit, s.level)
		w.decomposer.DecomposeAndSplit(s.level, s.rings.LevelP(), group, d, ring.Poly{Coeffs: coeffs}, qp.Q, qp.P)
		for i := range s.level + 1 {
			if i/group == d {
				copy(digit[i], ntt[i])
			} else {
				s.rings.RingQ.SubRings[i].NTT(digit[i], digit[i])
			}
		}
		s.rings.RingP.NTT(qp.P, qp.P)
	}
}

// gatherRows is how many rows are worked on modulo all primes in turn: their offsets then stay in the cache.
const gatherRows = 128

// gather adds up the tables' columns modulo QP. With more set, it adds to out.
func (s *sources) gather(tables []*table, out [2]poly, more bool) {
	for _, t := range tables {
		for from := 0; from < t.n; from += gatherRows {
			to := from + gatherRows
			for limb := range t.moduli {
				gatherSums(out[0][limb][from:to], out[1][limb][from:to], s.blocks[limb], t, limb, from, more)
			}
		}
		more = true
	}
}

// modDown divides both halves by P, rounds, and writes the result modulo Q.
func modDown(w *worker, level int, qp [2]poly, out ciphertext) {
	for half := range out {
		p := polyQP(qp[half], level)
		w.extender.ModDownQPtoQNTT(level, w.rings.LevelP(), p.Q, p.P, ring.Poly{Coeffs: out[half]})
	}
}
