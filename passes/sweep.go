package passes

import (
	"context"

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

// Sweep compiles networks along the front of price and error, the cheapest first, without regard to targets,
// and calls each with every one as soon as it is done. The model needs calibration samples, and a function to
// approximate.
func Sweep(ctx context.Context, g *tensor.Graph, opts Options, each func(Network)) error {
	front, err := front(ctx, g, opts)
	if err != nil {
		return err
	}
	opts.TargetError, opts.TargetAgreement = 0, 0
	for _, degrees := range front {
		r, err := compile(ctx, g, opts, only{network: degrees})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		each(Network{degrees, r, err})
	}
	return nil
}

// front lists the degrees of the networks on the front.
func front(ctx context.Context, g *tensor.Graph, opts Options) (degrees [][]int, err error) {
	c, err := begin(g, opts, only{})
	if err != nil {
		return nil, err
	}
	for _, p := range pipeline {
		if p.name == "approximate" {
			break
		}
		if err := c.runPass(ctx, p); err != nil {
			return nil, err
		}
	}
	if len(opts.Calibration) == 0 || !hasFunctions(c.graph) {
		return nil, diag.Errorf(diag.Pos{File: g.File}, "there is no choice of polynomials to show: that takes calibration samples, and a model with functions")
	}
	err = protected(func() (err error) {
		if err = c.setInput(ctx); err == nil {
			degrees, err = fit.Front(ctx, c.problem(), opts.Calibration, c.box)
		}
		return err
	})
	return degrees, diag.InPass("approximate", err)
}
