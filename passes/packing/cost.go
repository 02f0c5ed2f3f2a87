package packing

import (
	"math"

	"hecc/ir/he"
)

// CostModel predicts how long an operation takes from what it does: number-theoretic
// transforms, and products with coefficients of one modulus (a limb).
type CostModel struct {
	Name      string  `json:"name"`
	Butterfly float64 `json:"butterfly_ns"` // per coefficient and layer of a transform
	Product   float64 `json:"product_ns"`   // per coefficient and multiply-accumulate
}

// DefaultCosts were fitted to the operations of the shipped models on one core of a server
// CPU with AVX-512.
var DefaultCosts = CostModel{Name: "default", Butterfly: 0.231, Product: 0.608}

// Ring is what the cost of an operation depends on besides the operation.
type Ring struct {
	LogN  int
	Alpha int // special primes
	Model CostModel
}

func (r Ring) ntt() float64     { return r.Model.Butterfly * float64(r.LogN) * math.Exp2(float64(r.LogN)) }
func (r Ring) product() float64 { return r.Model.Product * math.Exp2(float64(r.LogN)) }

// shape counts the limbs that an operation works on.
type shape struct {
	limbs    float64
	extended float64 // with the special primes
	digits   float64 // of a key switch
}

func (r Ring) shape(limbs int) shape {
	return shape{float64(limbs), float64(limbs + r.Alpha), float64((limbs + r.Alpha - 1) / r.Alpha)}
}

// decompose splits a polynomial into digits in the extended basis.
func (r Ring) decompose(s shape) float64 { return s.digits * s.extended * r.ntt() }

// gather is one pass that sums so many products of digits with keys, and so many of
// polynomials with plaintexts.
func (r Ring) gather(s shape, rotations, columns int) float64 {
	fromKeys := 2 * float64(rotations) * s.digits * s.extended
	if 8*fromKeys*math.Exp2(float64(r.LogN)) > cacheBytes {
		fromKeys *= farFromCache
	}
	return (fromKeys + float64(columns)*s.limbs + s.extended) * r.product()
}

// Keys that a pass reads are streamed from memory where they do not fit the last-level
// cache that a core can count on, which makes each product so much dearer.
const (
	cacheBytes   = 16 << 20
	farFromCache = 1.6
)

// modDown divides polynomials by the special primes.
func (r Ring) modDown(s shape, polys int) float64 { return float64(polys) * s.extended * r.ntt() }

// Op predicts the nanoseconds of an operation on ciphertexts of so many limbs.
func (r Ring) Op(v *he.Value, limbs int) float64 {
	s := r.shape(limbs)
	pass := float64(v.Degree+1) * s.limbs * r.product()
	switch op := v.Op.(type) {
	case he.Linear:
		if op.IsElementwise() {
			return pass * float64(len(op.Terms))
		}
		return r.linear(s, op)
	case he.Fold:
		return r.decompose(s) + r.gather(s, len(op.Steps)-1, len(op.Steps)+1) + r.modDown(s, 2)
	case he.Relin:
		return r.decompose(s) + r.gather(s, 1, 2) + r.modDown(s, 2)
	case he.Mul:
		return 5 * s.limbs * r.product()
	case he.MulPlain, he.Add, he.Sub, he.AddPlain:
		return pass
	case he.Rescale:
		return float64(v.Degree+1) * (s.limbs + 1) * r.ntt()
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
	total += (2*float64(len(op.Terms)) + 2*float64(len(giants)) + 3) * s.extended * r.product()
	return total + float64(len(giants))*(r.modDown(s, 1)+r.decompose(s)+r.gather(s, 1, 0))
}

// LimbNTTs counts the transforms of one limb that a planned circuit takes.
func LimbNTTs(c *he.Circuit) int {
	logN := c.Params.LogN
	one := CostModel{Butterfly: 1 / (float64(logN) * math.Exp2(float64(logN)))}
	r := Ring{LogN: logN, Alpha: len(c.Params.P), Model: one}
	total := 0.0
	for _, v := range c.Values {
		total += r.Op(v, v.Level+1)
	}
	return int(math.Round(total))
}
