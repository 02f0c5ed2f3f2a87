package passes

import (
	"errors"
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
	Words           []string    // what the numbers in columns of strings stand for, to name unknown ones
	InputRange      *plan.Box   // where inputs lie, if there is no calibration
	TargetError     float64     // largest error of the judged output; 0: 1 % of its range in the root mean square, unless an agreement is the target
	TargetAgreement float64     // share of held-out samples whose argmax must stay; 0: 0.98 for models that end in Softmax, ArgMax or labels
	ShareResults    int         // answers that the client may show to others, protected by flooding: see plan.Flooding; 0: none
	KeepTail        bool        // leave to the server what it can compute at the end, if only by polynomials
	KeepWeights     bool        // leave the weights as they are: no compensation, no distillation
	Security        int         // bits; 0 means 128
	Batch           int         // samples to answer in the least time; 0 means 1
	Costs           plan.Costs  // what to optimise for; the zero value means plan.DefaultCosts

	Progress func(pass string)                         // called as each pass starts
	Dump     func(number int, pass, text string) error // called after each pass
}

// Endless is the Batch for the least time a sample, however many a run takes.
const Endless = 1 << 20

// Report is what compiling found out that is not in the plan.
type Report struct {
	Fit   Fit             // how well the polynomials stand for the functions
	Noise planning.Report // what the parameters cost and how noisy they are

	FloodingBits float64 // precision of results that flooding takes: log2 of the errors with it and without

	Warnings []Warning // what to know before the plan is used
}

// Result is a compiled model and the stages that it went through.
type Result struct {
	Plan   *plan.Plan
	Packed *he.Circuit
	Report Report
}

// compilation is the state that the passes work on.
type compilation struct {
	opts      Options
	imported  *tensor.Graph
	graph     *tensor.Graph // the current tensor graph
	prologue  *tensor.Graph
	epilogue  *tensor.Graph
	box       plan.Box
	given     int              // calibration samples, copies among them
	asGiven   [][]float64      // a few of them as they came, not as the client encodes them
	publicToo bool             // plan for inputs encrypted with the public key too
	samples   [][]float64      // what magnitudes are measured on
	loud      planning.Samples // what planning measures on
	margin    float64          // how much larger than on the samples a value may become
	fit       Fit
	// activations are the polynomials as they were fitted; later passes take them apart.
	activations []activation
	lines       []plan.Activation // functions that became lines, by their arguments in the imported graph
	packed      []packing.Packed  // one for each ring degree
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
		opts.Costs = plan.DefaultCosts
	}
	if g == nil {
		return nil, &diag.Internal{Pass: "import", Err: errors.New("there is no graph")}
	}
	c := &compilation{opts: opts, imported: g, graph: g}
	if err := protected(c, (*compilation).checkInput); err != nil {
		return nil, diag.InPass("import", err)
	}
	if err := c.run(); err != nil {
		return nil, err
	}
	var p *plan.Plan
	err := protected(c, func(c *compilation) (err error) {
		p, err = c.plan()
		return err
	})
	if err != nil {
		return nil, diag.InPass("plan", err)
	}
	return &Result{Plan: p, Packed: c.packed[c.noise.Choice].Circuit, Report: Report{c.fit, c.noise, math.Log2(c.flooded(1)), c.warnings()}}, nil
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

// checkInput holds the graph and the options.
func (c *compilation) checkInput() error {
	if err := c.imported.Verify(); err != nil {
		return err
	}
	return c.checkOptions()
}

func (c *compilation) checkOptions() error {
	at := diag.Pos{File: c.imported.File}
	if err := plan.CheckGraph(c.imported); err != nil {
		return diag.Errorf(at, "the model is too large: %v", err).Note("hecc takes dense and tabular models; make its inputs or layers smaller")
	}
	n := c.imported.Input().Size()
	switch c.opts.Security {
	case 128, 192, 256:
	default:
		return diag.Errorf(at, "no security table for %d bits", c.opts.Security).Note("give 128, 192 or 256")
	}
	if q := c.opts.ShareResults; q < 0 || q > plan.MaxQueries {
		return diag.Errorf(at, "cannot protect %d shared results", q).Note("give a number from 1 to %d, or 0 for results that are not shared", plan.MaxQueries)
	}
	for i, x := range c.opts.Calibration {
		if len(x) != n {
			return diag.Errorf(at, "calibration sample %d has %d elements, the model takes %d", i, len(x), n)
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

// plan assembles the plan from what the passes have left.
func (c *compilation) plan() (*plan.Plan, error) {
	// A plan is the same wherever the model lies, and does not tell the client where.
	model := filepath.Base(c.imported.File)
	imported := *c.imported
	imported.File, c.graph.File, c.prologue.File, c.epilogue.File, c.planned.File = model, model, model, model, model

	in, out := c.graph.Input(), c.epilogue.Input()
	first, last := c.planned.Values[0], c.planned.Outputs[0]
	width := c.judgedWidth()
	noise, public := c.promisedNoise(c.noise.Error), c.promisedNoise(c.noise.PublicError)
	flooding := c.flooding(public) // inputs may be encrypted with either key
	added := floodDeviations * flooding.Deviation
	grid := rounding(noise + added)
	added += grid / 2
	if e := c.fit.Error + public + added; !isFinite(e) {
		return nil, diag.Errorf(diag.Pos{File: model}, "the error of the outputs is not bounded: %.3g by the polynomials, %.3g by noise", c.fit.Error, public).
			Note("values in the network can be too large: narrow --input-range, or give --calibrate samples.npy")
	}
	p := &plan.Plan{
		Circuit:    c.planned,
		Imported:   &imported,
		Polynomial: c.graph,
		Costs:      c.opts.Costs,
		Fit:        plan.Fit{Error: c.fit.Error, Agreement: c.fit.PredictedAgreement, Samples: c.fit.Samples, HeldOut: c.fit.HeldOut, Activations: c.planActivations(), Lines: c.lines},
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
			Flooding:       flooding,
			Rounding:       grid,
			PredictedError: min(width, c.fit.Error+c.carried(noise+added)),
			PublicError:    min(width, c.fit.Error+c.carried(public+added)),
			Prologue:       c.prologue.Print(),
			Epilogue:       c.epilogue.Print(),
		},
	}
	for _, e := range []float64{p.Interface.PredictedError, p.Interface.PublicError} {
		if !isFinite(e) {
			return nil, diag.Errorf(diag.Pos{File: model}, "the error that the client makes of noise of %.3g is not bounded", public+added).
				Note("a logarithm, root or quotient at the end comes near the end of its domain: lower --target-error, or end the model before it")
		}
	}
	if err := p.Interface.CheckBudget(); err != nil {
		return nil, diag.Errorf(diag.Pos{File: model}, "the plan is too large: %v", err).
			Note("relax --target-error, give --target-agreement for a classifier, or --calibrate samples: polynomials of lower degree need smaller parameters")
	}
	p.Encode() // sets the hash of the server's part
	return p, p.Check()
}
