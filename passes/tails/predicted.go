package tails

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// Predictions for unseen samples from held-out ones.

const (
	errorExceedance   = 1e-4 // share of unseen samples that may exceed the predicted error
	tailShape         = 0.2  // of the generalised Pareto tail: 0 is exponential, polynomials make tails heavier
	minRelativeMargin = 10   // over √n: least margin of the prediction over the largest error of n held-out samples, relative
	maxErrorRatio     = 10   // largest ratio of the prediction to the largest error: few samples do not show more of a tail
	confidence        = 0.99 // of the predicted agreement
)

// PredictedError is an error that few unseen samples exceed, from the errors of held-out ones: the far
// quantile of a generalised Pareto tail above the largest √n (Pickands, Annals of Statistics 3, 1975). The
// tail's scale follows from the mean excess plus one standard error. The prediction is at least seen, the
// largest error of any sample.
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

// PredictedAgreement is the lower end of the exact confidence interval of a share, when so many of n agree
// (Clopper and Pearson, Biometrika 26, 1934).
func PredictedAgreement(same, n int) float64 {
	if same == 0 {
		return 0
	}
	return mathext.InvRegIncBeta(float64(same), float64(n-same+1), 1-confidence)
}
