package planning

import (
	"math"

	"hecc/ir/params"
)

// idealParams has powers of two where there will be primes.
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

// primes picks the moduli of a candidate.
func (p *Planner) primes(c Candidate) (*params.Params, moduli, error) {
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

// existsFor says whether a candidate's primes keep the security bound and the target.
func (p *Planner) existsFor(c Candidate, t Target) bool {
	ps, m, err := p.primes(c)
	if err != nil || ps.Check(t.Security) != nil {
		return false
	}
	a, err := p.s.assign(&c.ch, m)
	if err != nil {
		return false
	}
	noise, _ := newNoiseModel(ps).outputErrors(a, p.pr)
	return noise <= primeNoise*t.Error
}
