package fit

import (
	"hecc/passes/tails"
)

// Fit says how well the polynomial graph stands for the model.
type Fit struct {
	Degree    int     `json:"degree"`    // the largest of the polynomials'; 0 if the model needs none
	Degrees   []int   `json:"degrees"`   // of each function's polynomials
	Error     float64 `json:"error"`     // predicted largest error of the judged output, before any noise
	RMS       float64 `json:"rms"`       // root mean square error on held-out samples
	Agreement float64 `json:"agreement"` // share of held-out samples whose argmax stays
	Samples   int     `json:"samples"`   // distinct calibration samples
	HeldOut   int     `json:"held_out"`  // samples that were not fitted on; 0: Error is a bound for all inputs of the box
	LargestT  float64 `json:"largest_t"` // furthest argument of a polynomial on held-out samples; 1 is its interval's end

	PredictedAgreement float64 `json:"predicted_agreement"` // what the agreement on unseen samples will hardly fall below
	Compensated        bool    `json:"compensated"`         // weights were fitted anew to make up for the polynomials
	Distilled          bool    `json:"distilled"`           // and then trained together with the coefficients

	TargetMissed  bool    `json:"-"` // the default target, of few samples
	HeldOutError  float64 `json:"-"` // what held-out samples alone predict of Error
	extrapolation float64 // how much the most sensitive polynomial can grow where its argument was furthest out
}

// EnoughHeldOut is how many held-out samples it takes to tell the tail of the errors: tests hold the prediction to one sample in
// 1,000 from there on.
const EnoughHeldOut = 125

// fewSamples says whether a fit without targets has too few samples to be judged: it then makes do with what these tell.
func (t Targets) fewSamples(samples int) bool {
	return t.Error == 0 && t.Agreement == 0 && samples < HoldOut*EnoughHeldOut
}

// SamplesFor is how many calibration samples it takes for a predicted agreement, rounded up, if held-out ones keep theirs as often as now; 0 if
// more than are used.
func SamplesFor(agreement, goal float64) int {
	for n := 100; n <= maxSamples; n += max(100, n/10/100*100) {
		held := n / HoldOut
		if tails.PredictedAgreement(int(agreement*float64(held)), held) >= goal {
			return n
		}
	}
	return 0
}
