package kernel

// DotSum is one of the sums of DotAll: Out = Σ_e weight_e·source_e, as Dot computes it.
type DotSum struct {
	Out     []uint64
	Sources [][]uint64
	Weights []uint64 // interleaved (see Interleave), one for each coefficient
}

// dotTile bounds the words that the sums of one tile read, so that they stay in the second-level cache.
const dotTile = 1 << 16

// DotAll computes part number part of parts equal ones of several sums, one tile of the coefficients after the other: sources and
// weights that several sums have come from memory once. Scratch has room for the sources of each sum.
func (r *Ring) DotAll(sums []DotSum, part, parts int, scratch [][]uint64) {
	words := 0
	for _, s := range sums {
		r.check(s.Out)
		if len(s.Weights) != r.n*len(s.Sources) || len(scratch) < len(s.Sources) {
			panic("kernel: weights, sources and scratch of sums do not fit")
		}
		for _, x := range s.Sources {
			r.check(x)
		}
		words += 2 * len(s.Sources)
	}
	first, end := r.n/lanes*part/parts, r.n/lanes*(part+1)/parts
	size := max(1, dotTile/max(1, words*lanes))
	for from := first; from < end; from += size {
		r.dotTile(sums, from*lanes, min(from+size, end)*lanes, scratch)
	}
}

// dotTile computes some coefficients of each sum.
func (r *Ring) dotTile(sums []DotSum, first, end int, scratch [][]uint64) {
	for _, s := range sums {
		terms := len(s.Sources)
		if terms == 0 {
			clear(s.Out[first:end])
			continue
		}
		for e, x := range s.Sources {
			scratch[e] = x[first:end]
		}
		r.dotPart(s.Out[first:end], scratch[:terms], s.Weights[first*terms:end*terms], false)
	}
}
