package params

import (
	"fmt"
	"math"
)

// MinPrimeBits is the least size of a modulus that leaves room for several primes of each size.
func MinPrimeBits(nthRoot uint64) float64 { return math.Log2(float64(nthRoot)) + 4 }

// Primes hands out distinct primes that are 1 modulo the order of the root of unity.
type Primes struct {
	nthRoot uint64
	used    map[uint64]bool
}

// NewPrimes starts with no prime used.
func NewPrimes(nthRoot uint64) *Primes { return &Primes{nthRoot, map[uint64]bool{}} }

// Nearest takes the unused prime closest to 2^bits that has at most MaxPrimeBits bits.
func (p *Primes) Nearest(bits float64) (uint64, error) {
	if !(bits < MaxPrimeBits+1) {
		return 0, fmt.Errorf("no prime near 2^%.1f: they have %d bits at most", bits, MaxPrimeBits)
	}
	center := uint64(math.Exp2(bits)) / p.nthRoot * p.nthRoot
	for k := uint64(0); center > 0 && k*p.nthRoot < max(center, far*p.nthRoot); k++ {
		for _, q := range []uint64{center - min(k*p.nthRoot, center) + 1, center + k*p.nthRoot + 1} {
			if q>>MaxPrimeBits == 0 && q > p.nthRoot && !p.used[q] && isPrime(q) {
				p.used[q] = true
				return q, nil
			}
		}
	}
	return 0, fmt.Errorf("no prime near 2^%.1f is 1 modulo %d", bits, p.nthRoot)
}

// far is how many multiples of the root's order are looked at in any case: few small ones are prime.
const far = 1024
