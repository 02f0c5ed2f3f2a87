package packing

import (
	"fmt"
	"math"
	"slices"

	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/plan"
)

// Ring is what the cost of an operation depends on, apart from the operation.
type Ring struct {
	LogN  int
	Q, P  []float64 // sizes of the moduli in bits
	Costs plan.Costs
}

// Unplanned is a ring whose moduli are not known yet: all are assumed to be wide, with one special prime.
func Unplanned(logN int, costs plan.Costs) Ring {
	wide := slices.Repeat([]float64{params.MaxPrimeBits}, params.MaxPrimes)
	return Ring{logN, wide, wide[:1], costs}
}

// NewRing is the ring of a parameter set.
func NewRing(p *params.Params, costs plan.Costs) Ring {
	r := Ring{LogN: p.LogN, Costs: costs}
	for _, q := range p.Q {
		r.Q = append(r.Q, math.Log2(float64(q)))
	}
	for _, q := range p.P {
		r.P = append(r.P, math.Log2(float64(q)))
	}
	return r
}

// narrowBits bounds the moduli that 52-bit multipliers can be used for: four times a residue must fit into 52
// bits.
const narrowBits = 50

// sumOverModuli adds up a cost over moduli, for all coefficients.
func (r Ring) sumOverModuli(bits []float64, cost func(plan.LimbCosts) float64) float64 {
	sum := 0.0
	for _, b := range bits {
		if b < narrowBits {
			sum += cost(r.Costs.Narrow)
		} else {
			sum += cost(r.Costs.Wide)
		}
	}
	return sum * math.Exp2(float64(r.LogN))
}

// cacheBytes is the last-level cache that is assumed for a core.
const cacheBytes = 16 << 20

// basis lists the sizes of the moduli that a primitive works with, at a level of so many limbs.
func (r Ring) basis(b he.Basis, limbs int) []float64 {
	switch b {
	case he.BasisQ:
		return r.Q[:limbs]
	case he.BasisQP:
		return append(r.Q[:limbs:limbs], r.P...)
	case he.BasisHigher:
		return r.Q[:limbs+1]
	}
	panic(fmt.Sprintf("packing: no moduli for basis %d", b))
}

// useCost is the cost of one polynomial of a use, in nanoseconds.
func (r Ring) useCost(u he.Use, limbs int) float64 {
	bits := r.basis(u.Basis, limbs)
	switch u.Primitive {
	case he.Transform:
		return float64(r.LogN) * r.sumOverModuli(bits, func(c plan.LimbCosts) float64 { return c.Butterfly })
	case he.Multiply:
		each := r.sumOverModuli(bits, func(c plan.LimbCosts) float64 { return c.Product })
		if 8*u.Stored*float64(len(bits))*math.Exp2(float64(r.LogN)) > cacheBytes {
			each = max(each, u.Reads*r.sumOverModuli(bits, func(c plan.LimbCosts) float64 { return max(c.Product, r.Costs.Stream) }))
		}
		return each
	case he.Combine:
		return r.sumOverModuli(bits, func(c plan.LimbCosts) float64 { return c.Matrix })
	case he.Expand:
		return r.sumOverModuli(bits, func(plan.LimbCosts) float64 { return r.Costs.Expand })
	}
	panic(fmt.Sprintf("packing: no price for primitive %d", u.Primitive))
}

// Op predicts the nanoseconds of an operation on ciphertexts of so many limbs.
func (r Ring) Op(v *he.Value, limbs int) float64 {
	return r.Time(v.Op.Work(he.Shape{Limbs: limbs, Special: len(r.P), Degree: v.Degree}), limbs)
}

// Time predicts the nanoseconds of an operation from its work.
func (r Ring) Time(work []he.Pass, limbs int) float64 {
	total := 0.0
	for _, p := range work {
		sum := 0.0
		for _, u := range p.Uses {
			sum += u.Polys * r.useCost(u, limbs)
		}
		total += p.Times * sum
	}
	return total
}

// LimbNTTs counts the transforms of one limb that a planned circuit takes.
func LimbNTTs(c *he.Circuit) int {
	r, total := NewRing(c.Params, plan.Costs{}), 0.0
	for _, v := range c.Values {
		for _, p := range v.Op.Work(he.Shape{Limbs: v.Level + 1, Special: len(r.P), Degree: v.Degree}) {
			for _, u := range p.Uses {
				if u.Primitive == he.Transform {
					total += p.Times * u.Polys * float64(len(r.basis(u.Basis, v.Level+1)))
				}
			}
		}
	}
	return int(total)
}
