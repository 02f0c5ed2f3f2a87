package kernel

import "math/bits"

// shoup is a constant w with the quotient w/q in fixed point, in the words that the assembly reads: spread
// where all lanes share it, each where every lane has its own.
type shoup struct {
	spread [3]uint64
	each   [2]uint64
}

// wideConstant splits w/q·2^64 into its first 52 bits and the rest, of which the multiplier
// again reads 52.
func wideConstant(w, q uint64) shoup {
	p, _ := bits.Div64(w, 0, q)
	return shoup{[3]uint64{w, p >> 12, p << 40}, [2]uint64{w, p}}
}

// plainConstant splits w/q·2^64 into halves.
func plainConstant(w, q uint64) shoup {
	p, _ := bits.Div64(w, 0, q)
	return shoup{[3]uint64{w, p >> 32, p}, [2]uint64{w, p}}
}

// narrowConstant is w/q·2^52.
func narrowConstant(w, q uint64) shoup {
	p, _ := bits.Div64(w>>12, w<<52, q)
	return shoup{[3]uint64{w, p}, [2]uint64{w, p}}
}

// limits are the words that the assembly keeps of a prime: for arithmetic.go, lane.go and accumulator.go
// of package asm in turn.
type limits [12]uint64

func newLimits(q, inverse uint64) *limits {
	return &limits{
		q, 1<<52 - q, mask52,
		q, 2 * q, 4 * q, 8 * q,
		mask30, -inverse & mask30, q & mask30, q >> 30, -inverse & mask52,
	}
}

const (
	mask30 = 1<<30 - 1
	mask52 = 1<<52 - 1
)
