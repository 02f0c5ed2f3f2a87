package plan

import (
	"fmt"
	"math"

	"hecc/ir/params"
)

// Flooding is Gaussian noise that the client adds to every decrypted value of a plan whose results are to be
// shared, so large that it hides the encryption noise, from which the secret key could be computed: see
// SECURITY.md. The zero value adds none.
type Flooding struct {
	Queries   int     `json:"queries"`   // so many answers, each to one sample, may be shared
	Deviation float64 `json:"deviation"` // of the noise, in units of the decrypted values
}

// FloodingSecurity is the statistical security of shared results in bits: their distribution is that of
// results without any encryption noise but for an advantage of about 2^-FloodingSecurity, whatever the
// attacker computes.
const FloodingSecurity = 40

// MaxQueries bounds Flooding.Queries.
const MaxQueries = 1 << 30

// NewFlooding hides noise of at most the given size in each of so many values of an answer:
//
//	deviation = √(12·queries) · 2^(FloodingSecurity/2) · √values · noise
//
// √values · noise bounds the Euclidean norm of an answer's noise. The formula is that of Li, Micciancio,
// Schultz and Sorrell, "Securing approximate homomorphic encryption using differential privacy" (CRYPTO
// 2022), as OpenFHE documents it for NOISE_FLOODING_DECRYPT; there noise and flooding are vectors of
// coefficients, here of the values that are shown.
func NewFlooding(queries, values int, noise float64) Flooding {
	return Flooding{queries, math.Sqrt(12*float64(queries)*float64(values)) * math.Exp2(FloodingSecurity/2) * noise}
}

// Rounded is x on the plan's grid.
func (i *Interface) Rounded(x float64) float64 { return math.Round(x/i.Rounding) * i.Rounding }

// leastNoise is the standard deviation in a slot of errors of deviation 1 in the coefficients of the output:
// no ciphertext has less noise. In the conjugate-invariant ring coefficients count twice.
func (i *Interface) leastNoise() float64 {
	n := float64(i.Params.N())
	if i.Params.Ring == params.ConjugateInvariant {
		n *= 2
	}
	return math.Sqrt(n) / i.Output.Scale
}

// leastStep is how many deviations of the least noise a step of the grid has at least. Rounding that is finer
// leaves digits from which the key follows, and whoever made the plan may want that.
const leastStep = 4

// checkRelease holds what happens to decrypted values.
func (i *Interface) checkRelease() error {
	if fraction, _ := math.Frexp(i.Rounding); fraction != 0.5 {
		return fmt.Errorf("rounding to multiples of %v, which is no power of two", i.Rounding)
	}
	if least := leastStep * i.leastNoise(); !(i.Rounding >= least) || math.IsInf(i.Rounding, 1) {
		return fmt.Errorf("rounding to multiples of %.3g shows encryption noise, which is %.3g at least", i.Rounding, i.leastNoise())
	}
	f := i.Flooding
	if f.Queries < 0 || f.Queries > MaxQueries || !(f.Deviation >= 0) || math.IsInf(f.Deviation, 1) || (f.Queries == 0) != (f.Deviation == 0) {
		return fmt.Errorf("flooding of deviation %v for %d shared results", f.Deviation, f.Queries)
	}
	if least := NewFlooding(f.Queries, i.Output.Layout.Size, i.leastNoise()).Deviation; f.Deviation < least {
		return fmt.Errorf("flooding of deviation %.3g hides no noise of %d shared results, %.3g is the least", f.Deviation, f.Queries, least)
	}
	return nil
}
