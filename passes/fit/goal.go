package fit

import (
	"math"
	"slices"

	"hecc/ir/tensor"
)

// goal is what a fit must reach. Without targets of the user and without labels, a classifier must keep its argmax on all but 1
// in 50 held-out samples, and any other model must do as well as the knee of its front, see knee. A model that
// ends in scores, without Softmax or ArgMax, is not taken for a classifier.
type goal struct {
	maxError, rms, Agreement float64
	missing                  float64 // of the exact model's loss, see labels.Loss
	deviations               float64 // standard errors that are allowed for
}

const (
	defaultAgreement = 0.98
	defaultError     = 0.01 // of the outputs' range, on declared ranges
	fitShare         = 0.9  // share of a target error that polynomials may take; the rest is for noise
)

// Targets are the user's; 0 means none.
type Targets struct {
	Error     float64 // largest error of the judged output
	Agreement float64 // share of held-out samples whose argmax is kept
	Labelled  bool    // without targets labels say what an error matters
}

// None says whether the user has no targets.
func (t Targets) None() bool { return t.Error == 0 && t.Agreement == 0 }

// NewGoal makes the goal from the user's targets, or the default one. Where it has no bound at all, the knee
// decides.
func NewGoal(t Targets, epilogue *tensor.Graph) goal {
	g := goal{maxError: math.Inf(1), rms: math.Inf(1), missing: math.Inf(1), Agreement: t.Agreement, deviations: agreementDeviations}
	if t.Error > 0 {
		g.maxError = fitShare * t.Error
	}
	if t.None() && !t.Labelled && isClassifier(epilogue) {
		g.Agreement = defaultAgreement
	}
	return g
}

// open says whether nothing is asked for, so that the knee of the front decides.
func (g goal) open() bool {
	return g.Agreement == 0 && math.IsInf(g.maxError, 1) && math.IsInf(g.rms, 1) && math.IsInf(g.missing, 1)
}

// isClassifier says whether the model's answer is a class: a discrete output, or normalised scores.
func isClassifier(epilogue *tensor.Graph) bool {
	return len(epilogue.Classes()) > 0 || slices.ContainsFunc(epilogue.Nodes, func(n *tensor.Node) bool {
		switch n.Op.(type) {
		case tensor.Softmax, tensor.LogSoftmax, tensor.ZipMap:
			return true
		}
		return false
	})
}

// met says whether a fit reaches the goal without extrapolating too far on held-out samples.
func (g goal) met(f Fit) bool { return f.bounded() && g.relativeError(f) <= 1 }

// relativeError is the largest ratio of an error to what the goal allows; the goal is met up to 1.
func (g goal) relativeError(f Fit) float64 {
	lost := 0.0
	if f.Loss != nil {
		lost = ratio(f.Loss.Missing(g.deviations), g.missing)
	}
	return max(ratio(f.Error, g.maxError), ratio(f.RMS, g.rms), ratio(f.disagreement(g.deviations), 1-g.Agreement), lost)
}

// Keeps says whether enough decisions are kept, by the rule that fits are judged by: so many of a number of samples.
func (t Targets) Keeps(same, of int) bool {
	f := Fit{Agreement: float64(same) / float64(of), HeldOut: of}
	return f.disagreement(agreementDeviations) <= 1-t.Agreement
}

// disagreement is the share of held-out samples whose argmax changes, plus so many standard errors of it.
// Without these about half of all fits would miss their target on unseen samples.
func (f Fit) disagreement(deviations float64) float64 {
	lost := 1 - f.Agreement
	return lost + deviations*math.Sqrt(lost*f.Agreement/float64(f.HeldOut))
}

// How many standard errors of the agreement are allowed for. With a whole one, a thousand held-out samples ask for 98.5 % where
// 98 % is the target. An ascent has many networks to choose from, and the luckiest of them on the held-out samples is chosen:
// with half of one LeNet-5 kept 96.7 % of unseen samples.
const (
	agreementDeviations = 0.5
	ascentDeviations    = 1
)

// ratio is a/b, and 0 where a is 0: an agreement of 1 allows no disagreement, and a constant model has a
// range of 0.
func ratio(a, b float64) float64 {
	if a == 0 {
		return 0
	}
	return a / b
}

// better says which of two fits comes closer to the goal.
func (g goal) better(a, b Fit) bool {
	if a.bounded() != b.bounded() {
		return a.bounded()
	}
	if x, y := g.relativeError(a), g.relativeError(b); x != y {
		return x < y
	}
	return a.RMS < b.RMS
}

// maxExtrapolation bounds |T_d(t)| at the furthest argument t on held-out samples. Outside its interval a
// polynomial of degree d can grow as fast as T_d (no polynomial that is bounded by 1 inside grows faster:
// Rivlin, The Chebyshev Polynomials), and later layers amplify that. Where held-out samples come near such
// arguments, unseen ones will reach them.
const maxExtrapolation = 32

func (f Fit) bounded() bool { return f.extrapolation <= maxExtrapolation }

// chebyshevExtrapolation is max(|T_d(t)|, 1).
func chebyshevExtrapolation(d int, t float64) float64 {
	return math.Cosh(float64(d) * math.Acosh(max(t, 1)))
}
