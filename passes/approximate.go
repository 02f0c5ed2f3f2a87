package passes

import (
	"context"
	"slices"

	"hecc/ir/tensor"
)

// searchedSamples is how many calibration samples are looked through for large values.
const searchedSamples = 1024

// approximate replaces each Func by polynomials that meet the target.
func approximate(ctx context.Context, c *compilation) (err error) {
	if err := c.setInput(); err != nil {
		return err
	}
	samples, where := c.opts.Calibration, "on the calibration samples"
	if len(samples) == 0 {
		samples, where = c.samples, "in the input range"
	}
	if err := checkMagnitudes(c.graph, samples[:min(len(samples), searchedSamples)], where); err != nil {
		return err
	}
	if c.epilogue, err = guardTail(c.epilogue, c.release().decrypted()); err != nil {
		return err
	}
	defer func() { c.activations = activationsOf(c.graph) }()
	if !slices.ContainsFunc(c.graph.Nodes, func(n *tensor.Node) bool { _, ok := n.Op.(tensor.Func); return ok }) {
		c.fit.Agreement = 1 // noise alone may change it: nothing is predicted
		return nil
	}
	done, err := c.fitted(ctx)
	if err != nil {
		return err
	}
	c.graph, c.fit, c.box = done.graph, done.fit, done.box
	c.lines = c.planLines(done.exact, done.lines)
	return nil
}

// fitted fits on samples where there are some, else on the box.
func (c *compilation) fitted(ctx context.Context) (*fitResult, error) {
	p := c.problem()
	if len(c.opts.Calibration) > 0 {
		return onSamples(ctx, p, c.opts.Calibration, c.box)
	}
	return onBox(ctx, p, c.box, c.samples)
}

func (c *compilation) problem() problem {
	return problem{graph: c.graph, release: c.release(), targets: c.targets(), degrees: c.degrees, keepWeights: c.opts.KeepWeights, progress: c.progress}
}

func (c *compilation) targets() targets {
	return targets{c.opts.TargetError, c.opts.TargetAgreement}
}
