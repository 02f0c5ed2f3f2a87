package eval

import (
	"math/bits"

	"github.com/tuneinsight/lattigo/v5/ring"
)

// modulus is a prime q below 2^60 with the constants of fast reduction.
type modulus struct {
	q       uint64
	inverse uint64   // q^-1 mod 2^64, for Montgomery reduction
	barrett []uint64 // Lattigo's Barrett constant: 2^128/q, high word first
}

func newModulus(s *ring.SubRing) modulus {
	return modulus{s.Modulus, s.MRedConstant, s.BRedConstant}
}

// maxProducts is how many products of residues below 2^60 fit into 128 bits.
const maxProducts = 256

// reduce is (hi·2^64 + lo)·2^-64 mod q.
func reduce(hi, lo, q, inverse, barrett uint64) uint64 {
	t, _ := bits.Mul64(hi, barrett)
	h, _ := bits.Mul64(lo*inverse, q)
	r := hi - t*q - h + q // hi mod q is found up to q: r < 3q
	if r >= 2*q {
		r -= 2 * q
	}
	if r >= q {
		r -= q
	}
	return r
}

// montgomery is the form in which constants are kept: x·2^64 mod q.
func (m modulus) montgomery(x uint64) uint64 { return ring.MForm(x, m.q, m.barrett) }

// times is x·y·2^-64 mod q.
func (m modulus) times(x, y uint64) uint64 { return ring.MRed(x, y, m.q, m.inverse) }

// add is a + b mod q.
func add(a, b, q uint64) uint64 {
	if s := a + b; s < q {
		return s
	}
	return a + b - q
}

// sub is a - b mod q.
func sub(a, b, q uint64) uint64 {
	if a < b {
		a += q
	}
	return a - b
}
