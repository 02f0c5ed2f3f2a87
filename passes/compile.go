package passes

import (
	"context"
	"errors"
	"math"

	"hecc/internal/progress"
	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes/fit"
	"hecc/passes/packing"
	"hecc/passes/planning"
	"hecc/passes/promise"
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
	Throughput      bool        // the least time for each of very many samples, in place of Batch
	Costs           plan.Costs  // what to optimise for; the zero value means plan.DefaultCosts

	Progress progress.Func                             // told of the passes, and of what takes long in them
	Dump     func(number int, pass, text string) error // called after each pass
}

// endless is the batch of plans for throughput: more than any ring has slots for.
const endless = 1 << 20

// Report is what compiling found out that is not in the plan.
type Report struct {
	Fit   fit.Fit         // how well the polynomials stand for the functions
	Noise planning.Report // what the parameters cost and how noisy they are

	FloodingBits float64 // precision of results that flooding takes: log2 of the errors with it and without

	Warnings []Warning // what to know before the plan is used
	Passes   []PassReport
}

// Result is a compiled model and the stages that it went through.
type Result struct {
	Plan   *plan.Plan
	Packed *he.Circuit
	Report Report
}

// compilation is the state that the passes work on.
type compilation struct {
	opts         Options
	degrees      []int // see fit.Problem
	meter        *progress.Meter
	reports      []PassReport
	imported     *tensor.Graph
	graph        *tensor.Graph // the current tensor graph
	prologue     *tensor.Graph
	epilogue     *tensor.Graph
	box          plan.Box
	given        int              // calibration samples, copies among them
	asGiven      [][]float64      // a few of them as they came, not as the client encodes them
	publicToo    bool             // plan for inputs encrypted with the public key too
	samples      [][]float64      // what magnitudes are measured on
	noiseSamples planning.Samples // what planning measures on
	margin       float64          // how much larger than on the samples a value may become
	fit          fit.Fit
	// activations are the polynomials as they were fitted; later passes take them apart.
	activations []activation
	lines       []plan.Activation // functions that became lines, by their arguments in the imported graph
	packed      []packing.Packed  // one for each ring degree
	planned     *he.Circuit
	noise       planning.Report
}

// Compile lowers an imported graph to a plan. User mistakes are *diag.Error, faults of
// hecc *diag.Internal. The error is the context's when that is done first.
func Compile(ctx context.Context, g *tensor.Graph, opts Options) (*Result, error) {
	return compile(ctx, g, opts, nil)
}

// compile tries polynomials of some degrees only, unless these are nil.
func compile(ctx context.Context, g *tensor.Graph, opts Options, degrees []int) (*Result, error) {
	if opts.Security == 0 {
		opts.Security = 128
	}
	if opts.Costs == (plan.Costs{}) {
		opts.Costs = plan.DefaultCosts
	}
	if g == nil {
		return nil, &diag.Internal{Pass: "import", Err: errors.New("there is no graph")}
	}
	if opts.Throughput {
		opts.Batch = endless
	}
	c := &compilation{opts: opts, degrees: degrees, imported: g, graph: g, meter: progress.New(opts.Progress)}
	if err := protected(c.checkInput); err != nil {
		return nil, diag.InPass("import", err)
	}
	if err := c.run(ctx); err != nil {
		return nil, err
	}
	var p *plan.Plan
	err := protected(func() (err error) {
		p, err = c.plan()
		return err
	})
	if err != nil {
		return nil, diag.InPass("plan", err)
	}
	return &Result{Plan: p, Packed: c.packed[c.noise.Choice].Circuit, Report: Report{c.fit, c.noise, math.Log2(c.release().Flooded(1)), c.warnings(), c.reports}}, nil
}

// release is what the client does with values of the current graph.
func (c *compilation) release() *promise.Release {
	samples := c.samples
	if n := min(promise.CarriedSamples, len(c.opts.Calibration)); n > len(samples) {
		samples = c.opts.Calibration[:n]
	}
	return &promise.Release{Epilogue: c.epilogue, Graph: c.graph, Samples: samples, Declared: len(c.opts.Calibration) == 0, Shared: c.opts.ShareResults}
}
