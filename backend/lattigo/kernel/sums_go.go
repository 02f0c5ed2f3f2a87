package kernel

import "math/bits"

// maxColumns bounds the columns of a table.
const maxColumns = 2*MaxProducts + 2*MaxPlain

// gatherGo picks the coefficients of a block from all columns and then sums lane by lane.
func (r *Ring) gatherGo(in GatherInput, out GatherOutput, c Columns, entries []uint32) {
	var picked [maxColumns * lanes]uint64
	m, t, out0, out1 := r.Modulus, in.Table, out.First, out.Second
	for j := 0; j < len(out0); j += lanes {
		t.pick(picked[:c.total()*lanes], entries[j/lanes*t.total():], in.Sources)
		w := in.Weights[j*t.strideOf(c):]
		for lane := range lanes {
			r0, r1 := c.sums(m, picked[lane:], w[min(lane, len(w)):])
			if out.Accumulate {
				r0, r1 = m.add(r0, out0[j+lane]), m.add(r1, out1[j+lane])
			}
			out0[j+lane], out1[j+lane] = r0, r1
		}
	}
}

// pick reads one block of each source, in the order that its entry says.
func (t *Table) pick(out []uint64, entries []uint32, sources [][]uint64) {
	for e := 0; e < len(out)/lanes; e++ {
		pattern := (*[lanes]uint64)(t.patterns[int(entries[e]&patternMask)*lanes:])
		x := (*[lanes]uint64)(sources[e][int(entries[e]>>patternBits)*lanes:])
		z := (*[lanes]uint64)(out[e*lanes:])
		for k := range z {
			z[k] = x[pattern[k]%lanes]
		}
	}
}

// sums are the two sums of one coefficient; x and w hold its sources and weights a vector apart.
func (c Columns) sums(m Modulus, x, w []uint64) (r0, r1 uint64) {
	h0, l0, h1, l1 := pairSums(c.Pairs, x, w)
	x = skip(x, c.Pairs)
	if c.First+c.Second > 0 {
		w = skip(w, 2*c.Pairs)
		h0, l0 = addWeighted(h0, l0, c.First, x, w)
		x, w = skip(x, c.First), skip(w, c.First)
		h1, l1 = addWeighted(h1, l1, c.Second, x, w)
		x = skip(x, c.Second)
	}
	r0 = addPlain(m, m.fold128(h0, l0), c.PlainFirst, x)
	if c.PlainSecond == 0 {
		return r0, m.fold128(h1, l1)
	}
	return r0, addPlain(m, m.fold128(h1, l1), c.PlainSecond, skip(x, c.PlainFirst))
}

// skip leaves out some vectors, the rest may be empty.
func skip(v []uint64, count int) []uint64 { return v[min(count*lanes, len(v)):] }

// pairSums are the two sums over pairs. Apart, its variables fit the registers.
//
//go:noinline
func pairSums(count int, x, w []uint64) (h0, l0, h1, l1 uint64) {
	for e := range count {
		x, w := x[e*lanes], w[2*e*lanes:]
		h, l := bits.Mul64(x, w[0])
		var c uint64
		l0, c = bits.Add64(l0, l, 0)
		h0, _ = bits.Add64(h0, h, c)
		h, l = bits.Mul64(x, w[lanes])
		l1, c = bits.Add64(l1, l, 0)
		h1, _ = bits.Add64(h1, h, c)
	}
	return h0, l0, h1, l1
}

// addWeighted is (hi, lo) + Σ w·x.
func addWeighted(hi, lo uint64, count int, x, w []uint64) (uint64, uint64) {
	for e := range count {
		hi, lo = addProduct(hi, lo, x[e*lanes], w[e*lanes])
	}
	return hi, lo
}

// addPlain is sum + Σ x.
func addPlain(m Modulus, sum uint64, count int, x []uint64) uint64 {
	for e := range count {
		sum = m.add(sum, x[e*lanes])
	}
	return sum
}

// addProduct is (hi, lo) + x·y.
func addProduct(hi, lo, x, y uint64) (uint64, uint64) {
	h, l := bits.Mul64(x, y)
	lo, c := bits.Add64(lo, l, 0)
	hi, _ = bits.Add64(hi, h, c)
	return hi, lo
}
