package packing

import (
	"math"
	"slices"

	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/plan"
)

// DefaultCosts were fitted to the operations of the shipped models on one core of a server
// CPU with AVX-512 and IFMA.
var DefaultCosts = plan.Costs{
	Name:   "default",
	Wide:   plan.LimbCosts{Butterfly: 0.231, Product: 0.608, Matrix: 0.40},
	Narrow: plan.LimbCosts{Butterfly: 0.215, Product: 0.52, Matrix: 0.11},
	Stream: 0.97,
	Expand: 5,
}

// Ring is what the cost of an operation depends on besides the operation.
type Ring struct {
	LogN  int
	Q, P  []float64 // sizes of the moduli in bits
	Costs plan.Costs
}

// Unplanned is a ring of which the moduli are not known yet: all are taken to be wide, with one special prime.
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

// narrowBits is where 52-bit multipliers end: four times a residue must fit.
const narrowBits = 50

// limbs adds up a cost over moduli, for all coefficients.
func (r Ring) limbs(bits []float64, cost func(plan.LimbCosts) float64) float64 {
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

func (r Ring) ntt(bits []float64) float64 {
	return float64(r.LogN) * r.limbs(bits, func(c plan.LimbCosts) float64 { return c.Butterfly })
}

func (r Ring) product(bits []float64) float64 {
	return r.limbs(bits, func(c plan.LimbCosts) float64 { return c.Product })
}

func (r Ring) matrix(bits []float64) float64 {
	return r.limbs(bits, func(c plan.LimbCosts) float64 { return c.Matrix })
}

// streamed is a product that waits for memory.
func (r Ring) streamed(bits []float64) float64 {
	return r.limbs(bits, func(c plan.LimbCosts) float64 { return max(c.Product, r.Costs.Stream) })
}

// shape is the moduli that an operation works with.
type shape struct {
	q, qp  []float64 // without and with the special primes
	digits float64   // of a key switch
}

func (r Ring) shape(limbs int) shape {
	q, alpha := r.Q[:limbs], len(r.P)
	return shape{q, append(q[:limbs:limbs], r.P...), float64((limbs + alpha - 1) / alpha)}
}

// decompose splits a polynomial into digits in the extended basis.
func (r Ring) decompose(s shape) float64 { return s.digits * r.ntt(s.qp) }

// gather is one pass that sums so many products of digits with keys, and so many of
// polynomials with plaintexts. Keys are streamed from memory where they do not fit the last-level
// cache that a core can count on.
func (r Ring) gather(s shape, rotations, columns int) float64 {
	keys := 2 * float64(rotations) * s.digits
	each := r.product(s.qp)
	if 8*keys*float64(len(s.qp))*math.Exp2(float64(r.LogN)) > cacheBytes {
		each = r.streamed(s.qp)
	}
	return keys*each + float64(columns)*r.product(s.q) + r.product(s.qp)
}

const cacheBytes = 16 << 20

// modDown divides polynomials by the special primes.
func (r Ring) modDown(s shape, polys int) float64 { return float64(polys) * r.ntt(s.qp) }

// Op predicts the nanoseconds of an operation on ciphertexts of so many limbs.
func (r Ring) Op(v *he.Value, limbs int) float64 {
	s := r.shape(limbs)
	halves := float64(v.Degree + 1)
	pass := halves * r.product(s.q)
	switch op := v.Op.(type) {
	case he.Input:
		return r.Costs.Expand * float64(limbs) * math.Exp2(float64(r.LogN))
	case he.Linear:
		switch {
		case !op.IsElementwise():
			return r.linear(s, op)
		case op.HasNumbers():
			return float64(len(op.Terms)) * halves * r.matrix(s.q)
		}
		return pass * float64(len(op.Terms))
	case he.Fold:
		return r.decompose(s) + r.gather(s, len(op.Steps)-1, len(op.Steps)+1) + r.modDown(s, 2)
	case he.Relin:
		return r.decompose(s) + r.gather(s, 1, 2) + r.modDown(s, 2)
	case he.Mul:
		return 5 * r.product(s.q)
	case he.MulPlain, he.Add, he.Sub, he.AddPlain:
		return pass
	case he.Rescale:
		return halves * r.ntt(r.Q[:limbs+1])
	}
	return 0
}

// linear is the cost of diagonals: one pass over all of them without giant steps; with
// them, every baby step on its own, and a key switch for each giant step.
func (r Ring) linear(s shape, op he.Linear) float64 {
	babies, giants := op.Rotations()
	total := r.modDown(s, 2)
	for _, b := range babies {
		if len(b) > 0 || len(giants) > 0 {
			total += r.decompose(s)
		}
	}
	if len(giants) == 0 {
		rotated := 0
		for _, t := range op.Terms {
			if t.Baby != 0 {
				rotated++
			}
		}
		return total + r.gather(s, rotated, 2*len(op.Terms)-rotated)
	}
	for _, b := range babies {
		total += float64(len(b))*r.gather(s, 1, 1) + r.gather(s, 0, 2)
	}
	each := r.product(s.qp)
	if 8*float64(len(op.Terms)*len(s.qp))*math.Exp2(float64(r.LogN)) > cacheBytes {
		each = max(each, 2*r.streamed(s.qp)) // a plaintext and a rotated operand
	}
	total += 2*float64(len(op.Terms))*each + (2*float64(len(giants))+3)*r.product(s.qp)
	return total + float64(len(giants))*(r.modDown(s, 1)+r.decompose(s)+r.gather(s, 1, 0))
}

// LimbNTTs counts the transforms of one limb that a planned circuit takes.
func LimbNTTs(c *he.Circuit) int {
	logN := c.Params.LogN
	one := plan.LimbCosts{Butterfly: 1 / (float64(logN) * math.Exp2(float64(logN)))}
	r := NewRing(c.Params, plan.Costs{Wide: one, Narrow: one})
	total := 0.0
	for _, v := range c.Values {
		total += r.Op(v, v.Level+1)
	}
	return int(math.Round(total))
}
