package planning

import (
	"fmt"
	"math"

	"hecc/ir/params"
)

// idealParams is the parameter set of a chain with powers of two in place of primes.
func idealParams(logN int, ch *chain, alpha int, pBits float64) *params.Params {
	p := &params.Params{LogN: logN, Ring: params.ConjugateInvariant}
	for _, b := range ch.bits() {
		p.Q = append(p.Q, uint64(math.Exp2(b)))
	}
	for range alpha {
		p.P = append(p.P, uint64(math.Exp2(pBits)))
	}
	return p
}

// baseDrift is how many bits of the headroom scales may take up because primes are not of their ideal sizes.
const baseDrift = 0.5

// primes picks the moduli of a candidate. Small primes are rare, and each squaring doubles what they are off by: if scales
// outgrow the moduli that are left at the end, these are taken larger.
func (p *Planner) primes(c Candidate) (*params.Params, moduli, error) {
	ps, m, err := p.nearestPrimes(&c)
	if err != nil {
		return nil, moduli{}, err
	}
	a, err := p.quotient.assign(&c.ch, m)
	if err != nil {
		return nil, moduli{}, err
	}
	need, count := p.baseBits(a, &c.ch, m), c.ch.baseCount()
	if need <= c.ch.base+baseDrift {
		return ps, m, nil
	}
	if c.ch.base = need; c.ch.baseCount() > count {
		return nil, moduli{}, fmt.Errorf("scales need %.1f bits of modulus at the end", need)
	}
	return p.nearestPrimes(&c)
}

// nearestPrimes takes the primes nearest to the ideal sizes.
func (p *Planner) nearestPrimes(c *Candidate) (*params.Params, moduli, error) {
	ps := &params.Params{LogN: p.logN, Ring: params.ConjugateInvariant}
	primes := params.NewPrimes(ps.NthRoot())
	for _, b := range c.ch.bits() {
		q, err := primes.Nearest(b)
		if err != nil {
			return nil, moduli{}, err
		}
		ps.Q = append(ps.Q, q)
	}
	for range c.alpha {
		q, err := primes.Nearest(c.pBits)
		if err != nil {
			return nil, moduli{}, err
		}
		ps.P = append(ps.P, q)
	}
	m := c.ch.ideal()
	level := m.top
	for d, q := range m.rescale {
		if q > 0 {
			m.rescale[d] = float64(ps.Q[level])
			level--
		}
	}
	return ps, m, nil
}

// primesMeet says whether a candidate meets the security bound and the target with primes that exist.
func (p *Planner) primesMeet(c Candidate, t Target) bool {
	ps, m, err := p.primes(c)
	if err != nil || ps.Check(t.Security) != nil {
		return false
	}
	a, err := p.quotient.assign(&c.ch, m)
	if err != nil {
		return false
	}
	noise := newNoiseModel(ps).secretError(a, p.quotientProfile)
	return noise <= primeNoise*t.Error
}
