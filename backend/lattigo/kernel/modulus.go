package kernel

import (
	"math/bits"

	"github.com/tuneinsight/lattigo/v5/ring"
)

// maxBits bounds the primes: sixteen times a residue fits into 64 bits.
const maxBits = 60

// Modulus is a prime q below 2^60 with the constants of fast reduction.
type Modulus struct {
	q       uint64
	inverse uint64   // q^-1 mod 2^64, for Montgomery reduction
	barrett []uint64 // Lattigo's Barrett constant: 2^128/q, high word first
}

// NewModulus takes the constants from Lattigo.
func NewModulus(s *ring.SubRing) Modulus {
	return Modulus{s.Modulus, s.MRedConstant, s.BRedConstant}
}

// Q is the prime.
func (m Modulus) Q() uint64 { return m.q }

// Montgomery is x·2^64 mod q.
func (m Modulus) Montgomery(x uint64) uint64 { return ring.MForm(x, m.q, m.barrett) }

// Times is x·y·2^-64 mod q. For x in Montgomery form it is the product.
func (m Modulus) Times(x, y uint64) uint64 { return ring.MRed(x, y, m.q, m.inverse) }

// Reduce is x mod q.
func (m Modulus) Reduce(x uint64) uint64 { return ring.BRedAdd(x, m.q, m.barrett) }

// Inverse is 1/x mod q.
func (m Modulus) Inverse(x uint64) uint64 { return ring.ModExp(m.Reduce(x), m.q-2, m.q) }

// fold128 is (hi·2^64 + lo)·2^-64 mod q.
func (m Modulus) fold128(hi, lo uint64) uint64 {
	if hi >= m.q {
		t, _ := bits.Mul64(hi, m.barrett[0])
		if hi -= t * m.q; hi >= m.q {
			hi -= m.q
		}
	}
	h, _ := bits.Mul64(lo*m.inverse, m.q)
	r, borrow := bits.Sub64(hi, h, 0)
	return r + m.q&-borrow
}

// add is a + b mod q, without a branch on what they are.
func (m Modulus) add(a, b uint64) uint64 {
	s, borrow := bits.Sub64(a+b, m.q, 0)
	return s + m.q&-borrow
}

// sub is a - b mod q, without a branch.
func (m Modulus) sub(a, b uint64) uint64 {
	s, borrow := bits.Sub64(a, b, 0)
	return s + m.q&-borrow
}

func bitLen(k int) int { return bits.Len64(uint64(k)) }
