package tails

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// What held-out samples say about unseen ones.

const (
	errorExceedance   = 1e-4 // share of unseen samples whose error may exceed the prediction
	tailShape         = 0.2  // of the errors' tail: 0 is exponential, polynomials make it heavier
	minRelativeMargin = 10   // over √n: the least by which the prediction exceeds the largest error of n held-out samples, as a share
	maxErrorRatio     = 10   // beyond that a tail cannot be told from so few samples
	confidence        = 0.99 // of the predicted agreement
)

// PredictedError is what the error of an unseen sample hardly exceeds, from the errors of
// held-out ones: the far quantile of a generalised Pareto tail behind the largest √n (Pickands,
// Annals of Statistics 3, 1975), whose scale follows from their mean excess and one standard error. It is not less than
// the largest that was ever seen.
func PredictedError(errors []float64, seen float64) float64 {
	e := slices.Sorted(slices.Values(errors))
	n := len(e)
	worst := e[n-1]
	k := min(int(math.Ceil(math.Sqrt(float64(n)))), n-1)
	if k == 0 {
		return max(maxErrorRatio*worst, seen)
	}
	threshold, excess := e[n-1-k], 0.0
	for _, x := range e[n-k:] {
		excess += (x - threshold) / float64(k)
	}
	scale := (1 - tailShape) * excess * (1 + 1/math.Sqrt(float64(k)))
	tail := threshold + scale/tailShape*(math.Pow(float64(k)/(float64(n)*errorExceedance), tailShape)-1)
	return max(min(max(tail, (1+minRelativeMargin/math.Sqrt(float64(n)))*worst), maxErrorRatio*worst), seen)
}

// PredictedAgreement is the lower end of the exact confidence interval of a share, of which
// so many of n were seen (Clopper and Pearson, Biometrika 26, 1934).
func PredictedAgreement(same, n int) float64 {
	if same == 0 {
		return 0
	}
	return mathext.InvRegIncBeta(float64(same), float64(n-same+1), 1-confidence)
}
