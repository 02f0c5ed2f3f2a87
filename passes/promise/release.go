package promise

import (
	"math"

	"hecc/ir/plan"
	"hecc/ir/tensor"
)

// What becomes of decrypted values before anyone sees them: they are flooded, in plans whose results are to be
// shared, and rounded. Both are part of the promised error.

// declaredNoise raises the predicted noise of a plan that was made without calibration data:
// the points that its gains were measured at may be tamer than real inputs.
const declaredNoise = 3

const (
	roundingShare   = 0.5 // rounding adds at most this share of the error that a value has without it
	FloodDeviations = 6   // of the flooding that the promise covers: one value in 500 million exceeds that
)

// Release is what the client does to decrypted values, of which a plan's promise speaks.
type Release struct {
	Epilogue *tensor.Graph
	Graph    *tensor.Graph // what is decrypted, in clear
	Samples  [][]float64   // on which the client's operations are measured where no bound of what they make of errors holds
	Declared bool          // the range of inputs was declared, and no calibration data given
	Shared   int           // answers that flooding protects
}

// PromisedNoise is how much noise the plan promises where so much was predicted.
func (r *Release) PromisedNoise(predicted float64) float64 {
	if r.Declared {
		return declaredNoise * predicted
	}
	return predicted
}

// Flooding is the noise that hides noise of the given size in the results.
func (r *Release) Flooding(noise float64) plan.Flooding {
	if r.Shared == 0 {
		return plan.Flooding{}
	}
	return plan.NewFlooding(r.Shared, r.Epilogue.Input().Size(), noise)
}

// Flooded is the error of a decrypted value with such noise once it is flooded.
func (r *Release) Flooded(noise float64) float64 {
	return noise + FloodDeviations*r.Flooding(noise).Deviation
}

// Rounding is the grid for values with such errors: the coarsest power of two whose half is within the share.
func Rounding(flooded float64) float64 {
	return math.Exp2(math.Floor(math.Log2(2 * roundingShare * flooded)))
}

// ShownNoise is what a shown value may be off by at most, for noise of the given size; hiddenNoise is its inverse.
func (r *Release) ShownNoise(noise float64) float64 {
	return (1 + roundingShare) * r.Flooded(noise)
}

func (r *Release) HiddenNoise(shown float64) float64 { return shown / r.ShownNoise(1) }
