package encoding

import (
	"math"
	"math/bits"

	"github.com/tuneinsight/lattigo/v5/ring"

	"hecc/ir/params"
)

// Encoder encodes and decodes vectors of slots for one ring. It is read only, safe
// for concurrent use.
type Encoder struct {
	params    params.Params
	transform *transform
}

// New prepares the transform for the ring's number of slots.
func New(p *params.Params) *Encoder {
	return &Encoder{*p, newTransform(p.Slots())}
}

// Encode writes the polynomial whose slots are scale·values, in the NTT domain, to
// limbs: one for each of the subrings, N coefficients each. The number of values is
// the number of slots.
func (e *Encoder) Encode(values []float64, scale float64, subrings []*ring.SubRing, limbs [][]uint64) {
	coeffs := e.interpolate(values)
	for i, s := range subrings {
		for k, c := range coeffs {
			limbs[i][k] = Residue(c*scale, s.Modulus)
		}
		s.NTT(limbs[i], limbs[i])
	}
}

// interpolate gives the N real coefficients of the polynomial with these slots.
func (e *Encoder) interpolate(values []float64) []float64 {
	slots := make([]complex128, len(values))
	for t, x := range values {
		slots[t] = complex(x, 0)
	}
	e.transform.inverse(slots)
	coeffs := make([]float64, e.params.N())
	for k, c := range slots {
		coeffs[k] = real(c)
		if e.params.Ring == params.Standard {
			coeffs[k+len(slots)] = imag(c)
		}
	}
	return coeffs
}

// Residue rounds x to an integer and reduces that modulo q, exactly for any finite x.
func Residue(x float64, q uint64) uint64 {
	x = math.RoundToEven(x)
	fraction, exponent := math.Frexp(math.Abs(x))
	mantissa := uint64(math.Ldexp(fraction, 53))
	var r uint64
	if exponent <= 53 {
		r = mantissa >> (53 - exponent) % q
	} else {
		r = shiftMod(mantissa%q, exponent-53, q)
	}
	if x < 0 && r != 0 {
		r = q - r
	}
	return r
}

// shiftMod is a·2^by mod q for a < q < 2^62.
func shiftMod(a uint64, by int, q uint64) uint64 {
	for by > 0 {
		step := min(by, 63)
		hi, lo := bits.Mul64(a, 1<<step)
		_, a = bits.Div64(hi%q, lo, q)
		by -= step
	}
	return a
}
