package he_test

import "math/big"

// nttPrime is the k-th prime below 2^60 that is 1 modulo m.
func nttPrime(m uint64, k int) uint64 {
	for q := uint64(1)<<60 + 1 - m; ; q -= m {
		if new(big.Int).SetUint64(q).ProbablyPrime(10) {
			if k == 0 {
				return q
			}
			k--
		}
	}
}

// composite is a product that is 1 modulo m.
func composite(m uint64) uint64 {
	for q := 1<<40/m*m + 1; ; q += m {
		if !new(big.Int).SetUint64(q).ProbablyPrime(10) {
			return q
		}
	}
}
