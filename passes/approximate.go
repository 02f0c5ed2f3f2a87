package passes

import (
	"context"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/memory"
	"hecc/ir/tensor"
	"hecc/passes/fit"
	"hecc/passes/lower"
)

// maxCheckedSamples is the number of calibration samples that magnitudes and noise gains are measured on.
const maxCheckedSamples = 1024

// approximate replaces each Func by polynomials that meet the target.
func approximate(ctx context.Context, c *compilation) error {
	if err := c.prepareFit(ctx); err != nil {
		return err
	}
	if !hasFunctions(c.graph) {
		c.fit.Agreement = 1 // only noise may change an argmax, and no share is predicted for that unless it is asked for
		if c.opts.TargetAgreement > 0 && len(c.opts.Calibration) > 0 {
			c.jury = fit.JuryOfAll(c.graph, c.epilogue, c.opts.Calibration)
		}
		c.activations = activationsOf(c.graph)
		return nil
	}
	done, err := c.fitAll(ctx)
	if err != nil {
		return err
	}
	c.take(done)
	return nil
}

// entryBytes is what an entry of a linear map takes while a network is compiled: a column and a weight in the imported
// graph, in the fused one and in that of polynomials, a column less in a candidate, and a run in the circuits of three rings.
const entryBytes = 16 + 16 + 16 + 8 + 3*8

// checkRoom refuses a network that there is no memory to compile.
func (c *compilation) checkRoom() error {
	entries, most, at := 0, 0, (*tensor.Node)(nil)
	for _, n := range c.graph.Nodes {
		op, _ := n.Op.(tensor.Affine)
		own := 0
		for _, m := range op.Maps {
			own += len(m.Val)
		}
		if entries += own; own > most {
			most, at = own, n
		}
	}
	need := int64(entries*entryBytes + 8*fit.Held(c.graph, c.opts.Calibration))
	if at == nil || c.opts.Memory == 0 || need <= c.opts.Memory {
		return nil
	}
	return diag.At(at.Pos, "compiling this network takes about %s of memory, and this machine allows %s", memory.Text(need), memory.Text(c.opts.Memory)).
		Note("its linear maps have %d entries, counted at every place of a convolution, of which this one has %d", entries, most).
		Cure("compile it on a larger machine: the plan may run elsewhere; or make images smaller or channels fewer")
}

// prepareFit sets the inputs, and refuses what is too large on them.
func (c *compilation) prepareFit(ctx context.Context) (err error) {
	if err := c.checkRoom(); err != nil {
		return err
	}
	if err := c.setInput(ctx); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	samples, where := c.opts.Calibration, "on the calibration samples"
	if len(samples) == 0 {
		samples, where = c.samples, "in the input range"
	}
	if err := checkMagnitudes(c.graph, samples[:min(len(samples), maxCheckedSamples)], where); err != nil {
		return err
	}
	if len(c.epilogue.Nodes) > 1 { // else the client computes nothing, and running the network is slow
		c.epilogue, err = lower.GuardRoots(c.epilogue, c.release().Decrypted())
	}
	return err
}

// take goes on with a network of polynomials.
func (c *compilation) take(done *fit.Result) {
	c.fitted = fittedOf(c.graph, done)
	c.graph, c.fit, c.box, c.jury = done.Graph, done.Fit, done.Box, done.Jury
	c.affineFuncs = c.planAffineFuncs(done.Exact, done.AffineFuncs)
	c.activations = activationsOf(c.graph)
}

func hasFunctions(g *tensor.Graph) bool {
	return slices.ContainsFunc(g.Nodes, func(n *tensor.Node) bool { _, ok := n.Op.(tensor.Func); return ok })
}

// fitAll fits on calibration samples if there are any, else on the box.
func (c *compilation) fitAll(ctx context.Context) (*fit.Result, error) {
	p := c.problem()
	if len(c.opts.Calibration) > 0 {
		return fit.OnSamples(ctx, p, c.opts.Calibration, c.box)
	}
	return fit.OnBox(ctx, p, c.box, c.samples)
}

func (c *compilation) problem() fit.Problem {
	return fit.Problem{Graph: c.graph, Release: c.release(), Targets: c.targets(), Truth: c.truth, Security: c.opts.Security, Degrees: c.only.degrees,
		KeepWeights: c.opts.KeepWeights, Neighbours: c.opts.Alternatives, Progress: c.meter.Step}
}

func (c *compilation) targets() fit.Targets {
	t := fit.Targets{Error: c.opts.TargetError, Agreement: c.opts.TargetAgreement}
	t.Labelled = t.None() && c.truth.Known()
	return t
}

// Fitted is a function and the polynomials that took its place, as they were before later passes took them apart.
type Fitted struct {
	Pos  diag.Pos
	Func tensor.Func // of no name where the polynomials are a part of what stands for a function
	Poly tensor.Poly
}

// fittedOf lists them in the order of the graph, those of degree 0 and 1 that are no longer there last.
func fittedOf(before *tensor.Graph, done *fit.Result) (out []Fitted) {
	function := func(is func(*tensor.Node) bool, of string) tensor.Func {
		for _, n := range before.Nodes {
			if f, ok := n.Op.(tensor.Func); ok && f.Fn == of && is(n) {
				return f
			}
		}
		return tensor.Func{}
	}
	for _, a := range activationsOf(done.Graph) {
		f := function(func(n *tensor.Node) bool { return n.Pos == a.pos }, a.poly.Of)
		out = append(out, Fitted{a.pos, f, a.poly})
	}
	for _, l := range done.AffineFuncs {
		f := Fitted{Poly: l.Poly}
		for _, n := range done.Exact.Nodes {
			if fn, ok := n.Op.(tensor.Func); ok && n.In[0] == l.Argument && fn.Fn == l.Poly.Of {
				f.Pos, f.Func = n.Pos, fn
			}
		}
		out = append(out, f)
	}
	return out
}
