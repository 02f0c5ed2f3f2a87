package wire

import (
	"encoding/binary"
	"fmt"
)

// Limbs is a polynomial: one vector of N coefficients for each modulus.
type Limbs = [][]uint64

// appendLimbs writes coefficients in order.
func appendLimbs(b []byte, limbs Limbs) []byte {
	for _, limb := range limbs {
		for _, c := range limb {
			b = binary.LittleEndian.AppendUint64(b, c)
		}
	}
	return b
}

// bodyReader takes polynomials off a body whose length was checked before.
type bodyReader struct {
	b   []byte
	n   int // ring degree
	err error
}

func (r *bodyReader) seed() (s Seed) {
	r.b = r.b[copy(s[:], r.b):]
	return s
}

// limbs reads one polynomial and checks each coefficient against its modulus.
func (r *bodyReader) limbs(moduli []uint64) Limbs {
	out := make(Limbs, len(moduli))
	coeffs := make([]uint64, len(moduli)*r.n)
	for i, q := range moduli {
		out[i], coeffs = coeffs[:r.n:r.n], coeffs[r.n:]
		for k := range out[i] {
			c := binary.LittleEndian.Uint64(r.b[8*k:])
			if c >= q && r.err == nil {
				r.err = fmt.Errorf("coefficient %d of limb %d is %d, its modulus is %d", k, i, c, q)
			}
			out[i][k] = c
		}
		r.b = r.b[8*r.n:]
	}
	return out
}

// checkLength compares a body's length with what the plan asks for.
func checkLength(body []byte, want int) error {
	if len(body) != want {
		return fmt.Errorf("has a body of %d bytes, the plan asks for %d", len(body), want)
	}
	return nil
}
