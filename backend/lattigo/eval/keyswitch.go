package eval

import "hecc/backend/lattigo/kernel"

// Polynomials modulo QP are kept in halves that differ by a factor: modulo P they are x, modulo Q they are
// x/P. Division by P then needs no product modulo Q, and a ciphertext's own c0, which counts P times, no
// factor.

// sources are the polynomials that a table's columns read: for each polynomial to decompose its
// digits modulo QP, and then plain polynomials modulo Q.
type sources struct {
	chain      *chain
	level      int
	decomposed []poly   // NTT domain, modulo Q
	limbs      []poly   // by source
	digits     []*digit // of one decomposed polynomial
	coeffs     poly
	scratch    []poly // by digit
}

// digit changes the moduli of some limbs.
type digit struct {
	from, to  int
	extension *kernel.Extension
}

func newSources(w *worker, level int, decomposed, plain []poly) *sources {
	c, n := w.chain, w.chain.N()
	s := &sources{chain: c, level: level, decomposed: decomposed, coeffs: w.arena.poly(n, level+1)}
	for d := range c.Params.Digits(level) {
		from, to := c.group(level, d)
		e := c.extension(extensionKey{level, d})
		s.digits = append(s.digits, &digit{from, to, e})
		s.scratch = append(s.scratch, w.arena.poly(n, e.Scratch()))
	}
	for _, p := range decomposed {
		for _, d := range s.digits {
			limbs := w.arena.poly(n, level+1+len(c.p))
			copy(limbs[d.from:d.to], p[d.from:d.to]) // modulo its own primes, a digit is the polynomial
			s.limbs = append(s.limbs, limbs)
		}
	}
	s.limbs = append(s.limbs, plain...)
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
			scratch, coeffs := s.scratch[i], s.coeffs[d.from:d.to]
			prepared := d.extension.Prepared(scratch, coeffs)
			if len(scratch) > 0 {
				prepare = append(prepare, func() { d.extension.Prepare(scratch, coeffs) })
			}
			for limb, out := range s.limbs[k*len(s.digits)+i] {
				if limb < d.from || limb >= d.to {
					extend = append(extend, func() { d.extension.ToNTT(out, limb, prepared) })
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
}

func (s *sources) bind(tables []*table) (sums []boundTable) {
	for _, t := range tables {
		bound := boundTable{table: t}
		for limb := range t.rings {
			var columns poly
			for _, source := range t.sources {
				if limb < len(s.limbs[source]) {
					columns = append(columns, s.limbs[source][limb])
				} else {
					columns = append(columns, s.coeffs[0]) // in place of a plain polynomial modulo P, not read
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
					PairsOnly: limb >= sums[0].levels, Accumulate: accumulate, Part: part, Parts: gatherParts,
				})
				clear(tables) // a worker that waits holds nobody's keys
			})
		}
	}
	return []taskSet{tasks}
}

// gathered lists one limb of sums with the session's weights.
func (w *worker) gathered(out []kernel.GatherInput, sums []boundTable, limb int) {
	for i, s := range sums {
		out[i] = kernel.GatherInput{Table: s.Table, Weights: s.limb(w, limb), Sources: s.sources[limb]}
	}
}

// division divides by P, or by the last prime of Q, and rounds: what remains is lifted and subtracted.
type division struct {
	chain     *chain
	from      []*kernel.Ring
	extension *kernel.Extension
	coeffs    poly
	scratch   poly
}

// divideBy prepares a division down to a level.
func (w *worker) divideBy(from []*kernel.Ring, key extensionKey) *division {
	e, n := w.chain.extension(key), w.chain.N()
	return &division{w.chain, from, e, w.arena.poly(n, len(from)), w.arena.poly(n, e.Scratch())}
}

// steps divides x, whose limbs from level+1 on are modulo what is divided by. To finish, combine takes each
// limb of x and the remainder's, which is in the place of the result.
func (d *division) steps(out, x poly, combine func(limb int, z, x []uint64)) []taskSet {
	var inverse, finish taskSet
	for i, r := range d.from {
		inverse = append(inverse, func() { r.INTT(d.coeffs[i], x[len(out)+i]) })
	}
	prepared := d.extension.Prepared(d.scratch, d.coeffs)
	for limb, z := range out {
		finish = append(finish, func() {
			d.extension.ToNTT(z, limb, prepared)
			combine(limb, z, x[limb])
		})
	}
	return []taskSet{inverse, {func() { d.extension.Prepare(d.scratch, d.coeffs) }}, finish}
}

// modDown divides a polynomial modulo QP by P.
func (d *division) modDown(out, qp poly) []taskSet {
	return d.steps(out, qp, func(limb int, z, x []uint64) { d.chain.q[limb].Sub(z, x, z) })
}

// divideHalves divides both halves of a ciphertext by P.
func (w *worker) divideHalves(level int, out ciphertext, qp [2]poly) []taskSet {
	var halves [][]taskSet
	for half := range out {
		halves = append(halves, w.divideBy(w.chain.p, extensionKey{level, fromSpecial}).modDown(out[half], qp[half]))
	}
	return together(halves...)
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
