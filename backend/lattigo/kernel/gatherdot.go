package kernel

import "math/bits"

// gatherTile bounds the words that the pairs of one tile take, so that they stay in the second-level cache.
const gatherTile = 1 << 14

// tile is how many coefficients GatherDot treats at once.
func (r *Ring) tile(terms int) int {
	return min(r.n, max(lanes, gatherTile/(2*terms)/lanes*lanes))
}

// GatherDotScratch is how many words GatherDot needs.
func (r *Ring) GatherDotScratch(terms int) int { return (2*terms + 1) * r.tile(terms) }

// GatherDot computes Σ_e weight_e·g_e for both sums of each input g_e, whose tables have pairs and plain
// columns only. Weights are interleaved (see Interleave). The sums g_e never go through memory: one tile of
// the coefficients is computed after the other. All residues are reduced.
func (r *Ring) GatherDot(terms []GatherInput, weights []uint64, out GatherOutput, scratch []uint64) {
	out = r.checkOutput(out)
	if len(weights) != r.n*len(terms) || len(scratch) < r.GatherDotScratch(len(terms)) {
		panic("kernel: terms, weights and scratch of a sum do not fit")
	}
	for _, g := range terms {
		r.checkInput(g, out.PairsOnly)
	}
	if r.code == nil {
		r.gatherDotGo(terms, weights, out)
		return
	}
	r.gatherDotTiles(terms, weights, out, scratch)
}

// gatherDotTiles computes one tile after the other by gather and dot.
func (r *Ring) gatherDotTiles(terms []GatherInput, weights []uint64, out GatherOutput, scratch []uint64) {
	first, end := r.blocks(out)
	size := r.tile(len(terms)) / lanes
	for from := first; from < end; from += size {
		r.gatherDotTile(terms, weights, out.between(from, min(from+size, end)), from, scratch)
	}
}

func (r *Ring) gatherDotTile(terms []GatherInput, weights []uint64, out GatherOutput, first int, scratch []uint64) {
	size := len(out.First)
	take := func() (part []uint64) {
		part, scratch = scratch[:size], scratch[size:]
		return part
	}
	sum := take()
	var pairs [2][][]uint64
	for _, g := range terms {
		x, y := take(), take()
		r.gatherBlocks(g, GatherOutput{First: x, Second: y, PairsOnly: out.PairsOnly}, first)
		pairs[0], pairs[1] = append(pairs[0], x), append(pairs[1], y)
	}
	weights = weights[first*lanes*len(terms):]
	for half, z := range [][]uint64{out.First, out.Second} {
		if !out.Accumulate {
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
func (r *Ring) gatherDotGo(terms []GatherInput, weights []uint64, out GatherOutput) {
	var picked [maxColumns * lanes]uint64
	m := r.Modulus
	first, end := r.blocks(out)
	for b := first; b < end; b++ {
		var sum0, sum1 wideBlock
		z0, z1 := (*[lanes]uint64)(out.First[b*lanes:]), (*[lanes]uint64)(out.Second[b*lanes:])
		accumulate := out.Accumulate
		for e := range terms {
			if e > 0 && e%MaxProducts == 0 { // so many fit into 128 bits
				sum0.fold(m, z0, accumulate)
				sum1.fold(m, z1, accumulate)
				sum0, sum1, accumulate = wideBlock{}, wideBlock{}, true
			}
			g := &terms[e]
			c := g.Table.used(out.PairsOnly)
			g.Table.pick(picked[:c.total()*lanes], g.Table.entries[b*g.Table.total():], g.Sources)
			var x, y wideBlock
			x.addPairs(&y, c.Pairs, picked[:], g.Weights[b*lanes*g.Table.strideOf(c):])
			by := (*[lanes]uint64)(weights[(b*len(terms)+e)*lanes:])
			plain := picked[c.Pairs*lanes:]
			sum0.addProducts(m, &x, c.PlainFirst, plain, by)
			sum1.addProducts(m, &y, c.PlainSecond, plain[c.PlainFirst*lanes:], by)
		}
		sum0.fold(m, z0, accumulate)
		sum1.fold(m, z1, accumulate)
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

// fold reduces the sums, and adds them to out or writes them there.
func (w *wideBlock) fold(m Modulus, out *[lanes]uint64, accumulate bool) {
	for k := range out {
		x := m.fold128(w.hi[k], w.lo[k])
		if accumulate {
			x = m.add(x, out[k])
		}
		out[k] = x
	}
}
