package passes

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
	floodDeviations = 6   // of the flooding that the promise covers: one value in 500 million exceeds that
)

// release is what the client does to decrypted values, of which a plan's promise speaks.
type release struct {
	epilogue *tensor.Graph
	graph    *tensor.Graph // what is decrypted, in clear
	samples  [][]float64   // on which the client's operations are measured where no bound of what they make of errors holds
	declared bool          // the range of inputs was declared, and no calibration data given
	shared   int           // answers that flooding protects
}

// promisedNoise is how much noise the plan promises where so much was predicted.
func (r *release) promisedNoise(predicted float64) float64 {
	if r.declared {
		return declaredNoise * predicted
	}
	return predicted
}

// flooding is the noise that hides noise of the given size in the results.
func (r *release) flooding(noise float64) plan.Flooding {
	if r.shared == 0 {
		return plan.Flooding{}
	}
	return plan.NewFlooding(r.shared, r.epilogue.Input().Size(), noise)
}

// flooded is the error of a decrypted value with such noise once it is flooded.
func (r *release) flooded(noise float64) float64 {
	return noise + floodDeviations*r.flooding(noise).Deviation
}

// rounding is the grid for values with such errors: the coarsest power of two whose half is within the share.
func rounding(flooded float64) float64 {
	return math.Exp2(math.Floor(math.Log2(2 * roundingShare * flooded)))
}

// shownNoise is what a shown value may be off by at most, for noise of the given size; hiddenNoise is its inverse.
func (r *release) shownNoise(noise float64) float64 {
	return (1 + roundingShare) * r.flooded(noise)
}

func (r *release) hiddenNoise(shown float64) float64 { return shown / r.shownNoise(1) }
