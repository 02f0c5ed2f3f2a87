package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"hecc/backend/lattigo/eval"
	"hecc/backend/lattigo/naive"
	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/runtime/datafile"
	"hecc/runtime/wire"
)

type benchOptions struct {
	compile compileOptions
	runs    int
	threads int
	memory  byteSize
	json    bool
	costs   string // file to write measured costs to
}

func newBench() *cobra.Command {
	var o benchOptions
	cmd := &cobra.Command{
		Use:   "bench PLAN|MODEL.onnx",
		Short: "Measure a plan against the naive way with Lattigo",
		Long: `Measure what a plan takes on random inputs from its range: time of the server and the client,
sizes, memory. In the same run, each time right after hecc, the naive way runs: Lattigo's own
LinearTransformation on the padded square matrix, layer by layer, so that the ratio
of the two does not depend on the machine's mood.

With --calibrate-costs, measure instead what the parts of operations cost on this machine and write
the table to a file, for --costs of the commands that compile. Plans made with it may differ from
those made elsewhere; they name the table.

Random inputs are unlike the data that a plan is made for, so bench says nothing of errors: hecc
verify does.`,
		Example: `  hecc bench mlp.onnx --calibrate samples.npy
  hecc bench mlp.hecc --runs 30 --json
  hecc bench --calibrate-costs costs.json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if o.costs != "" {
				return exactArgs()(cmd, args)
			}
			return exactArgs("PLAN|MODEL.onnx")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.costs != "" {
				return calibrateCosts(o.costs)
			}
			if o.runs < 1 || o.threads < 1 {
				return usageError{errors.New("--runs and --threads must be positive")}
			}
			return runBench(cmd.Context(), args[0], &o)
		},
	}
	o.compile.bind(cmd)
	f := cmd.Flags()
	f.IntVar(&o.runs, "runs", 10, "how many runs to measure, after one to warm up")
	f.IntVar(&o.threads, "threads", 1, "threads that share the work of a run")
	memoryFlag(cmd, &o.memory)
	f.BoolVar(&o.json, "json", false, "print the figures as JSON")
	f.StringVar(&o.costs, "calibrate-costs", "", "measure this machine's costs and write them to this file")
	return cmd
}

func calibrateCosts(path string) error {
	costs, err := eval.MeasureCosts()
	if err != nil {
		return err
	}
	return writeFile(path, costs.Encode(), dataMode)
}

// benchmark is what bench reports: verify's figures and a comparison.
type benchmark struct {
	*measurement
	Runs      int      `json:"runs"`           // that were measured
	Predicted float64  `json:"predicted_ms"`   // of a run
	Naive     *float64 `json:"naive_ms"`       // of one sample; null: the naive way does not take the model
	Ratio     *float64 `json:"ratio_vs_naive"` // by sample
}

func runBench(ctx context.Context, path string, o *benchOptions) error {
	p, took, _, err := o.compile.planFor(ctx, path, "")
	if err != nil {
		return err
	}
	file := p.Encode()
	start := time.Now()
	if p, err = plan.Decode(file); err != nil {
		return err
	}
	load := ms(time.Since(start))
	b := &benchmark{measurement: newMeasurement(p, took, o.threads), Runs: o.runs, Predicted: summarise(p).PredictedMs}
	b.Schema, b.Load, b.memory = benchSchema, load, o.memory
	rounds := o.runs
	if b.Batch > 1 {
		rounds = 1 // so many samples are enough
	}
	inputs, err := drawInputs(&p.Interface, rounds*b.Batch)
	if err != nil {
		return err
	}
	r := &comparison{b: b, plan: p, inputs: inputs}
	if _, err := b.runAll(ctx, p, &datafile.Samples{Path: path, Rows: inputs}, r.serve); err != nil {
		return err
	}
	b.PeakRSS = r.rss
	if o.json {
		return printJSON(os.Stdout, b)
	}
	return printText(b.text(columns(os.Stdout)))
}

// drawInputs makes up samples that the client encodes to points of the box, always the same ones.
func drawInputs(i *plan.Interface, n int) ([][]float64, error) {
	g, err := i.PrologueGraph()
	if err != nil {
		return nil, err
	}
	e, rng := tensor.NewEncoder(g), rand.New(rand.NewPCG(3, 4))
	var out [][]float64
	for tries := 0; len(out) < n; tries++ {
		x := e.Draw(rng, i.Box.Lo, i.Box.Hi)
		y, err := e.Encode(x)
		if err == nil && i.Box.Outside(y) < 0 {
			out = append(out, x)
		} else if tries > 100*n {
			return nil, diag.Reason("found no samples in the plan's range").Cure("measure with hecc verify --data instead")
		}
	}
	return out, nil
}

// comparison runs the plan and the naive model in turn.
type comparison struct {
	b      *benchmark
	plan   *plan.Plan
	inputs [][]float64
	rss    int64        // before the naive model was built
	model  *naive.Model // nil if it does not take the model
	naive  []float64    // times of its runs, in milliseconds
	spent  time.Duration
}

// serve measures a run of the plan and a naive run in turn.
func (r *comparison) serve(ctx context.Context, session *eval.Session, request *wire.Request) (*wire.Response, error) {
	if _, err := session.RunOne(ctx, request, 0, nil); err != nil { // to warm up
		return nil, err
	}
	r.rss = peakRSS()
	if err := r.prepareNaive(); err != nil {
		return nil, err
	}
	out := &wire.Response{Binding: request.Binding}
	rounds := len(request.Runs)
	var took []float64
	var all time.Duration
	for run := range r.b.Runs {
		from := run % rounds
		start := time.Now()
		result, err := session.RunOne(ctx, request, from, nil)
		if err != nil {
			return nil, err
		}
		all += time.Since(start)
		took = append(took, ms(time.Since(start)))
		if run < rounds {
			out.Runs = append(out.Runs, wire.Run{Samples: request.Runs[from].Samples, Cts: result})
		}
		if err := r.runNaive(r.inputs[from]); err != nil {
			return nil, err
		}
	}
	r.b.setTimes(took, all, r.b.Runs*r.b.Batch)
	r.compareTimes()
	return out, nil
}

// prepareNaive builds the naive model and warms it up.
func (r *comparison) prepareNaive() (err error) {
	const enough = 64
	if r.model, err = naive.New(r.plan.Imported, degreeOf(r.plan), r.inputs[:min(enough, len(r.inputs))]); err != nil {
		r.model = nil
		fmt.Fprintf(notes(), "no comparison with the naive way: %v\n", err)
		return nil
	}
	fmt.Fprintf(notes(), "the naive way: %v\n", r.model)
	_, _, err = r.model.Run(r.inputs[0])
	return err
}

// degreeOf is the degree of the plan's polynomials; the naive model gets no higher one.
func degreeOf(p *plan.Plan) int {
	degree := 2 // of squares
	for _, n := range p.Polynomial.Nodes {
		if op, ok := n.Op.(tensor.Poly); ok {
			degree = max(degree, op.Degree())
		}
	}
	return degree
}

// naiveBudget is the total time for runs of the naive model; if it is used up, fewer runs must do.
const naiveBudget = 30 * time.Second

func (r *comparison) runNaive(x []float64) error {
	if r.model == nil || r.spent > naiveBudget {
		return nil
	}
	_, took, err := r.model.Run(x)
	r.spent += took
	r.naive = append(r.naive, ms(took))
	return err
}

func (r *comparison) compareTimes() {
	if len(r.naive) == 0 {
		return
	}
	slices.Sort(r.naive)
	median := r.naive[len(r.naive)/2]
	ratio := median / (r.b.Latency.Median / float64(r.b.Batch))
	r.b.Naive, r.b.Ratio = &median, &ratio
}

// text is the report for people.
func (b *benchmark) text(width int) string {
	t := &screen{width: width, names: 10}
	what := "one sample"
	if b.Batch > 1 {
		what = fmt.Sprintf("%d samples", b.Batch)
	}
	t.line("server", "%.1f ms for %s, median of %d (%.1f to %.1f)   predicted %.1f ms",
		b.Latency.Median, what, b.Runs, b.Latency.Min, b.Latency.Max, b.Predicted)
	if b.Batch > 1 {
		t.line("server", "%.3g ms for each sample", *b.Amortised)
	}
	if b.Naive != nil {
		t.line("naive way", "%.0f ms for one sample: %.1f times as long", *b.Naive, *b.Ratio)
	}
	t.line("", "compile %.0f ms   load %.0f ms   memory %s", b.Compile, b.Load, bytesText(int(b.PeakRSS)))
	t.line("memory", "model %s   each client %s   each run at the same time %s", bytesText(int(b.ModelBytes)), bytesText(int(b.SessionBytes)), bytesText(int(b.RunBytes)))
	t.line("client", "keys %.0f ms   encrypt %.1f ms   decrypt %.1f ms", b.Keygen, b.Encrypt, b.Decrypt)
	t.line("sizes", "keys %s   input %s   output %s   plan %s",
		bytesText(b.EvalKeyBytes), bytesText(b.InputBytes), bytesText(b.OutputBytes), bytesText(b.PlanBytes))
	t.line("security", "%d bits   logN %d   logQP %.0f   %d levels", b.SecurityBits, b.LogN, b.LogQP, b.Levels)
	return t.String()
}
