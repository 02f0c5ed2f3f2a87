package crypt

import (
	"io"

	"github.com/tuneinsight/lattigo/v5/ring"
)

// Lattigo v5.0.7 has a sampler of its own, whose neighbouring coefficients are not independent
// (after -1 comes 0 with probability 0.04 in place of 1/3: the bit that gave the sign
// is read again), so secrets are sampled here.

// trits is how many ternary digits a byte below 3^trits holds.
const trits = 5

// sampleTernary draws n independent coefficients, uniform on -1, 0, 1.
func sampleTernary(random io.Reader, n int) ([]int8, error) {
	out := make([]int8, 0, n+trits)
	buf := make([]byte, 512)
	for len(out) < n {
		if _, err := io.ReadFull(random, buf); err != nil {
			return nil, err
		}
		for _, b := range buf {
			if b >= 243 { // 3^trits: larger bytes would favour small digits
				continue
			}
			for range trits {
				out = append(out, int8(b%3)-1)
				b /= 3
			}
		}
	}
	return out[:n], nil
}

// setSigned writes small signed coefficients modulo each of the subrings.
func setSigned(coeffs []int8, subrings []*ring.SubRing, limbs [][]uint64) {
	for i, s := range subrings {
		for k, c := range coeffs {
			limbs[i][k] = uint64(int64(c)) + s.Modulus&uint64(int64(c)>>63)
		}
	}
}
