package kernel

// Accumulators of sums divide by a radix when they reduce: 2^64 in Go, else as package asm says. Weights
// carry the radix as a factor, and those of the split accumulator stand by digits.
const (
	radixGo     = 64
	radixSplit  = 90
	radixNarrow = 104
)

// ToWeights turns constants in Montgomery form into the weights of Gather and Dot, in place.
func (r *Ring) ToWeights(v []uint64) { r.toWeights(v, r.code != nil && r.code.narrow) }

func (r *Ring) toWeights(v []uint64, narrow bool) {
	if r.code == nil {
		return
	}
	radix := r.power(r.exponent(narrow))
	for i, x := range v {
		x = r.Times(x, radix)
		if !narrow {
			x = x&mask30 | x>>30<<32
		}
		v[i] = x
	}
}

// exponent is log2 of the radix.
func (r *Ring) exponent(narrow bool) int {
	switch {
	case r.code == nil:
		return radixGo
	case narrow:
		return radixNarrow
	}
	return radixSplit
}

// power is 2^exponent mod q.
func (r *Ring) power(exponent int) uint64 {
	x := uint64(1)
	for range exponent {
		x = r.add(x, x)
	}
	return x
}
