package plan

import (
	"fmt"
	"math"
)

// Flooding is Gaussian noise that the client adds to every decrypted value of a plan whose results are to be
// shared, so large that it hides the encryption noise, from which the secret key could be computed: see SECURITY.md.
// The zero value adds none.
type Flooding struct {
	Queries   int     `json:"queries"`   // so many answers, each to one sample, may be shared
	Deviation float64 `json:"deviation"` // of the noise, in units of the decrypted values
}

// FloodingSecurity is the statistical security of shared results in bits: their distribution is that of results
// without any encryption noise but for an advantage of about 2^-FloodingSecurity, whatever the attacker computes.
const FloodingSecurity = 40

// MaxQueries bounds Flooding.Queries.
const MaxQueries = 1 << 30

// NewFlooding hides noise of at most the given size in each of so many values of an answer:
//
//	deviation = √(12·queries) · 2^(FloodingSecurity/2) · √values · noise
//
// √values · noise bounds the Euclidean norm of an answer's noise. The formula is that of Li, Micciancio, Schultz
// and Sorrell, "Securing approximate homomorphic encryption using differential privacy" (CRYPTO 2022), as OpenFHE
// documents it for NOISE_FLOODING_DECRYPT; there noise and flooding are vectors of coefficients, here of the values that are shown.
func NewFlooding(queries, values int, noise float64) Flooding {
	return Flooding{queries, math.Sqrt(12*float64(queries)*float64(values)) * math.Exp2(FloodingSecurity/2) * noise}
}

// Rounded is x on the plan's grid.
func (i *Interface) Rounded(x float64) float64 { return math.Round(x/i.Rounding) * i.Rounding }

// checkRelease holds what happens to decrypted values.
func (i *Interface) checkRelease() error {
	if fraction, _ := math.Frexp(i.Rounding); fraction != 0.5 {
		return fmt.Errorf("rounding to multiples of %v, which is no power of two", i.Rounding)
	}
	f := i.Flooding
	if f.Queries < 0 || f.Queries > MaxQueries || !(f.Deviation >= 0) || math.IsInf(f.Deviation, 1) || (f.Queries == 0) != (f.Deviation == 0) {
		return fmt.Errorf("flooding of deviation %v for %d shared results", f.Deviation, f.Queries)
	}
	return nil
}
