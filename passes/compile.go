package passes

import (
	"math"
	"path/filepath"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes/packing"
	"hecc/passes/planning"
)

// Options say what the user asks for. The zero value is the default.
type Options struct {
	Calibration     [][]float64 // samples that inputs will look like, flattened
	InputRange      *plan.Box   // where inputs lie, if there is no calibration
	TargetError     float64     // largest error of the primary output; 0: see Fidelity
	TargetAgreement float64     // share of samples whose argmax must stay; 0: see Fidelity
	KeepWeights     bool        // leave the weights as they are: no compensation, no distillation
	Security        int         // bits; 0 means 128
	Batch           int         // samples to answer in the least time; 0 means 1
	Costs           plan.Costs  // what to optimise for; the zero value means packing.DefaultCosts

	Progress func(pass string)                         // called as each pass starts
	Dump     func(number int, pass, text string) error // called after each pass
}

// Endless is the Batch for the least time a sample, however many a run takes.
const Endless = 1 << 20

// Report is what compiling found out that is not in the plan.
type Report struct {
	Fit   Fit             // how well the polynomials stand for the functions
	Noise planning.Report // what the parameters cost and how noisy they are
}

// Result is a compiled model and the stages that it went through.
type Result struct {
	Plan   *plan.Plan
	Packed *he.Circuit
	Report Report
}

// compilation is the state that the passes work on.
type compilation struct {
	opts     Options
	imported *tensor.Graph
	graph    *tensor.Graph // the current tensor graph
	epilogue *tensor.Graph
	box      plan.Box
	samples  [][]float64      // what magnitudes are measured on
	loud     planning.Samples // what planning measures on
	margin   float64          // how much larger than on the samples a value may become
	fit      Fit
	// activations are the polynomials as they were fitted; later passes take them apart.
	activations []activation
	packed      []packing.Packed // one for each ring degree
	planned     *he.Circuit
	noise       planning.Report
}

// Compile lowers an imported graph to a plan. User mistakes are *diag.Error, faults of
// hecc *diag.Internal.
func Compile(g *tensor.Graph, opts Options) (*Result, error) {
	if opts.Security == 0 {
		opts.Security = 128
	}
	if opts.Costs == (plan.Costs{}) {
		opts.Costs = packing.DefaultCosts
	}
	c := &compilation{opts: opts, imported: g, graph: g}
	if err := c.checkOptions(); err != nil {
		return nil, err
	}
	if err := c.run(); err != nil {
		return nil, err
	}
	p, err := c.plan()
	if err != nil {
		return nil, diag.InPass("plan", err)
	}
	return &Result{Plan: p, Packed: c.packed[c.noise.Choice].Circuit, Report: Report{c.fit, c.noise}}, nil
}

// outputsOnSamples evaluates the polynomial graph on the samples.
func (c *compilation) outputsOnSamples() [][]float64 {
	e := tensor.NewEvaluator(c.graph)
	out := make([][]float64, len(c.samples))
	for i, x := range c.samples {
		v, err := e.Run(x)
		if err != nil {
			panic(err) // checkOptions has checked the lengths
		}
		out[i] = slices.Clone(v.Of(c.graph.Outputs[0].Node))
	}
	return out
}

func (c *compilation) progress(pass string) {
	if c.opts.Progress != nil {
		c.opts.Progress(pass)
	}
}

func (c *compilation) checkOptions() error {
	at := diag.Pos{File: c.imported.File}
	n := c.imported.Input().Size()
	switch c.opts.Security {
	case 128, 192, 256:
	default:
		return diag.Errorf(at, "no security table for %d bits", c.opts.Security).Note("give 128, 192 or 256")
	}
	for i, x := range c.opts.Calibration {
		if len(x) != n {
			return diag.Errorf(at, "calibration sample %d has %d elements, the model takes %d", i, len(x), n)
		}
		for j, v := range x {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return diag.Errorf(at, "calibration sample %d has %v at element %d", i, v, j)
			}
		}
	}
	if b := c.opts.InputRange; b != nil {
		if len(b.Lo) != n || len(b.Hi) != n {
			return diag.Errorf(at, "input range of %d and %d elements, the model takes %d", len(b.Lo), len(b.Hi), n)
		}
		for j, lo := range b.Lo {
			if hi := b.Hi[j]; !(lo <= hi) || math.IsInf(lo, 0) || math.IsInf(hi, 0) {
				return diag.Errorf(at, "input range [%v, %v] at element %d", lo, hi, j)
			}
		}
	}
	if e, a := c.opts.TargetError, c.opts.TargetAgreement; !(e >= 0 && a >= 0 && a <= 1) || math.IsInf(e, 1) {
		return diag.Errorf(at, "target out of range: error %v, agreement %v", c.opts.TargetError, c.opts.TargetAgreement)
	}
	return nil
}

// declaredNoise raises the predicted noise of a plan that was made without calibration data:
// the points that its gains were measured at may be tamer than real inputs.
const declaredNoise = 3

// noiseGain is how much of the circuit's noise the primary output is promised to have at most.
func (c *compilation) noiseGain() float64 {
	gain := amplification(c.epilogue)
	if len(c.opts.Calibration) == 0 {
		gain *= declaredNoise
	}
	return gain
}

// plan assembles the plan from what the passes have left.
func (c *compilation) plan() (*plan.Plan, error) {
	// A plan is the same wherever the model lies, and does not tell the client where.
	model := filepath.Base(c.imported.File)
	imported := *c.imported
	imported.File, c.graph.File, c.epilogue.File, c.planned.File = model, model, model, model

	in, out := c.imported.Input(), c.epilogue.Input()
	first, last := c.planned.Values[0], c.planned.Outputs[0]
	gain := c.noiseGain()
	if e := c.fit.Error + gain*c.noise.PublicError; !isFinite(e) || !isFinite(gain*c.noise.Error) {
		return nil, diag.Errorf(diag.Pos{File: model}, "the error of the outputs is not bounded: %.3g by the polynomials, %.3g by noise", c.fit.Error, gain*c.noise.PublicError).
			Note("values in the network can be too large: narrow --input-range, or give --calibrate samples.npy")
	}
	p := &plan.Plan{
		Circuit:    c.planned,
		Imported:   &imported,
		Polynomial: c.graph,
		Costs:      c.opts.Costs,
		Fit:        plan.Fit{Error: c.fit.Error, Agreement: c.fit.PredictedAgreement, HeldOut: c.fit.HeldOut, Activations: c.planActivations()},
		Interface: plan.Interface{
			Model:    model,
			Security: c.opts.Security,
			Lanes:    c.planned.Lanes,
			Params:   *c.planned.Params,
			Input: plan.Port{Name: in.Op.(tensor.Input).Label, Shape: in.Shape, Layout: c.planned.Input,
				Level: first.Level, Scale: first.Scale},
			Box: c.box,
			Output: plan.Port{Name: c.imported.Primary().Name, Shape: out.Shape, Layout: c.planned.Output,
				Level: last.Level, Scale: last.Scale},
			Keys:           c.planned.KeysNeeded(),
			PredictedError: c.fit.Error + gain*c.noise.Error,
			PublicError:    c.fit.Error + gain*c.noise.PublicError,
			Epilogue:       c.epilogue.Print(),
		},
	}
	p.Encode() // sets the hash of the server's part
	return p, p.Check()
}
