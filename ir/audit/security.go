package audit

import (
	"fmt"
	"math"
	"math/big"

	"hecc/ir/params"
)

// security checks what the guidelines require: the moduli are distinct primes that split in the ring, and
// their product, computed exactly, is within the table's bound for a uniform ternary secret.
func (a *auditor) security() (finding, error) {
	i := &a.p.Interface
	seen := map[uint64]bool{}
	product := big.NewInt(1)
	order := uint64(2) << i.Params.LogN // X^N+1 splits modulo primes that are 1 modulo 2N
	if i.Params.Ring == params.ConjugateInvariant {
		order *= 2 // it is a subring of the ring of degree 2N
	}
	for _, list := range [][]uint64{i.Params.Q, i.Params.P} {
		for _, q := range list {
			n := new(big.Int).SetUint64(q)
			if seen[q] || q%order != 1 || !n.ProbablyPrime(20) {
				return finding{}, fmt.Errorf("modulus %d is not a new prime that is 1 modulo %d", q, order)
			}
			seen[q] = true
			product.Mul(product, n)
		}
	}
	bound := params.MaxLogQP(i.Params.LogN, i.Security)
	if logQP := log2(product); logQP > bound {
		return finding{}, fmt.Errorf("logQP is %.2f, %d-bit security at N=2^%d allows %.0f", logQP, i.Security, i.Params.LogN, bound)
	}
	return finding{
		detail:  fmt.Sprintf("%d distinct primes, logQP %.1f of %.0f: %d bits at N=2^%d", len(seen), log2(product), bound, i.Security, i.Params.LogN),
		assumes: fmt.Sprintf("a uniform ternary secret, errors of deviation %v, and the 2024 guidelines (eprint 2024/463, table 5.2)", params.Sigma),
		figures: map[string]float64{"log_qp": log2(product), "log_qp_bound": bound},
	}, nil
}

// log2 of a whole number.
func log2(n *big.Int) float64 {
	f := new(big.Float).SetInt(n)
	mantissa := new(big.Float)
	exponent := f.MantExp(mantissa)
	m, _ := mantissa.Float64()
	return float64(exponent) + math.Log2(m)
}
