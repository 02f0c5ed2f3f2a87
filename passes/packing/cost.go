package packing

import (
	"math"

	"hecc/ir/he"
)

// CostModel predicts how long an operation takes from what it does: number-theoretic
// transforms, and passes over the coefficients of one modulus (a limb).
type CostModel struct {
	Name      string  `json:"name"`
	Butterfly float64 `json:"butterfly_ns"` // per coefficient and layer of a transform
	Pass      float64 `json:"pass_ns"`      // per coefficient of a multiply-accumulate
}

// DefaultCosts were measured on one core of a server CPU with pure Go arithmetic.
var DefaultCosts = CostModel{Name: "default", Butterfly: 0.58, Pass: 1.6}

// Ring is what the cost of an operation depends on besides the operation.
type Ring struct {
	LogN  int
	Alpha int // special primes
	Model CostModel
}

func (r Ring) ntt() float64  { return r.Model.Butterfly * float64(r.LogN) * math.Exp2(float64(r.LogN)) }
func (r Ring) pass() float64 { return r.Model.Pass * math.Exp2(float64(r.LogN)) }

// digits is the number of key-switching digits of a ciphertext of so many limbs.
func (r Ring) digits(limbs int) float64 { return float64((limbs + r.Alpha - 1) / r.Alpha) }

// decompose splits a polynomial into digits in the extended basis.
func (r Ring) decompose(limbs int) float64 {
	ext := float64(limbs + r.Alpha)
	return float64(limbs)*r.ntt() + r.digits(limbs)*ext*(r.ntt()+r.pass())
}

// product is the inner product of digits and key.
func (r Ring) product(limbs int) float64 {
	return 2 * r.digits(limbs) * float64(limbs+r.Alpha) * r.pass()
}

func (r Ring) modDown(limbs int) float64 {
	return 2*float64(limbs+r.Alpha)*r.ntt() + 2*float64(limbs)*r.pass()
}

// Op predicts the nanoseconds of an operation on ciphertexts of so many limbs.
func (r Ring) Op(v *he.Value, limbs int) float64 {
	ext, l := float64(limbs+r.Alpha), float64(limbs)
	polys := float64(v.Degree + 1)
	switch op := v.Op.(type) {
	case he.Linear:
		if op.IsElementwise() {
			return polys * l * r.pass() * float64(len(op.Terms))
		}
		babies, giants := op.Rotations()
		return r.linear(limbs, babies, len(giants), len(op.Terms))
	case he.Fold:
		return r.decompose(limbs) + float64(len(op.Steps)-1)*(r.product(limbs)+2*ext*r.pass()) + r.modDown(limbs)
	case he.Mul:
		return 4 * l * r.pass()
	case he.MulPlain, he.Add, he.Sub:
		return polys * l * r.pass()
	case he.AddPlain:
		return l * r.pass()
	case he.Relin:
		return r.decompose(limbs) + r.product(limbs) + r.modDown(limbs)
	case he.Rescale:
		return polys * (l + 1) * (r.ntt() + r.pass())
	}
	return 0
}

func (r Ring) linear(limbs int, babies [][]int, giants, terms int) float64 {
	ext := float64(limbs + r.Alpha)
	rotations := giants
	total := 2 * ext * r.pass() * float64(terms)
	for _, b := range babies {
		if len(b) > 0 {
			total += r.decompose(limbs)
		}
		rotations += len(b)
	}
	total += float64(rotations) * (r.product(limbs) + 2*ext*r.pass())
	total += float64(giants) * (r.decompose(limbs) + r.modDown(limbs))
	return total + r.modDown(limbs)
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
