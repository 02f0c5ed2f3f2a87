package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/spf13/cobra"

	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/runtime/codec"
	"hecc/runtime/datafile"
)

type verifyOptions struct {
	compile  compileOptions
	data     string
	labels   string
	expect   string
	samples  int
	threads  int
	memory   byteSize
	simulate bool
	trace    bool
	ops      bool
	json     bool
	html     string
}

func newVerify() *cobra.Command {
	var o verifyOptions
	cmd := &cobra.Command{
		Use:   "verify MODEL.onnx|PLAN --data X.npy",
		Short: "Compare encrypted results with the exact model",
		Long: `Compile if need be, make keys, encrypt, run and decrypt every sample, and compare
with the exact model evaluated in clear. With --simulate the planned circuit is
evaluated in clear with modelled noise instead: thousands of samples in seconds.
For each nonlinearity it says how near the data came to the ends of the intervals
that its polynomials were fitted on.

With --trace every value is decrypted as soon as it is computed, for one sample or
the first --samples: noise measured and predicted, bits of precision left, time,
and arguments against their intervals, by layer and with --ops by operation. What
is outside its prediction is marked, and the exit code is 1 if noise is. It needs
a secret key beside the server, so it makes one of its own, for debugging.

A model without --calibrate and --input-range is compiled for the range of the data.`,
		Example: `  hecc verify mlp.onnx --calibrate samples.npy --data test.npy --samples 20
  hecc verify mlp.hecc --data test.npy --simulate --json
  hecc verify mlp.hecc --data test.npy --trace --ops`,
		Args: exactArgs("MODEL.onnx|PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := required(cmd, "data"); err != nil {
				return err
			}
			if o.samples < 0 || o.threads < 1 {
				return usageError{fmt.Errorf("--samples must not be negative, --threads must be positive")}
			}
			if o.trace && (o.simulate || o.labels != "" || o.expect != "") {
				return usageError{fmt.Errorf("--trace looks at every operation, encrypted: it goes with none of --simulate, --labels, --expect")}
			}
			if o.ops && !o.trace {
				return usageError{fmt.Errorf("--ops goes with --trace")}
			}
			if o.html != "" && !o.trace {
				return usageError{fmt.Errorf("--html goes with --trace; without one, hecc inspect --html makes the page")}
			}
			return runVerify(cmd.Context(), args[0], &o)
		},
	}
	o.compile.bind(cmd)
	f := cmd.Flags()
	f.StringVar(&o.data, "data", "", "samples (.npy or .csv)")
	f.StringVar(&o.labels, "labels", "", "the samples' classes, as the model names them (.npy or .csv), to measure accuracy; 0 and 1 for a single score, to measure its AUC")
	f.StringVar(&o.expect, "expect", "", "the outputs that another runtime computed (.npy or .csv)")
	f.IntVar(&o.samples, "samples", 0, "how many samples to take (default: all; with --trace: one)")
	f.IntVar(&o.threads, "threads", 1, "threads of the server: they share out runs, or the work of one")
	memoryFlag(cmd, &o.memory)
	f.BoolVar(&o.simulate, "simulate", false, "evaluate in clear with modelled noise instead of encrypting")
	f.BoolVar(&o.trace, "trace", false, "decrypt after each operation: noise, precision and time, measured and predicted (docs/reading.md)")
	f.BoolVar(&o.ops, "ops", false, "with --trace: show every operation, not only layers")
	f.BoolVar(&o.json, "json", false, "print the figures as JSON")
	f.StringVar(&o.html, "html", "", "with --trace: write the page of hecc inspect --html, with the trace in it, to this file")
	return cmd
}

// dataset is what verify compares on.
type dataset struct {
	samples *datafile.Samples
	labels  []string           // or nil
	by      *tensor.Classifier // of the labels
	flags   []bool             // in place of labels, where the model gives a single number
	expect  [][]float64        // or nil
}

// readData reads the files that the plan's results are held against. Each must have all samples.
func (o *verifyOptions) readData(p *plan.Plan, samples *datafile.Samples) (d dataset, err error) {
	n := len(samples.Rows)
	if o.labels != "" {
		switch d.by, err = newClassifier(p.Imported); {
		case err == nil:
			d.labels, err = readLabels(o.labels, n, d.by)
		case p.Imported.Primary().Node.Size() == 1:
			d.flags, err = readFlags(o.labels, n)
		}
		if err != nil {
			return d, err
		}
	}
	if o.expect != "" {
		if d.expect, err = datafile.ReadOutputs(o.expect, n, p.Imported.Primary().Node.Size()); err != nil {
			return d, err
		}
	}
	take := o.samples
	if take == 0 && o.trace {
		take = 1
	}
	if d.samples = samples; take > 0 {
		d.samples.Rows = samples.Rows[:min(n, take)]
	}
	return d, nil
}

func runVerify(ctx context.Context, path string, o *verifyOptions) error {
	p, took, samples, err := o.compile.planFor(ctx, path, o.data)
	if err != nil {
		return err
	}
	d, err := o.readData(p, samples)
	if err != nil {
		return err
	}
	m := newMeasurement(p, took, o.threads)
	m.Simulated, m.memory = o.simulate, o.memory
	if o.trace {
		return o.runTrace(ctx, p, m, d)
	}
	var results []*codec.Result
	if o.simulate {
		results, err = simulateAll(ctx, p, d.samples)
	} else {
		results, err = m.runAll(ctx, p, d.samples, m.serve)
	}
	if err != nil {
		return err
	}
	if err := m.compare(p, d, results); err != nil {
		return err
	}
	if m.Ranges, err = measureRanges(p, d.samples.Rows); err != nil {
		return err
	}
	if o.json {
		return printJSON(os.Stdout, m)
	}
	return printText(m.text(columns(os.Stdout)))
}

// planFor reads a plan or compiles a model, and reads the samples, if a file of them is given. A
// model without calibration is compiled for the range of the samples.
func (o *compileOptions) planFor(ctx context.Context, path, data string) (p *plan.Plan, took time.Duration, samples *datafile.Samples, err error) {
	head, err := os.ReadFile(path)
	if err != nil {
		return nil, 0, nil, err
	}
	if bytes.HasPrefix(head, []byte(plan.Magic)) {
		if p, err = readPlan(path); err == nil && data != "" {
			samples, err = readSamples(data, p.Imported.Input().Op.(tensor.Input))
		}
		return p, 0, samples, err
	}
	g, opts, err := o.load(path)
	if err == nil && data != "" {
		samples, err = readSamples(data, g.Input().Op.(tensor.Input))
	}
	if err != nil {
		return nil, 0, nil, err
	}
	if opts.Calibration == nil && opts.InputRange == nil && samples != nil {
		opts.InputRange = rangeOf(samples.Rows)
	}
	start := time.Now()
	r, err := compileModel(ctx, g, opts)
	if err != nil {
		return nil, 0, nil, err
	}
	return r.Plan, time.Since(start), samples, nil
}

// rangeOf is the smallest box that holds all samples, where they are not missing.
func rangeOf(samples [][]float64) *plan.Box {
	n := len(samples[0])
	box := &plan.Box{Lo: make([]float64, n), Hi: make([]float64, n)}
	for i := range n {
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, x := range samples {
			if !math.IsNaN(x[i]) {
				lo, hi = min(lo, x[i]), max(hi, x[i])
			}
		}
		if lo <= hi {
			box.Lo[i], box.Hi[i] = lo, hi
		}
	}
	return box
}
