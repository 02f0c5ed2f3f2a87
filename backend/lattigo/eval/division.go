package eval

import (
	"hecc/backend/lattigo/kernel"
	"hecc/ir/he"
)

// division divides a polynomial by P, by the last prime of Q, or by both, and rounds: what remains is lifted
// and subtracted.
type division struct {
	chain     *chain
	from      []*kernel.Ring
	extension *kernel.Extension
	x         poly // the limbs from len(out) on are modulo from
	coeffs    poly // of the remainder, with what the extension takes besides
}

// divide prepares a division down to a level. It has its own room for the remainder.
func (w *worker) divide(x poly, from []*kernel.Ring, key extensionKey) *division {
	e, n := w.chain.extension(key), w.chain.N()
	return &division{w.chain, from, e, x, w.arena.poly(n, len(from)+e.Scratch())}
}

// divideInPlace prepares one that leaves x destroyed.
func (w *worker) divideInPlace(x poly, from []*kernel.Ring, key extensionKey) *division {
	e := w.chain.extension(key)
	remainder := x[key.level+1:]
	return &division{w.chain, from, e, x, append(remainder[:len(from):len(from)], w.arena.poly(w.chain.N(), e.Scratch())...)}
}

// steps divides to out. To finish, combine takes each limb of x and the remainder's, which is in the place of
// the result.
func (d *division) steps(out poly, combine func(limb int, z, x []uint64)) []taskSet {
	var inverse, finish taskSet
	for i, r := range d.from {
		inverse = append(inverse, func() { r.INTT(d.coeffs[i], d.x[len(out)+i]) })
	}
	for limb, z := range out {
		finish = append(finish, func() {
			d.extension.ToNTT(z, limb, d.coeffs)
			combine(limb, z, d.x[limb])
		})
	}
	return []taskSet{inverse, {func() { d.extension.Prepare(d.coeffs) }}, finish}
}

// modDown divides a polynomial modulo QP by P.
func (d *division) modDown(out poly) []taskSet {
	return d.steps(out, func(limb int, z, x []uint64) { d.chain.q[limb].Sub(z, x, z) })
}

// rescale divides by the prime above the result's level, and by P where d does; inverses are 1 over that prime.
func (d *division) rescale(out poly, inverses []kernel.Scalar) []taskSet {
	return d.steps(out, func(limb int, z, x []uint64) { d.chain.q[limb].MulSub(z, x, z, inverses[limb]) })
}

// ending is what a key switch does with its two sums modulo QP: see he.Division.
type ending struct {
	he.Division
	level   int             // of the sums
	rescale []kernel.Scalar // 1/q for each limb, if it divides by q as well
}

func (b *builder) ending(v *he.Value) ending {
	e := ending{Division: b.divisions[v.ID], level: v.Level}
	if e.Rescale != nil {
		e.rescale = b.rescale(v.Level - 1).inverses
	}
	return e
}

// sums are where a key switch adds up. A half that stays modulo QP is the result.
func (w *worker) sums(e ending, out ciphertext) [2]poly {
	if e.Deferred {
		return [2]poly{out[0], w.arena.poly(w.chain.N(), len(out[0]))}
	}
	return w.pairQP(e.level)
}

// end divides the sums, which are destroyed.
func (w *worker) end(e ending, out ciphertext, sums [2]poly) []taskSet {
	var halves [][]taskSet
	for half := range out {
		switch {
		case half == 0 && e.Deferred:
		case e.Rescale != nil:
			d := w.divideInPlace(sums[half], w.chain.lastAndSpecial(e.level-1), extensionKey{e.level - 1, fromBoth})
			halves = append(halves, d.rescale(out[half], e.rescale))
		default:
			d := w.divideInPlace(sums[half], w.chain.p, extensionKey{e.level, fromSpecial})
			halves = append(halves, d.modDown(out[half]))
		}
	}
	return together(halves...)
}
