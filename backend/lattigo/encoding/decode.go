package encoding

import (
	"math/bits"

	"github.com/tuneinsight/lattigo/v5/ring"

	"hecc/ir/params"
)

// Decode reads the slots of a polynomial that is given by its limbs modulo the subrings, out
// of the NTT domain, at a scale. Coefficients are taken as centred around zero.
func (e *Encoder) Decode(limbs [][]uint64, subrings []*ring.SubRing, scale float64) []float64 {
	coeffs := centred(limbs, subrings)
	n := e.transform.n
	slots := make([]complex128, n)
	for k := range slots {
		switch {
		case e.params.Ring == params.Standard:
			slots[k] = complex(coeffs[k], coeffs[k+n])
		case k == 0:
			slots[k] = complex(coeffs[k], 0)
		default: // c·(X^k + X^-k), with X^-k = -i·X^(n-k) at every root
			slots[k] = complex(coeffs[k], -coeffs[n-k])
		}
	}
	e.transform.forward(slots)
	values := make([]float64, n)
	for t, x := range slots {
		values[t] = real(x) / scale
	}
	return values
}

// centred lifts residues to the integers closest to zero, as float64, in mixed radix with centred
// digits: a small integer has zero high digits, so nothing cancels.
func centred(limbs [][]uint64, subrings []*ring.SubRing) []float64 {
	out := make([]float64, len(limbs[0]))
	inverse := radixInverses(subrings)
	digits := make([]int64, len(limbs))
	for k := range out {
		weight := 1.0
		for i, s := range subrings {
			digits[i] = digit(limbs[i][k], digits[:i], inverse[i], subrings[:i], s.Modulus)
			out[k] += float64(digits[i]) * weight
			weight *= float64(s.Modulus)
		}
	}
	return out
}

// digit is (((x - d_0)/q_0 - d_1)/q_1 - …) mod q, centred.
func digit(x uint64, lower []int64, inverse []uint64, subrings []*ring.SubRing, q uint64) int64 {
	for i, d := range lower {
		x = mulMod(subMod(x, signedMod(d, q), q), inverse[i], q)
	}
	if x > q/2 {
		return -int64(q - x)
	}
	return int64(x)
}

// radixInverses lists, for each modulus q, the inverses of the moduli before it modulo q.
func radixInverses(subrings []*ring.SubRing) [][]uint64 {
	out := make([][]uint64, len(subrings))
	for i, s := range subrings {
		for _, lower := range subrings[:i] {
			out[i] = append(out[i], ring.ModExp(lower.Modulus%s.Modulus, s.Modulus-2, s.Modulus))
		}
	}
	return out
}

func signedMod(d int64, q uint64) uint64 {
	if d < 0 {
		return subMod(0, uint64(-d)%q, q)
	}
	return uint64(d) % q
}

func subMod(a, b, q uint64) uint64 {
	if a < b {
		a += q
	}
	return a - b
}

func mulMod(a, b, q uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	_, r := bits.Div64(hi, lo, q)
	return r
}
