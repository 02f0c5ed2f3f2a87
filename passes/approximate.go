package passes

import (
	"math"
	"math/rand/v2"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/ir/tensor"
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

	missed bool    // the default target, of few samples
	likely float64 // what held-out samples alone predict of Error
	growth float64 // how much the most sensitive polynomial can grow where its argument was furthest out
}

// approximate replaces each Func by polynomials that meet the target.
func approximate(c *compilation) error {
	if err := c.setInput(); err != nil {
		return err
	}
	if err := c.checkMagnitudes(); err != nil {
		return err
	}
	if err := c.guardTail(); err != nil {
		return err
	}
	defer func() { c.activations = activationsOf(c.graph) }()
	hasFunc := slices.ContainsFunc(c.graph.Nodes, func(n *tensor.Node) bool { _, ok := n.Op.(tensor.Func); return ok })
	switch {
	case !hasFunc:
		c.fit.Agreement = 1 // noise alone may change it: nothing is predicted
		return nil
	case len(c.opts.Calibration) > 0:
		return c.fitSamples()
	}
	return c.fitIntervals()
}

// How much larger than on the samples a value may become before it overflows.
const (
	calibratedMargin = 2.5
	declaredMargin   = 8 // the samples are drawn from the declared range, and its corners where outputs are large
	magnitudeSamples = 32
)

// setInput fixes the box of inputs, and the samples that magnitudes are measured on.
func (c *compilation) setInput() error {
	declared := c.opts.InputRange
	if len(c.opts.Calibration) == 0 && declared == nil {
		for _, n := range c.graph.Nodes {
			if f, ok := n.Op.(tensor.Func); ok {
				return diag.Errorf(n.Pos, "cannot fit a polynomial to %s: the range of its input is unknown", f.Fn).
					Note("give --calibrate samples.npy, or --input-range lo:hi")
			}
		}
		declared = uniformBox(c.graph.Input().Size(), -1, 1)
	}
	if len(c.opts.Calibration) > 0 {
		c.given, c.opts.Calibration = len(c.opts.Calibration), distinctSamples(c.opts.Calibration)
	}
	c.box = inputBox(c.opts.Calibration, declared)
	if len(c.opts.Calibration) > 0 {
		c.samples, c.margin = c.opts.Calibration[:min(magnitudeSamples, len(c.opts.Calibration))], calibratedMargin
		return nil
	}
	c.samples, c.margin = drawSamples(c.box), declaredMargin
	return nil
}

func uniformBox(n int, lo, hi float64) *plan.Box {
	return &plan.Box{Lo: slices.Repeat([]float64{lo}, n), Hi: slices.Repeat([]float64{hi}, n)}
}

// drawSamples takes corners and inner points of the box in turn, always the same ones.
func drawSamples(box plan.Box) [][]float64 {
	rng := rand.New(rand.NewPCG(1, 2))
	out := make([][]float64, magnitudeSamples)
	for s := range out {
		out[s] = make([]float64, len(box.Lo))
		for i := range out[s] {
			u := rng.Float64()
			if s%2 == 0 {
				u = math.Round(u)
			}
			out[s][i] = box.Lo[i] + u*(box.Hi[i]-box.Lo[i])
		}
	}
	return out
}
