package passes

import (
	"math"

	"hecc/ir/plan"
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

// promisedNoise is how much noise the plan promises where so much was predicted.
func (c *compilation) promisedNoise(predicted float64) float64 {
	if len(c.opts.Calibration) == 0 {
		return declaredNoise * predicted
	}
	return predicted
}

// flooding is the noise that hides noise of the given size in the results.
func (c *compilation) flooding(noise float64) plan.Flooding {
	if c.opts.ShareResults == 0 {
		return plan.Flooding{}
	}
	return plan.NewFlooding(c.opts.ShareResults, c.epilogue.Input().Size(), noise)
}

// flooded is the error of a decrypted value with such noise once it is flooded.
func (c *compilation) flooded(noise float64) float64 {
	return noise + floodDeviations*c.flooding(noise).Deviation
}

// rounding is the grid for values with such errors: the coarsest power of two whose half is within the share.
func rounding(flooded float64) float64 {
	return math.Exp2(math.Floor(math.Log2(2 * roundingShare * flooded)))
}

// shownNoise is what a shown value may be off by at most, for noise of the given size; hiddenNoise is its inverse.
func (c *compilation) shownNoise(noise float64) float64 {
	return (1 + roundingShare) * c.flooded(noise)
}

func (c *compilation) hiddenNoise(shown float64) float64 { return shown / c.shownNoise(1) }
