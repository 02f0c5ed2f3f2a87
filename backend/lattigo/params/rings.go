package params

import (
	"fmt"

	"github.com/tuneinsight/lattigo/v5/ring"
	"github.com/tuneinsight/lattigo/v5/ring/ringqp"

	"hecc/ir/params"
)

// maxSpecialPrimes is what Lattigo's basis extension takes (arrays of fixed size).
const maxSpecialPrimes = 32

// Rings are the polynomial rings of a parameter set: modulo the chain Q, modulo the
// special primes P, and modulo both. Read only, safe for concurrent use.
type Rings struct {
	ringqp.Ring
	Params params.Params
}

// New builds the rings. The error names the modulus that Lattigo does not take.
func New(p *params.Params) (*Rings, error) {
	if len(p.P) > maxSpecialPrimes {
		return nil, fmt.Errorf("%d special primes, Lattigo takes at most %d", len(p.P), maxSpecialPrimes)
	}
	q, err := ring.NewRingFromType(p.N(), p.Q, RingType(p.Ring))
	if err != nil {
		return nil, fmt.Errorf("moduli %v: %w", p.Q, err)
	}
	if len(p.P) == 0 {
		return &Rings{ringqp.Ring{RingQ: q}, *p}, nil
	}
	special, err := ring.NewRingFromType(p.N(), p.P, RingType(p.Ring))
	if err != nil {
		return nil, fmt.Errorf("special primes %v: %w", p.P, err)
	}
	return &Rings{ringqp.Ring{RingQ: q, RingP: special}, *p}, nil
}

// RingType is Lattigo's name of a ring.
func RingType(r params.Ring) ring.Type {
	if r == params.ConjugateInvariant {
		return ring.ConjugateInvariant
	}
	return ring.Standard
}

// Special are the rings modulo each special prime.
func (r *Rings) Special() []*ring.SubRing {
	if r.RingP == nil {
		return nil
	}
	return r.RingP.SubRings
}

// LevelP is the level of the special primes: key switching always uses all of them.
func (r *Rings) LevelP() int { return len(r.Params.P) - 1 }

// GaloisElement is the exponent of the automorphism that moves slot t+by to slot t.
func GaloisElement(by int, nthRoot uint64) uint64 {
	return ring.ModExpPow2(ring.GaloisGen, uint64(by), nthRoot)
}

// Permutation is the automorphism of a rotation in the NTT domain: coefficient j of
// the result is coefficient Permutation[j] of the operand.
func (r *Rings) Permutation(by int) ([]uint64, error) {
	root := r.RingQ.NthRoot()
	return ring.AutomorphismNTTIndex(r.N(), root, GaloisElement(by, root))
}
