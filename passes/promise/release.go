package promise

import (
	"math"

	"hecc/ir/plan"
	"hecc/ir/tensor"
)

// Decrypted values are rounded before anyone sees them, and flooded before that in plans whose results are to
// be shared. Both are part of the promised error.

// declaredNoise multiplies the predicted noise of a plan that was made without calibration data: gains were
// measured on made-up inputs, and real ones may have larger gains.
const declaredNoise = 3

const (
	roundingShare   = 0.5 // largest rounding error relative to the error before rounding
	FloodDeviations = 6   // standard deviations of flooding that the promise covers: one value in 500 million exceeds them
)

// Release is what the client does with decrypted values before it shows them; a plan's promise is about the
// result.
type Release struct {
	Epilogue *tensor.Graph
	Graph    *tensor.Graph // computes the decrypted values
	Samples  [][]float64   // for measuring how errors propagate where there is no Lipschitz bound
	Declared bool          // the range of inputs was declared, without calibration data
	Shared   int           // number of answers that flooding protects; 0: no flooding
}

// PromisedNoise is the noise that the plan promises, from the predicted noise.
func (r *Release) PromisedNoise(predicted float64) float64 {
	if r.Declared {
		return declaredNoise * predicted
	}
	return predicted
}

// Flooding is the noise that hides noise of the given size in shared results.
func (r *Release) Flooding(noise float64) plan.Flooding {
	if r.Shared == 0 {
		return plan.Flooding{}
	}
	return plan.NewFlooding(r.Shared, r.Epilogue.Input().Size(), noise)
}

// Flooded is the error of a decrypted value with noise of the given size, once it is flooded.
func (r *Release) Flooded(noise float64) float64 {
	return noise + FloodDeviations*r.Flooding(noise).Deviation
}

// Rounding is the rounding step for values with such errors: the coarsest power of two with a rounding error
// within the share.
func Rounding(flooded float64) float64 {
	return math.Exp2(math.Floor(math.Log2(2 * roundingShare * flooded)))
}

// ShownNoise is the largest error of a flooded and rounded value with noise of the given size. HiddenNoise is
// its inverse.
func (r *Release) ShownNoise(noise float64) float64 {
	return (1 + roundingShare) * r.Flooded(noise)
}

// HiddenNoise is the noise of a decrypted value that gives an error of shown.
func (r *Release) HiddenNoise(shown float64) float64 { return shown / r.ShownNoise(1) }
