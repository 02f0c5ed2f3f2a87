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
	Degree    int     `json:"degree"`    // of every polynomial; 0 if the model needs none
	Error     float64 `json:"error"`     // predicted largest error of the primary output, before any noise
	RMS       float64 `json:"rms"`       // root mean square error on held-out samples
	Agreement float64 `json:"agreement"` // share of held-out samples whose argmax stays
	HeldOut   int     `json:"held_out"`  // samples that were not fitted on; 0: Error is a proven bound
	LargestT  float64 `json:"largest_t"` // furthest argument of a polynomial on held-out samples; 1 is its interval's end
}

// approximate replaces each Func by polynomials of one degree, the least that meets the target.
func approximate(c *compilation) error {
	if err := c.setInput(); err != nil {
		return err
	}
	defer func() { c.activations = activationsOf(c.graph) }()
	hasFunc := slices.ContainsFunc(c.graph.Nodes, func(n *tensor.Node) bool { _, ok := n.Op.(tensor.Func); return ok })
	switch {
	case !hasFunc:
		c.fit.Agreement = 1
		return nil
	case len(c.opts.Calibration) > 0:
		return c.fitSamples()
	}
	return c.fitIntervals()
}

// How much larger than on the samples a value may become before it overflows.
const (
	calibratedMargin = 2
	declaredMargin   = 8 // the samples are drawn at random from the declared range
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

// isClassifier says whether the model's answer is which element is largest.
func (c *compilation) isClassifier() bool {
	return slices.ContainsFunc(c.epilogue.Nodes, func(n *tensor.Node) bool {
		switch n.Op.(type) {
		case tensor.Softmax, tensor.LogSoftmax, tensor.Hardmax, tensor.ArgMax, tensor.ZipMap:
			return true
		}
		return false
	})
}

// goal is what a fit must reach. Without targets of the user, a classifier keeps its argmax
// on all but 1 in 200 held-out samples, and any other model has a root mean square error
// of 1 % of its outputs' range. A model with several outputs may be a classifier whose
// Softmax was cut off: there, 3 % is enough if the argmax stays as often as a classifier's.
type goal struct {
	maxError, rms, agreement float64
	looseRMS                 float64 // enough where the argmax stays
}

const (
	defaultAgreement = 0.995
	defaultError     = 0.01
	looseError       = 0.03
)

func (c *compilation) goal(outputRange float64) goal {
	g := goal{maxError: math.Inf(1), rms: math.Inf(1), agreement: c.opts.TargetAgreement}
	switch {
	case c.opts.TargetError > 0:
		g.maxError = c.opts.TargetError
	case c.opts.TargetAgreement > 0:
	case c.isClassifier():
		g.agreement = defaultAgreement
	default:
		g.rms = defaultError * outputRange
		if c.epilogue.Primary().Node.Size() > 1 {
			g.looseRMS = looseError * outputRange
		}
	}
	return g
}

func (g goal) met(f Fit) bool {
	rms := f.RMS <= g.rms || f.RMS <= g.looseRMS && f.Agreement >= defaultAgreement
	return f.Error <= g.maxError && rms && f.Agreement >= g.agreement
}

// degrees are tried in order: for each depth ⌈log2(degree+1)⌉ the cheap ones first.
var degrees = []int{2, 3, 4, 5, 6, 7, 9, 11, 13, 15, 19, 23, 27, 31, 47, 63}
