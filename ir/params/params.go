// Package params holds CKKS parameter sets: ring, moduli, and the security bound on them.
package params

import (
	"fmt"
	"math"
	"math/big"
)

// Ring is the polynomial ring that ciphertexts live in.
type Ring string

const (
	// Standard is Z[X]/(X^N+1): N/2 complex slots.
	Standard Ring = "standard"
	// ConjugateInvariant is Z[X+1/X]/(X^2N+1): N real slots at the cost of degree N
	// (Kim and Song, "Approximate homomorphic encryption over the conjugate-invariant ring", 2018).
	ConjugateInvariant Ring = "conjugate-invariant"
)

// Params is a CKKS parameter set with a uniform ternary secret.
type Params struct {
	LogN int      `json:"log_n"`
	Ring Ring     `json:"ring"`
	Q    []uint64 `json:"q"` // the modulus chain, level 0 first
	P    []uint64 `json:"p"` // special primes of key switching; none: no key is switched, see ResultDegree
}

// Sigma is the standard deviation of the error distribution (2024 guidelines, eprint 2024/463).
const Sigma = 3.2

// Bounds of a parameter set: what the backend's arithmetic takes.
const (
	MinLogN      = 10
	MaxLogN      = 17
	MaxPrimeBits = 60
	MaxPrimes    = 64
)

// Slots is the number of real values in one ciphertext.
func (p *Params) Slots() int {
	if p.Ring == ConjugateInvariant {
		return 1 << p.LogN
	}
	return 1 << (p.LogN - 1)
}

// N is the ring degree.
func (p *Params) N() int { return 1 << p.LogN }

// NthRoot is the order of the root of unity that the moduli must have.
func (p *Params) NthRoot() uint64 { return NthRoot(p.LogN, p.Ring) }

// NthRoot is 2N, or 4N in the conjugate-invariant ring.
func NthRoot(logN int, r Ring) uint64 {
	if r == ConjugateInvariant {
		return 4 << logN
	}
	return 2 << logN
}

// MaxLevel is the level of a ciphertext with all moduli.
func (p *Params) MaxLevel() int { return len(p.Q) - 1 }

// LogQP is log2 of the product of all moduli.
func (p *Params) LogQP() float64 {
	sum := 0.0
	for _, list := range [][]uint64{p.Q, p.P} {
		for _, q := range list {
			sum += math.Log2(float64(q))
		}
	}
	return sum
}

// LogQ is log2 of the product of the moduli up to a level.
func (p *Params) LogQ(level int) float64 {
	sum := 0.0
	for _, q := range p.Q[:level+1] {
		sum += math.Log2(float64(q))
	}
	return sum
}

// Digits is the number of key-switching digits at a level: groups of len(P) moduli; none without special primes.
func (p *Params) Digits(level int) int {
	if len(p.P) == 0 {
		return 0
	}
	return (level + len(p.P)) / len(p.P)
}

// ResultDegree is the degree of the ciphertexts that are decrypted. Without special primes products are not
// relinearised, and results are products.
func (p *Params) ResultDegree() int {
	if len(p.P) == 0 {
		return 2
	}
	return 1
}

// securityTable is the largest log2(QP) for a uniform ternary secret and classical
// attackers: 2024 guidelines, eprint 2024/463, table 5.2. Rows start at LogN 10; 0 is "none".
var securityTable = map[int][]float64{
	128: {26, 53, 106, 214, 430, 868, 1747, 3523},
	192: {0, 36, 73, 147, 297, 597, 1199, 2411},
	256: {0, 27, 56, 114, 230, 462, 929, 1866},
}

// SecurityLevels are the levels that the table has.
var SecurityLevels = []int{128, 192, 256}

// MaxLogQP is the largest log2(QP) that ring degree 2^logN allows at a security level
// in bits; zero if none does. A conjugate-invariant ring of degree N counts as N.
func MaxLogQP(logN, security int) float64 {
	row := securityTable[security]
	if logN < MinLogN || logN-MinLogN >= len(row) {
		return 0
	}
	return row[logN-MinLogN]
}

// Security is the highest level of the table that the parameters meet, or 0.
func (p *Params) Security() int {
	best := 0
	for _, s := range SecurityLevels {
		if p.LogQP() <= MaxLogQP(p.LogN, s) {
			best = s
		}
	}
	return best
}

// Check recomputes what must hold: sizes, distinct NTT-friendly primes, security of at least the given bits.
func (p *Params) Check(security int) error {
	if p.LogN < MinLogN || p.LogN > MaxLogN {
		return fmt.Errorf("ring degree 2^%d is outside 2^%d to 2^%d", p.LogN, MinLogN, MaxLogN)
	}
	if p.Ring != Standard && p.Ring != ConjugateInvariant {
		return fmt.Errorf("unknown ring %q", p.Ring)
	}
	if len(p.Q) == 0 || len(p.Q)+len(p.P) > MaxPrimes {
		return fmt.Errorf("%d moduli and %d special primes", len(p.Q), len(p.P))
	}
	seen := map[uint64]bool{}
	for _, list := range [][]uint64{p.Q, p.P} {
		for _, q := range list {
			switch {
			case seen[q]:
				return fmt.Errorf("modulus %d occurs twice", q)
			case q>>MaxPrimeBits != 0:
				return fmt.Errorf("modulus %d has more than %d bits", q, MaxPrimeBits)
			case q%p.NthRoot() != 1:
				return fmt.Errorf("modulus %d is not 1 modulo %d", q, p.NthRoot())
			case !isPrime(q):
				return fmt.Errorf("modulus %d is not prime", q)
			}
			seen[q] = true
		}
	}
	if limit := MaxLogQP(p.LogN, security); p.LogQP() > limit {
		return fmt.Errorf("logQP %.1f exceeds %.0f, the bound for %d-bit security at N=2^%d", p.LogQP(), limit, security, p.LogN)
	}
	return nil
}

// isPrime is exact for 64-bit numbers (Baillie-PSW).
func isPrime(q uint64) bool { return new(big.Int).SetUint64(q).ProbablyPrime(0) }
