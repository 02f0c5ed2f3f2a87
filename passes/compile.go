package passes

import (
	"context"
	"errors"
	"math"

	"hecc/internal/progress"
	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/memory"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes/fit"
	"hecc/passes/labels"
	"hecc/passes/packing"
	"hecc/passes/planning"
	"hecc/passes/promise"
)

// Options are the user's. The zero value of each field is its default.
type Options struct {
	Calibration     [][]float64 // samples, flattened; inputs are expected to be distributed like them
	Labels          []string    // class of each calibration sample, as the model names it: without a target, the knee is that of the share of right answers
	Values          [][]float64 // or what the primary output should be of each: the knee is that of the distance from these
	Words           []string    // strings by their numbers in columns of strings, for messages
	InputRange      *plan.Box   // range of the inputs, if there is no calibration
	TargetError     float64     // largest error of the judged output; 0: that of the knee, unless an agreement is the target; on declared ranges 1 % of the outputs' range
	TargetAgreement float64     // share of held-out samples whose argmax must be kept, noise included, which may be as large as that allows; 0: 0.98 for models that end in Softmax, ArgMax or labels
	ShareResults    int         // answers that the client may show to others, protected by flooding: see plan.Flooding; 0: none
	KeepTail        bool        // leave to the server what it can compute at the end, even if only approximately
	KeepWeights     bool        // neither refit nor distil the weights
	Security        int         // bits; 0 means 128
	Batch           int         // number of samples to answer in the least time; 0 means 1
	Throughput      bool        // minimise the time for each of very many samples; Batch is ignored
	MaxKeys         int64       // bytes that the file of evaluation keys may have; 0: any number
	MaxMemory       int64       // bytes that a server may take for the model, one session and one run; 0: any number
	Server          Machine     // that is to run the plan: see MaxMemory, and TooLarge
	Memory          int64       // bytes that compiling may take; 0: any number
	Alternatives    bool        // find the next cheaper and the next better plan for plan.Choice, where that takes longer
	Costs           plan.Costs  // prices of primitives to minimise; zero: plan.DefaultCosts

	Progress progress.Func                             // receives the progress of passes, and of their parts
	Dump     func(number int, pass, text string) error // called after each pass
}

// Machine is that of a server. The zero value is one that nothing is known of.
type Machine struct {
	Processor memory.Processor
	Memory    int64 // bytes
}

// throughputBatch is the batch of plans for throughput: more samples than any ring has slots for.
const throughputBatch = 1 << 20

// Report has results of compiling that are not in the plan.
type Report struct {
	Fit    fit.Fit         // how well the polynomials approximate the model
	Fitted []Fitted        // the functions and their polynomials
	Noise  planning.Report // cost and noise of the chosen parameters

	FloodingBits float64 // precision that flooding costs: log2 of the error with flooding over that without

	Warnings []Warning // what to know before using the plan
	Notes    []string  // what else could be had
	Passes   []PassReport
}

// Result is a compiled model.
type Result struct {
	Plan   *plan.Plan
	Packed *he.Circuit
	Report Report
}

// compilation is the state that the passes share.
type compilation struct {
	opts               Options
	only               only
	meter              *progress.Meter
	reports            []PassReport
	imported           *tensor.Graph
	graph              *tensor.Graph // the current tensor graph
	prologue           *tensor.Graph
	epilogue           *tensor.Graph
	box                plan.Box
	truth              labels.Truth     // of the calibration samples
	calibrationSamples int              // number of calibration samples, including copies
	rawSamples         [][]float64      // some calibration samples before encoding
	publicKeyToo       bool             // the target also holds for inputs encrypted with the public key
	samples            [][]float64      // what magnitudes are measured on
	noiseSamples       planning.Samples // what planning measures on
	headroom           float64          // over the magnitudes on the samples, before values overflow
	fit                fit.Fit
	jury               *promise.Jury // judges decisions with noise; nil: there are none, or no samples
	// activations are the polynomials as they were fitted; later passes decompose them.
	activations []activation
	fitted      []Fitted
	affineFuncs []plan.Activation // functions that became affine, by their arguments in the imported graph
	packed      []packing.Packed  // one for each ring degree
	room        noiseRoom         // for noise of the outputs
	rings       []plan.Ring       // that were planned for
	cheaper     []plan.Option     // what else could be had: one, or none
	better      []plan.Option
	circuit     *he.Circuit
	noise       planning.Report
	simulated   struct { // the last circuit whose noise was simulated
		of        *he.Circuit
		deviation float64
	}
}

// Compile lowers an imported graph to a plan. Errors are *diag.Error for mistakes of the user, *diag.Internal
// for faults of hecc, and the context's error once that is done.
func Compile(ctx context.Context, g *tensor.Graph, opts Options) (*Result, error) {
	return compile(ctx, g, opts, only{})
}

// only restricts the polynomials that are tried: see fit.Problem.
type only struct{ degrees []int }

// compile is Compile with only some polynomials.
func compile(ctx context.Context, g *tensor.Graph, opts Options, only only) (*Result, error) {
	c, err := begin(g, opts, only)
	if err != nil {
		return nil, err
	}
	if err := c.run(ctx); err != nil {
		if d := (*diag.Error)(nil); errors.As(err, &d) {
			d.Notes = append(d.Notes, c.maximaNote()...)
		}
		return nil, err
	}
	return c.result()
}

// result is what has been compiled.
func (c *compilation) result() (*Result, error) {
	var p *plan.Plan
	err := protected(func() (err error) {
		p, err = c.plan()
		return err
	})
	if err != nil {
		return nil, diag.InPass("plan", err)
	}
	return &Result{Plan: p, Packed: c.packed[c.noise.Choice].Circuit, Report: Report{c.fit, c.fitted, c.noise, math.Log2(c.release().Flooded(1)), c.warnings(), c.notes(), c.reports}}, nil
}

func begin(g *tensor.Graph, opts Options, only only) (*compilation, error) {
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
		opts.Batch = throughputBatch
	}
	c := &compilation{opts: opts, only: only, imported: g, graph: g, meter: progress.New(opts.Progress)}
	if err := protected(c.checkInput); err != nil {
		return nil, diag.InPass("import", err)
	}
	return c, nil
}

// release is what the client does with the outputs of the current graph.
func (c *compilation) release() *promise.Release {
	samples := c.samples
	if n := min(promise.MeasuredSamples, len(c.opts.Calibration)); n > len(samples) {
		samples = c.opts.Calibration[:n]
	}
	return &promise.Release{Epilogue: c.epilogue, Graph: c.graph, Samples: samples, Declared: len(c.opts.Calibration) == 0, Shared: c.opts.ShareResults}
}
