package fit

import (
	"math"
	"slices"

	"hecc/ir/tensor"
)

// goal is what a fit must reach. Without targets of the user, a classifier keeps its argmax
// on all but 1 in 50 held-out samples, and any other model has a root mean square error of
// 1 % of the range of its outputs. A model that ends in scores, without Softmax or ArgMax,
// is not known to be a classifier.
type goal struct{ maxError, rms, Agreement float64 }

const (
	defaultAgreement = 0.98
	defaultError     = 0.01
	fitShare         = 0.9 // of a target error: the rest is for noise
)

// Targets are the user's, 0 where there is none.
type Targets struct {
	Error     float64 // largest error of the judged output
	Agreement float64 // share of held-out samples whose argmax stays
}

func NewGoal(t Targets, epilogue *tensor.Graph, outputRange float64) goal {
	g := goal{maxError: math.Inf(1), rms: math.Inf(1), Agreement: t.Agreement}
	if t.Error > 0 {
		g.maxError = fitShare * t.Error
	}
	if t.Error > 0 || t.Agreement > 0 {
		return g
	}
	if isClassifier(epilogue) {
		g.Agreement = defaultAgreement
	} else {
		g.rms = defaultError * outputRange
	}
	return g
}

// isClassifier says whether the model's answer is a class: something that comes in steps, or which of
// its scores is largest.
func isClassifier(epilogue *tensor.Graph) bool {
	return len(epilogue.Classes()) > 0 || slices.ContainsFunc(epilogue.Nodes, func(n *tensor.Node) bool {
		switch n.Op.(type) {
		case tensor.Softmax, tensor.LogSoftmax, tensor.ZipMap:
			return true
		}
		return false
	})
}

// met says whether a fit reaches the goal, and stays in reach of unseen samples.
func (g goal) met(f Fit) bool { return f.bounded() && g.relativeError(f) <= 1 }

// miss is how many times the errors are of what the goal allows.
func (g goal) relativeError(f Fit) float64 {
	return max(ratio(f.Error, g.maxError), ratio(f.RMS, g.rms), ratio(f.disagreement(), 1-g.Agreement))
}

// disagreement is the share of samples whose argmax changes, and its standard error: without that,
// every other target would be missed on unseen samples.
func (f Fit) disagreement() float64 {
	lost := 1 - f.Agreement
	return lost + math.Sqrt(lost*f.Agreement/float64(f.HeldOut))
}

// ratio is a/b, zero where a is: nothing may be lost at an agreement of 1, and a constant model
// has a range of 0.
func ratio(a, b float64) float64 {
	if a == 0 {
		return 0
	}
	return a / b
}

// better orders fits that do not reach the goal.
func (g goal) better(a, b Fit) bool {
	if a.bounded() != b.bounded() {
		return a.bounded()
	}
	if x, y := g.relativeError(a), g.relativeError(b); x != y {
		return x < y
	}
	return a.RMS < b.RMS
}

// maxGrowth bounds |T_d(t)| at the furthest argument t on held-out samples. Outside its
// interval a polynomial of degree d grows as T_d does (among all that are bounded inside, none
// grows faster: Rivlin, The Chebyshev Polynomials), and what has grown explodes in the layers
// behind: where held-out samples come close to that, unseen ones will get there.
const maxExtrapolation = 32

func (f Fit) bounded() bool { return f.extrapolation <= maxExtrapolation }

// chebyshevGrowth is |T_d(t)|, at least 1.
func chebyshevExtrapolation(d int, t float64) float64 {
	return math.Cosh(float64(d) * math.Acosh(max(t, 1)))
}
