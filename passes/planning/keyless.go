package planning

import (
	"context"
	"math"

	"hecc/ir/he"
)

// Rings up to this degree are short of bits: 53 and 106 at 128-bit security. Scales are tried there that are
// coarser than elsewhere.
const smallLogN = 12

// In rings up to this degree the special primes of a key switch would take most bits. A circuit that switches
// no keys, since its results keep degree 2, has none there. It has no public key then either: see
// wire.PublicModuli.
const keylessLogN = 11

// withoutSpecialPrimes makes the candidate of a chain that uses no keys, if there is one.
func (p *Planner) withoutSpecialPrimes(ch chain, t Target) []Candidate {
	if p.logN > keylessLogN || t.Public {
		return nil
	}
	ch.keyless = true
	a, ok := p.fitBase(&ch)
	if !ok || !isKeyless(a.c) {
		return nil
	}
	c, ok := p.predict(a, ch, 0, 0, t)
	if !ok {
		return nil
	}
	c.cost = p.costOf(&c, a)
	return []Candidate{c}
}

// isKeyless says whether a planned circuit switches no keys, and all its results are sums of products.
func isKeyless(c *he.Circuit) bool {
	for _, v := range c.Values {
		if k := v.Op.KeySwitches(); k.Relins > 0 || len(k.Rotations) > 0 {
			return false
		}
	}
	for _, v := range c.Outputs {
		if v.Degree != 2 {
			return false
		}
	}
	return true
}

// polish makes a candidate without special primes more accurate at its cost: no bit of the modulus that it does
// not use is of use to anyone else. Then it trades the precision of weights for that of inputs if results can
// be shown with another bit for it, since they are rounded to the noise that depends on the key.
func (p *Planner) polish(ctx context.Context, c Candidate, t Target) Candidate {
	if c.alpha > 0 {
		return c
	}
	enough := t
	for {
		t.Error = polished * c.error
		next := p.refineBy(ctx, c, t, c.cost, 1, 0.5, 0.25)
		if next.error >= c.error || !p.primesMeet(next, Target{Error: next.error, Security: t.Security}) {
			break
		}
		c = next
	}
	shown := p.shownBits(c)
	for _, bits := range []float64{0.25, 0.5, 0.75, 1} {
		next, a, ok := p.applyMove(ctx, c, move{0: bits, 1: -bits}, t) // of the input, and of the first plaintexts
		if !ok || next.error > enough.Error || p.costOf(&next, a) > c.cost || !p.primesMeet(next, enough) {
			break
		}
		if next.cost = c.cost; p.shownBits(next) > shown {
			return next
		}
	}
	return c
}

// shownBits is how many bits behind the point the results of a candidate may be shown with.
func (p *Planner) shownBits(c Candidate) float64 {
	a, ok := p.fitBase(&c.ch)
	if !ok {
		return math.Inf(-1)
	}
	m := newNoiseModel(idealParams(p.logN, &c.ch, c.alpha, c.pBits))
	return -math.Floor(math.Log2(m.keyError(a, p.quotientProfile) * primeNoise))
}

// polished is by what factor one round of polishing is to lower the error.
const polished = 0.7

// scaleGrid is what the grid of rules tries for the scale of the input and of plaintexts, in bits.
type scaleGrid struct{ input, inputStep, plain, plainStep int }

func (p *Planner) scaleGrid() scaleGrid {
	switch {
	case p.logN <= keylessLogN:
		return scaleGrid{8, 2, 4, 2}
	case p.logN <= smallLogN:
		return scaleGrid{10, 3, 8, 3}
	}
	return scaleGrid{minInput, inputStep, minPlain, plainStep}
}
