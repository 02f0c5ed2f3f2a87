package kernel

import "math/bits"

// GatherInput is a pair of sums as Gather computes them.
type GatherInput struct {
	Table   *Table
	Weights []uint64
	Sources [][]uint64
}

// gatherTile bounds the words that the pairs of one tile take, so that they stay in the second-level cache.
const gatherTile = 1 << 14

// tile is how many coefficients GatherDot treats at once.
func (r *Ring) tile(terms int) int {
	return min(r.n, max(lanes, gatherTile/(2*terms)/lanes*lanes))
}

// GatherDotScratch is how many words GatherDot needs.
func (r *Ring) GatherDotScratch(terms int) int { return (2*terms + 1) * r.tile(terms) }

// GatherDot computes Σ_e weight_e·g_e for both sums of each pair g_e, whose tables have pairs and plain columns only. Weights are
// interleaved (see Interleave). Between the sums nothing goes through memory: it treats one tile of the coefficients after the other. With pairsOnly set, columns without
// a pair are left out; with more set, it adds to out. All residues are reduced. It computes part number part of so many
// equal ones.
func (r *Ring) GatherDot(out0, out1 []uint64, terms []GatherInput, weights []uint64, pairsOnly, more bool, part, parts int, scratch []uint64) {
	out0, out1 = r.check(out0), r.check(out1)
	if len(weights) != r.n*len(terms) || len(scratch) < r.GatherDotScratch(len(terms)) {
		panic("kernel: terms, weights and scratch of a sum do not fit")
	}
	r.checkTerms(terms, pairsOnly)
	if r.code == nil {
		r.gatherDotGo(out0, out1, terms, weights, pairsOnly, more, r.n/lanes*part/parts, r.n/lanes*(part+1)/parts)
		return
	}
	r.gatherDotTiles(out0, out1, terms, weights, pairsOnly, more, part, parts, scratch)
}

// gatherDotTiles computes one tile after the other by gather and dot.
func (r *Ring) gatherDotTiles(out0, out1 []uint64, terms []GatherInput, weights []uint64, pairsOnly, more bool, part, parts int, scratch []uint64) {
	blocks, size := r.n/lanes, r.tile(len(terms))
	end := blocks * (part + 1) / parts * lanes
	for from := blocks * part / parts * lanes; from < end; from += size {
		to := min(from+size, end)
		r.gatherDotTile([2][]uint64{out0[from:to], out1[from:to]}, terms, weights, pairsOnly, more, from/lanes, scratch)
	}
}

// checkTerms panics unless tables, weights and sources fit each other.
func (r *Ring) checkTerms(terms []GatherInput, pairsOnly bool) {
	for _, g := range terms {
		if c := g.Table.used(pairsOnly); g.Table.n != r.n || len(g.Weights) < r.n*g.Table.strideOf(c) || len(g.Sources) < c.total() {
			panic("kernel: table, weights and sources of a sum do not fit")
		}
		for _, s := range g.Sources {
			r.check(s)
		}
	}
}

func (r *Ring) gatherDotTile(out [2][]uint64, terms []GatherInput, weights []uint64, pairsOnly, more bool, first int, scratch []uint64) {
	size := len(out[0])
	take := func() (part []uint64) {
		part, scratch = scratch[:size], scratch[size:]
		return part
	}
	sum := take()
	var pairs [2][][]uint64
	for _, g := range terms {
		x, y := take(), take()
		r.gatherBlocks(x, y, g.Table, g.Table.used(pairsOnly), g.Weights, g.Sources, false, first)
		pairs[0], pairs[1] = append(pairs[0], x), append(pairs[1], y)
	}
	weights = weights[first*lanes*len(terms):]
	for half, z := range out {
		if !more {
			r.dotPart(z, pairs[half], weights, false)
			continue
		}
		r.dotPart(sum, pairs[half], weights, false)
		for j, x := range sum {
			z[j] = r.add(z[j], x)
		}
	}
}

// gatherDotGo computes one block of coefficients after the other, and reduces each pair and the sum of all.
func (r *Ring) gatherDotGo(out0, out1 []uint64, terms []GatherInput, weights []uint64, pairsOnly, more bool, first, end int) {
	var picked [maxColumns * lanes]uint64
	m := r.Modulus
	for b := first; b < end; b++ {
		var sum0, sum1 wideBlock
		z0, z1 := (*[lanes]uint64)(out0[b*lanes:]), (*[lanes]uint64)(out1[b*lanes:])
		more := more
		for e := range terms {
			if e > 0 && e%MaxProducts == 0 { // so many fit into 128 bits
				sum0.fold(m, z0, more)
				sum1.fold(m, z1, more)
				sum0, sum1, more = wideBlock{}, wideBlock{}, true
			}
			g := &terms[e]
			c := g.Table.used(pairsOnly)
			g.Table.pick(picked[:c.total()*lanes], g.Table.entries[b*g.Table.total():], g.Sources)
			var x, y wideBlock
			x.addPairs(&y, c.Pairs, picked[:], g.Weights[b*lanes*g.Table.strideOf(c):])
			by := (*[lanes]uint64)(weights[(b*len(terms)+e)*lanes:])
			plain := picked[c.Pairs*lanes:]
			sum0.addProducts(m, &x, c.PlainFirst, plain, by)
			sum1.addProducts(m, &y, c.PlainSecond, plain[c.PlainFirst*lanes:], by)
		}
		sum0.fold(m, z0, more)
		sum1.fold(m, z1, more)
	}
}

// wideBlock holds sums of products for a block of coefficients.
type wideBlock struct{ hi, lo [lanes]uint64 }

// addPairs adds the products of pairs to w and v.
func (w *wideBlock) addPairs(v *wideBlock, pairs int, x, weights []uint64) {
	for e := range pairs {
		x, first, second := (*[lanes]uint64)(x[e*lanes:]), (*[lanes]uint64)(weights[2*e*lanes:]), (*[lanes]uint64)(weights[(2*e+1)*lanes:])
		for k, z := range x {
			var c uint64
			h, l := bits.Mul64(z, first[k])
			w.lo[k], c = bits.Add64(w.lo[k], l, 0)
			w.hi[k] += h + c
			h, l = bits.Mul64(z, second[k])
			v.lo[k], c = bits.Add64(v.lo[k], l, 0)
			v.hi[k] += h + c
		}
	}
}

// addProducts adds those of reduced sums, with plain vectors added to them, and weights.
func (w *wideBlock) addProducts(m Modulus, sums *wideBlock, plains int, plain []uint64, weights *[lanes]uint64) {
	for k, by := range weights {
		x := m.fold128(sums.hi[k], sums.lo[k])
		for e := range plains {
			x = m.add(x, plain[e*lanes+k])
		}
		var c uint64
		h, l := bits.Mul64(x, by)
		w.lo[k], c = bits.Add64(w.lo[k], l, 0)
		w.hi[k] += h + c
	}
}

// fold reduces the sums.
func (w *wideBlock) fold(m Modulus, out *[lanes]uint64, more bool) {
	for k := range out {
		x := m.fold128(w.hi[k], w.lo[k])
		if more {
			x = m.add(x, out[k])
		}
		out[k] = x
	}
}
