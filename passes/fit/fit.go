package fit

import (
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes/labels"
	"hecc/passes/tails"
)

// Fit says how well the polynomial graph approximates the model.
type Fit struct {
	Degree    int     `json:"degree"`    // largest degree of all polynomials; 0 if the model needs none
	Degrees   []int   `json:"degrees"`   // of each function, in order
	Error     float64 `json:"error"`     // predicted largest error of the judged output, without noise
	RMS       float64 `json:"rms"`       // root mean square error on held-out samples
	Explained float64 `json:"explained"` // share of the outputs' variance on these that is kept: 1 - RMS²/variance
	Agreement float64 `json:"agreement"` // share of held-out samples whose argmax is that of the model
	Samples   int     `json:"samples"`   // distinct calibration samples
	HeldOut   int     `json:"held_out"`  // samples used for validation; 0: Error bounds all inputs of the box
	LargestT  float64 `json:"largest_t"` // largest |t| of an argument on held-out samples; intervals end at 1

	PredictedAgreement float64 `json:"predicted_agreement"` // lower confidence bound for unseen samples
	Compensated        bool    `json:"compensated"`         // the maps behind polynomials were refitted
	Distilled          bool    `json:"distilled"`           // weights and coefficients were trained by distillation

	Shares          []plan.FitShare `json:"-"` // of the functions in the error; nil: not known
	Cheaper, Better *Alternative    `json:"-"` // the next networks of the front; nil: none was found
	MoreSamples     *Alternative    `json:"-"` // a cheaper network that meets the goal on the samples it was fitted on only

	TargetMissed  bool    `json:"-"` // the default target was missed, and accepted since samples are few
	HeldOutError  float64 `json:"-"` // Error as predicted from held-out samples alone, without probes
	extrapolation float64 // largest |T_d(t)| of all polynomials, see maxExtrapolation
	training      scores  // on the samples that were fitted on

	Loss *labels.Loss `json:"-"` // on held-out samples, by labels; nil without
}

// scores are what a network keeps of the exact one on some samples.
type scores struct {
	rms, agreement float64
	loss           *labels.Loss
}

// onTraining is the fit as if held-out samples were like those that were fitted on.
func (f Fit) onTraining() Fit {
	f.Error *= ratio(f.training.rms, f.RMS)
	f.RMS, f.Agreement, f.Loss = f.training.rms, f.training.agreement, f.training.loss
	return f
}

// EnoughHeldOut is how many held-out samples the tail of the errors can be estimated from: with so many,
// tests hold predicted errors to be exceeded by at most one unseen sample in 1,000.
const EnoughHeldOut = 125

// fewSamples says whether samples are too few for validation and no target was given. Then the fit that does
// best on them is accepted.
func (t Targets) fewSamples(samples int) bool {
	return t.None() && samples < HoldOut*EnoughHeldOut
}

// SamplesFor is the number of calibration samples, rounded up, from which a predicted agreement would reach
// the goal if held-out samples agree as often as now. It is 0 if more would be needed than are used.
func SamplesFor(agreement, goal float64) int {
	for n := 100; n <= maxSamples; n += max(100, n/10/100*100) {
		held := n / HoldOut
		if tails.PredictedAgreement(int(agreement*float64(held)), held) >= goal {
			return n
		}
	}
	return 0
}

// A function whose approximation has degree 0 or 1 is multiplied into the affine maps around it, so its
// arguments are no longer values of the polynomial graph. Their interval still limits where the plan holds.
// It is kept together with the value of the exact network that the arguments are.

// AffineFunc is a function whose approximation has degree 0 or 1.
type AffineFunc struct {
	Poly     tensor.Poly
	Argument *tensor.Node // of the exact network
}

// affineFuncs lists the functions of a candidate whose approximations have degree 0 or 1.
func (f *fitter) affineFuncs(c *candidate) []AffineFunc {
	var out []AffineFunc
	k := 0
	for _, n := range f.Graph.Nodes {
		if _, ok := n.Op.(tensor.Func); !ok {
			continue
		}
		if p, ok := c.replaced[k].value.Op.(tensor.Poly); ok && p.Degree() <= 1 {
			out = append(out, AffineFunc{p, n.In[0]})
		}
		k++
	}
	return out
}
