package fit

import (
	"gonum.org/v1/gonum/stat"

	"math"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
	"hecc/passes/tails"
)

// validate compares a polynomial network with the exact one on the held-out samples. The predicted error is
// also at least the largest error on a sample that was fitted on.
func (f *fitter) validate(s settings, g *tensor.Graph, values sampled.Values) Fit {
	degrees := degreesOf(s.approximations)
	fit := Fit{Degree: slices.Max(degrees), Degrees: degrees, Compensated: s.refit}
	f.validateArguments(&fit, g, values)
	y, classes := f.Release.Answers(values[g.Outputs[0].Node])
	errors := make([]float64, y.Rows())
	sum, same := 0.0, 0
	for s := range errors {
		want, held := f.outputs.Row(s), s >= f.train
		for i, w := range want {
			e := y.Row(s)[i] - w
			if errors[s] = max(errors[s], math.Abs(e)); held {
				sum += e * e
			}
		}
		agree := slices.Equal(classes.Row(s), f.classes.Row(s))
		if classes.Cols == 0 {
			agree = tensor.Largest(y.Row(s)) == tensor.Largest(want)
		}
		if held && agree {
			same++
		}
	}
	fit.HeldOut = len(errors) - f.train
	fit.Samples = f.samples
	fit.Error = min(tails.PredictedError(errors[f.train:], slices.Max(errors)), f.Release.JudgedWidth())
	fit.HeldOutError = fit.Error
	fit.RMS = math.Sqrt(sum / float64(fit.HeldOut*y.Cols))
	fit.Explained = f.explained(sum)
	fit.Agreement = float64(same) / float64(fit.HeldOut)
	fit.PredictedAgreement = tails.PredictedAgreement(same, fit.HeldOut)
	return fit
}

// validateArguments measures how far held-out arguments lie outside the intervals of their polynomials.
func (f *fitter) validateArguments(fit *Fit, g *tensor.Graph, values sampled.Values) {
	for _, n := range g.Nodes {
		p, ok := n.Op.(tensor.Poly)
		if !ok {
			continue
		}
		far := 0.0
		for x := f.heldOut(values[n.In[0]]); x.Rows() > 0; x = x.Slice(1, x.Rows()) {
			for i, v := range x.Row(0) {
				far = max(far, math.Abs(p.Unit(p.At(i), v)))
			}
		}
		fit.LargestT, fit.extrapolation = max(fit.LargestT, far), max(fit.extrapolation, chebyshevExtrapolation(p.Degree(), far))
	}
}

// explained is the share of the variance of the held-out outputs, each about its own mean, that squared errors
// of this sum leave. It is 1 where there is no error.
func (f *fitter) explained(squaredErrors float64) float64 {
	if squaredErrors == 0 {
		return 1
	}
	y, total := f.heldOut(f.outputs), 0.0
	for i := range y.Cols {
		_, deviation := stat.PopMeanStdDev(y.Column(i), nil)
		total += deviation * deviation * float64(y.Rows())
	}
	return 1 - squaredErrors/total
}
