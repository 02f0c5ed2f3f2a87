package passes

import (
	"path/filepath"

	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/ir/span"
	"hecc/ir/tensor"
	"hecc/passes/promise"
)

// plan assembles the plan from the results of the passes.
func (c *compilation) plan() (*plan.Plan, error) {
	// The folder of the model is left out: it must not change the plan, and is not the client's business.
	model := filepath.Base(c.imported.File)
	imported := *c.imported
	imported.File, c.graph.File, c.prologue.File, c.epilogue.File, c.circuit.File = model, model, model, model, model

	in, out := c.graph.Input(), c.epilogue.Input()
	first, last := c.circuit.Values[0], c.circuit.Outputs[0]
	r := c.release()
	width := r.JudgedWidth()
	noise, flooding, grid := c.shown()
	public, added := r.PromisedNoise(c.noise.PublicError), promise.FloodDeviations*flooding.Deviation+grid/2
	if e := c.fit.Error + public + added; !span.Finite(e) {
		return nil, diag.In(model, "the error of the outputs is not bounded: %.3g by the polynomials, %.3g by noise", c.fit.Error, public).
			Cure("values in the network can be too large: narrow --input-range, or give --calibrate samples.npy")
	}
	p := &plan.Plan{
		Circuit:    c.circuit,
		Imported:   &imported,
		Polynomial: c.graph,
		Costs:      c.opts.Costs,
		Fit:        plan.Fit{Error: c.fit.Error, Agreement: c.fit.PredictedAgreement, Samples: c.fit.Samples, HeldOut: c.fit.HeldOut, Activations: c.planActivations(), Lines: c.affineFuncs},
		Choice:     c.choice(),
		Interface: plan.Interface{
			Model:    model,
			Security: c.opts.Security,
			Lanes:    c.circuit.Lanes,
			Params:   *c.circuit.Params,
			Input: plan.Port{Name: in.Op.(tensor.Input).Label, Shape: in.Shape, Layout: c.circuit.Input,
				Level: first.Level, Scale: first.Scale},
			Box: c.box,
			Output: plan.Port{Name: c.imported.Primary().Name, Shape: out.Shape, Layout: c.circuit.Output,
				Level: last.Level, Scale: last.Scale},
			Keys:           c.circuit.KeysNeeded(),
			Flooding:       flooding,
			Rounding:       grid,
			PredictedError: min(width, c.fit.Error+r.OutputError(noise+added)),
			PublicError:    min(width, c.fit.Error+r.OutputError(public+added)),
			Prologue:       c.prologue.Print(),
			Epilogue:       c.epilogue.Print(),
		},
	}
	for _, e := range []float64{p.Interface.PredictedError, p.Interface.PublicError} {
		if !span.Finite(e) {
			return nil, diag.In(model, "the error that the client makes of noise of %.3g is not bounded", public+added).
				Cure("a logarithm, root or quotient at the end comes near the end of its domain: lower --target-error, or end the model before it")
		}
	}
	if err := p.Interface.CheckBudget(); err != nil {
		return nil, c.tooWide(err)
	}
	p.Seal()
	return p, p.Check()
}
