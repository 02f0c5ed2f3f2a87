package wire

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// Limbs is a polynomial: one vector of N coefficients for each modulus.
type Limbs = [][]uint64

// checkLimbs says whether there are so many limbs of n coefficients.
func checkLimbs(l Limbs, n, limbs int) error {
	if len(l) != limbs {
		return fmt.Errorf("a polynomial has %d limbs, the plan asks for %d", len(l), limbs)
	}
	for _, limb := range l {
		if len(limb) != n {
			return fmt.Errorf("a limb has %d coefficients, the ring has %d", len(limb), n)
		}
	}
	return nil
}

// width is the number of bytes of a coefficient below q.
func width(q uint64) int { return (bits.Len64(q-1) + 7) / 8 }

// polyBytes is the length of a polynomial of degree n.
func polyBytes(n int, moduli []uint64) int {
	total := 0
	for _, q := range moduli {
		total += n * width(q)
	}
	return total
}

// appendLimbs writes coefficients in order, each in as many bytes as its modulus needs.
func appendLimbs(b []byte, moduli []uint64, limbs Limbs) []byte {
	var word [8]byte
	for i, limb := range limbs {
		w := width(moduli[i])
		for _, c := range limb {
			binary.LittleEndian.PutUint64(word[:], c)
			b = append(b, word[:w]...)
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

// numbers reads so many small numbers.
func (r *bodyReader) numbers(n int) []int {
	out := make([]int, n)
	for k := range out {
		out[k] = int(binary.LittleEndian.Uint32(r.b[4*k:]))
	}
	r.b = r.b[4*n:]
	return out
}

// limbs reads one polynomial and checks each coefficient against its modulus.
func (r *bodyReader) limbs(moduli []uint64) Limbs {
	out := make(Limbs, len(moduli))
	coeffs := make([]uint64, len(moduli)*r.n)
	for i, q := range moduli {
		out[i], coeffs = coeffs[:r.n:r.n], coeffs[r.n:]
		size := r.n * width(q)
		if err := readLimb(out[i], r.b[:size], i, q); err != nil && r.err == nil {
			r.err = err
		}
		r.b = r.b[size:]
	}
	return out
}

// readLimb reads the coefficients of limb number i and checks each against its modulus.
func readLimb(out []uint64, b []byte, i int, q uint64) (err error) {
	w := width(q)
	mask := ^uint64(0) >> (64 - 8*w)
	for k := range out {
		var c uint64
		if at := w * k; at+8 <= len(b) {
			c = binary.LittleEndian.Uint64(b[at:]) & mask
		} else {
			var word [8]byte
			copy(word[:], b[at:at+w])
			c = binary.LittleEndian.Uint64(word[:])
		}
		if c >= q && err == nil {
			err = fmt.Errorf("coefficient %d of limb %d is %d, its modulus is %d", k, i, c, q)
		}
		out[k] = c
	}
	return err
}

// checkLength compares a body's length with what the plan asks for.
func checkLength(body []byte, want int) error {
	if len(body) != want {
		return fmt.Errorf("has a body of %d bytes, the plan asks for %d", len(body), want)
	}
	return nil
}
