package passes

import (
	"context"
	"math"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/tensor"
	"hecc/passes/fit"
)

// Network is what one choice of polynomials compiles to.
type Network struct {
	Degrees []int // of the functions, in order
	Result  *Result
	Err     error // why there is no result
}

// frontShare is the share of the time of a sweep that fitting takes, as progress shows it.
const frontShare = 0.4

// Sweep compiles the networks on the front of time and error, the cheapest first, without regard to targets:
// each takes longer than the one before and is better. One search fits them all. The model needs calibration samples, and
// a function to approximate.
func Sweep(ctx context.Context, g *tensor.Graph, opts Options) ([]Network, error) {
	opts.TargetError, opts.TargetAgreement = 0, 0
	c, fits, err := fitFront(ctx, g, opts)
	if err != nil {
		return nil, err
	}
	var out []Network
	for k, f := range fits {
		c.meter.Part("degrees "+degreesText(f.Fit.Degrees), frontShare+(1-frontShare)*float64(k+1)/float64(len(fits)))
		r, err := c.compileFit(ctx, f)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		out = append(out, Network{f.Fit.Degrees, r, err})
	}
	return c.strictFront(out), nil
}

// fitFront runs the passes up to the fit, and fits the front.
func fitFront(ctx context.Context, g *tensor.Graph, opts Options) (*compilation, []*fit.Result, error) {
	c, err := begin(g, opts, only{})
	if err != nil {
		return nil, nil, err
	}
	c.meter.Part("front", frontShare)
	for _, p := range pipeline[:fitPass()] {
		if err := c.runPass(ctx, p); err != nil {
			return nil, nil, err
		}
	}
	if len(opts.Calibration) == 0 || !hasFunctions(c.graph) {
		return nil, nil, diag.In(g.File, "there is no choice of polynomials to show: that takes calibration samples, and a model with functions").
			Cure("give --calibrate samples.npy; without functions there is nothing to choose: leave --sweep out")
	}
	var fits []*fit.Result
	err = protected(func() (err error) {
		if err = c.prepareFit(ctx); err == nil {
			fits, err = fit.Front(ctx, c.problem(), c.opts.Calibration, c.box)
		}
		return err
	})
	return c, fits, diag.InPass("approximate", err)
}

// fitPass is the number of the pass that fits polynomials.
func fitPass() int {
	return slices.IndexFunc(pipeline, func(p pass) bool { return p.name == "approximate" })
}

// compileFit runs the passes from the fit on, with this one.
func (c *compilation) compileFit(ctx context.Context, f *fit.Result) (*Result, error) {
	own := *c
	rest := slices.Clone(pipeline[fitPass():])
	rest[0].run = func(context.Context, *compilation) error {
		own.take(f)
		return nil
	}
	for _, p := range rest {
		if err := own.runPass(ctx, p); err != nil {
			return nil, err
		}
	}
	return own.result()
}

// strictFront leaves out what takes as long as something better: the planner knows times that prices only estimate. Of
// networks that are refused it knows none.
func (c *compilation) strictFront(networks []Network) []Network {
	least := math.Inf(1)
	for k, n := range slices.Backward(networks) {
		if n.Err != nil {
			continue
		}
		time := n.Result.Report.Noise.Cost * c.runsPerBatch(n.Result.Plan.Interface.Lanes)
		if time >= least {
			networks = slices.Delete(networks, k, k+1)
		}
		least = min(least, time)
	}
	return networks
}
