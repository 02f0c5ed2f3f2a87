package planning

import (
	"context"
	"math"
	"slices"

	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/passes/packing"
)

// withSpecialPrimes makes a candidate of a chain and each choice of special primes, with its error and cost.
func (p *Planner) withSpecialPrimes(ctx context.Context, ch chain, t Target) []Candidate {
	if ctx.Err() != nil || !p.quotient.updateScales(&ch, p.minBits()) {
		return nil
	}
	a, ok := p.fitBase(&ch)
	if !ok {
		return nil
	}
	out := p.withoutSpecialPrimes(ch, t)
	for alpha := 1; alpha <= t.maxSpecial() && alpha <= a.c.Values[0].Level+1; alpha++ {
		for _, pBits := range []float64{slices.Max(ch.bits()), params.MaxPrimeBits} {
			if c, ok := p.predict(a, ch, alpha, pBits, t); ok {
				c.cost = p.costOf(&c, a)
				out = append(out, c)
			}
		}
	}
	return out
}

// predict predicts the error of an assigned circuit. It returns false if the moduli exceed the security
// bound.
func (p *Planner) predict(a assigned, ch chain, alpha int, pBits float64, t Target) (Candidate, bool) {
	total := float64(alpha) * pBits
	for _, b := range ch.bits() {
		total += b
	}
	if total > params.MaxLogQP(p.logN, t.Security)-t.primeMargin {
		return Candidate{}, false
	}
	c := Candidate{ch: ch, alpha: alpha, pBits: pBits}
	a.c.Params = idealParams(p.logN, &ch, alpha, pBits)
	c.error = newNoiseModel(a.c.Params).secretError(a, p.quotientProfile)
	return c, true
}

// costOf predicts the time of an assigned candidate, in nanoseconds.
func (p *Planner) costOf(c *Candidate, a assigned) float64 {
	return p.time(a, packing.Ring{LogN: p.logN, Q: c.ch.bits(), P: slices.Repeat([]float64{c.pBits}, c.alpha), Costs: p.costs})
}

// minBits is the size of the least modulus.
func (p *Planner) minBits() float64 {
	return params.MinPrimeBits(params.NthRoot(p.logN, params.ConjugateInvariant))
}

// fitBase sizes the moduli that are left at the end so that no value overflows.
func (p *Planner) fitBase(ch *chain) (assigned, bool) {
	for range 3 {
		m := ch.ideal()
		a, err := p.quotient.assign(ch, m)
		if err != nil {
			return a, false
		}
		count := ch.baseCount()
		ch.base = p.baseBits(a, ch, m)
		if ch.baseCount() == count {
			return a, true
		}
	}
	return assigned{}, false
}

// headroom is how many bits a value stays below the modulus: one for the sign, and one for noise.
const headroom = 2

// keylessHeadroom is that where every bit counts. Largest values are already those of unseen samples, and noise
// is a tenth of these.
const keylessHeadroom = 1.15

func (p *Planner) baseBits(a assigned, ch *chain, m moduli) float64 {
	above := make([]float64, m.top+1) // bits of the rescaling moduli up to each level
	level := m.top
	for _, q := range m.rescale {
		if q > 0 {
			for l := level; l <= m.top; l++ {
				above[l] += math.Log2(q)
			}
			level--
		}
	}
	need, room := p.minBits()*float64(max(1, ch.minBase)), float64(headroom)
	if ch.keyless {
		room = keylessHeadroom
	}
	for _, v := range a.c.Values {
		size := math.Log2(v.Scale) + max(0, math.Log2(p.quotientProfile.largest[a.origin[v.ID]])) + room
		need = max(need, size-above[v.Level])
	}
	return need
}

// time predicts a run on one core from the assigned quotient circuit, in nanoseconds.
func (p *Planner) time(a assigned, r packing.Ring) float64 {
	total := 0.0
	for _, v := range a.c.Values {
		from, shape := a.origin[v.ID], he.Shape{Limbs: v.Level + 1, Special: len(r.P), Degree: v.Degree}
		total += p.quotient.count[from] * r.Time(p.work(v, from, shape), shape.Limbs)
	}
	return total
}

// work is the work of an operation. That of a Linear is counted once for each shape, from its many terms.
func (p *Planner) work(v *he.Value, from int, shape he.Shape) []he.Pass {
	if _, ok := v.Op.(he.Linear); !ok {
		return v.Op.Work(shape)
	}
	key := workKey{from, shape}
	if _, ok := p.linearWork[key]; !ok {
		p.linearWork[key] = v.Op.Work(shape)
	}
	return p.linearWork[key]
}

// workKey is a packed value at a shape.
type workKey struct {
	value int
	shape he.Shape
}
