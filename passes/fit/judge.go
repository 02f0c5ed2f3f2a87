package fit

import (
	"gonum.org/v1/gonum/stat"

	"math"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
	"hecc/passes/promise"
	"hecc/passes/tails"
)

// validate compares a polynomial network with the exact one on the held-out samples. The predicted error is
// also at least the largest error on a sample that was fitted on.
func (f *fitter) validate(s settings, g *tensor.Graph, values sampled.Values) Fit {
	degrees := degreesOf(s.approximations)
	fit := Fit{Degree: slices.Max(degrees), Degrees: degrees, Compensated: s.refit}
	f.validateArguments(&fit, g, values)
	decrypted := values[g.Outputs[0].Node]
	y, classes := f.Release.Answers(decrypted)
	errors := make([]float64, y.Rows())
	var training, held tally
	for s := range errors {
		want, of := f.outputs.Row(s), &training
		if s >= f.train {
			of = &held
		}
		for i, w := range want {
			e := y.Row(s)[i] - w
			errors[s] = max(errors[s], math.Abs(e))
			of.squares += e * e
		}
		if promise.SameDecision(y.Row(s), want, classes.Row(s), f.classes.Row(s)) {
			of.same++
		}
	}
	fit.HeldOut = len(errors) - f.train
	fit.Samples = f.samples
	fit.Error = min(tails.PredictedError(errors[f.train:], slices.Max(errors)), f.Release.JudgedWidth())
	fit.HeldOutError = fit.Error
	of := held.scores(fit.HeldOut, y.Cols)
	fit.RMS, fit.Agreement, fit.training = of.rms, of.agreement, training.scores(f.train, y.Cols)
	fit.Explained = f.explained(held.squares)
	if f.Truth.Known() {
		losses := f.Truth.Losses(f.Release, decrypted)
		fit.Loss = f.Truth.Compared(f.exactLosses[f.train:], losses[f.train:])
		fit.training.loss = f.Truth.Compared(f.exactLosses[:f.train], losses[:f.train])
	}
	fit.PredictedAgreement = tails.PredictedAgreement(held.same, fit.HeldOut)
	return fit
}

// tally adds up errors on some samples.
type tally struct {
	squares float64
	same    int // samples of the same argmax or classes
}

func (t tally) scores(samples, outputs int) scores {
	return scores{rms: math.Sqrt(t.squares / float64(samples*outputs)), agreement: float64(t.same) / float64(samples)}
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
