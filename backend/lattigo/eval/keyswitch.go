package eval

import (
	"slices"

	"hecc/backend/lattigo/kernel"
)

// Polynomials modulo QP are kept in halves that differ by a factor: modulo P they are x, modulo Q they are
// x/P. Division by P then needs no product modulo Q, and a ciphertext's own c0, which counts P times, no
// factor.

// sources are the polynomials that a table's columns read: for each polynomial to decompose its
// digits modulo QP, and then plain polynomials modulo Q, or modulo QP where the operand's division is deferred.
type sources struct {
	chain      *chain
	level      int
	decomposed []poly   // NTT domain, modulo Q
	limbs      []poly   // by source
	digits     []*digit // of one decomposed polynomial
	coeffs     poly
	zero       []uint64 // of plain polynomials modulo P, where these have no limbs
	special    bool     // some have
}

// digit changes the moduli of some limbs.
type digit struct {
	from, to  int
	extension *kernel.Extension
	coeffs    poly // with what the extension takes besides
}

func newSources(w *worker, level int, decomposed, plain []poly) *sources {
	c, n := w.chain, w.chain.N()
	s := &sources{chain: c, level: level, decomposed: decomposed, coeffs: w.arena.poly(n, level+1), zero: w.zero}
	for d := range c.Params.Digits(level) {
		from, to := c.group(level, d)
		e := c.extension(extensionKey{level, d})
		coeffs := append(s.coeffs[from:to:to], w.arena.poly(n, e.Scratch())...)
		s.digits = append(s.digits, &digit{from, to, e, coeffs})
	}
	for _, p := range decomposed {
		for _, d := range s.digits {
			limbs := w.arena.poly(n, level+1+len(c.p))
			copy(limbs[d.from:d.to], p[d.from:d.to]) // modulo its own primes, a digit is the polynomial
			s.limbs = append(s.limbs, limbs)
		}
	}
	s.limbs = append(s.limbs, plain...)
	for _, p := range plain {
		s.special = s.special || len(p) > level+1
	}
	return s
}

// load decomposes.
func (s *sources) load() []taskSet {
	var steps []taskSet
	for k, p := range s.decomposed {
		var inverse, prepare, extend taskSet
		for limb, x := range p {
			inverse = append(inverse, func() { s.chain.q[limb].INTT(s.coeffs[limb], x) })
		}
		for i, d := range s.digits {
			if d.extension.Scratch() > 0 {
				prepare = append(prepare, func() { d.extension.Prepare(d.coeffs) })
			}
			for limb, out := range s.limbs[k*len(s.digits)+i] {
				if limb < d.from || limb >= d.to {
					extend = append(extend, func() { d.extension.ToNTT(out, limb, d.coeffs) })
				}
			}
		}
		steps = append(steps, inverse, prepare, extend)
	}
	return steps
}

// of are the sources of one of the operands: its digits, c0 and c1.
func (s *sources) of(arg int) *sources {
	digits, args := len(s.digits), len(s.decomposed)
	one := *s
	one.limbs = append(s.limbs[arg*digits:(arg+1)*digits:(arg+1)*digits], s.limbs[args*digits+arg], s.limbs[args*digits+args+arg])
	return &one
}

// boundTable is a table with the polynomials that its columns read.
type boundTable struct {
	*table
	sources []poly // by limb
	special bool   // modulo P too, it reads more than pairs
}

func (s *sources) bind(tables []*table) (sums []boundTable) {
	for _, t := range tables {
		bound := boundTable{table: t, special: s.special}
		for limb := range t.rings {
			var columns poly
			for _, source := range t.sources {
				if limb < len(s.limbs[source]) {
					columns = append(columns, s.limbs[source][limb])
				} else {
					columns = append(columns, s.zero)
				}
			}
			bound.sources = append(bound.sources, columns)
		}
		sums = append(sums, bound)
	}
	return sums
}

// gatherParts splits the rows of one limb, so that threads get even shares.
const gatherParts = 2

// gather adds up the tables' columns modulo QP. With accumulate set, it adds to out.
func (w *worker) gather(sums []boundTable, out [2]poly, accumulate bool) []taskSet {
	if len(sums) == 0 {
		return nil
	}
	var tasks taskSet
	for limb, r := range sums[0].rings {
		for part := range gatherParts {
			tables := make([]kernel.GatherInput, len(sums))
			tasks = append(tasks, func() {
				w.gathered(tables, sums, limb)
				r.GatherAll(tables, kernel.GatherOutput{
					First: out[0][limb], Second: out[1][limb],
					PairsOnly: pairsOnly(sums, limb), Accumulate: accumulate, Part: part, Parts: gatherParts,
				})
				clear(tables) // a worker that waits holds nobody's keys
			})
		}
	}
	return []taskSet{tasks}
}

// pairsOnly says whether sums of one limb leave out plain polynomials: these are all 0 modulo P.
func pairsOnly(sums []boundTable, limb int) bool {
	return limb >= sums[0].levels && !slices.ContainsFunc(sums, func(s boundTable) bool { return s.special })
}

// gathered lists one limb of sums with the session's weights.
func (w *worker) gathered(out []kernel.GatherInput, sums []boundTable, limb int) {
	for i, s := range sums {
		out[i] = kernel.GatherInput{Table: s.Table, Weights: s.limb(w, limb), Sources: s.sources[limb]}
	}
}

// together joins the steps of work that may be done at the same time.
func together(lists ...[]taskSet) []taskSet {
	var out []taskSet
	for _, list := range lists {
		for i, s := range list {
			if i == len(out) {
				out = append(out, nil)
			}
			out[i] = append(out[i], s...)
		}
	}
	return out
}
