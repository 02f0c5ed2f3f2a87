package main

import (
	"bytes"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"hecc/ir/plan"
)

type verifyOptions struct {
	compile  compileOptions
	data     string
	labels   string
	expect   string
	samples  int
	threads  int
	simulate bool
	json     bool
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

A model without --calibrate and --input-range is compiled for the range of the data.`,
		Example: `  hecc verify mlp.onnx --calibrate samples.npy --data test.npy --labels labels.npy --samples 20
  hecc verify mlp.hecc --data test.npy --simulate --json`,
		Args: exactArgs("MODEL.onnx|PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := required(cmd, "data"); err != nil {
				return err
			}
			if o.samples < 0 || o.threads < 1 {
				return usageError{fmt.Errorf("--samples must not be negative, --threads must be positive")}
			}
			return runVerify(args[0], &o)
		},
	}
	o.compile.bind(cmd)
	f := cmd.Flags()
	f.StringVar(&o.data, "data", "", "samples (.npy)")
	f.StringVar(&o.labels, "labels", "", "the samples' classes (.npy), to measure accuracy")
	f.StringVar(&o.expect, "expect", "", "the outputs that another runtime computed (.npy)")
	f.IntVar(&o.samples, "samples", 0, "how many samples to take (default: all)")
	f.IntVar(&o.threads, "threads", 1, "threads of the server: they share out runs, or the work of one")
	f.BoolVar(&o.simulate, "simulate", false, "evaluate in clear with modelled noise instead of encrypting")
	f.BoolVar(&o.json, "json", false, "print the figures as JSON")
	return cmd
}

// dataset is what verify compares on.
type dataset struct {
	samples [][]float64
	labels  []int       // or nil
	expect  [][]float64 // or nil
}

func (o *verifyOptions) readData() (d dataset, err error) {
	if d.samples, err = readSamples(o.data); err != nil {
		return d, err
	}
	n := len(d.samples)
	if o.samples > 0 {
		n = min(n, o.samples)
	}
	d.samples = d.samples[:n]
	if o.labels != "" {
		if d.labels, err = readLabels(o.labels); err != nil {
			return d, err
		}
		if len(d.labels) < n {
			return d, fmt.Errorf("%s: %d labels for %d samples", o.labels, len(d.labels), n)
		}
	}
	if o.expect != "" {
		if d.expect, err = readSamples(o.expect); err != nil {
			return d, err
		}
		if len(d.expect) < n {
			return d, fmt.Errorf("%s: outputs of %d samples for %d samples", o.expect, len(d.expect), n)
		}
	}
	return d, nil
}

func runVerify(path string, o *verifyOptions) error {
	d, err := o.readData()
	if err != nil {
		return err
	}
	p, took, err := o.compile.planFor(path, d.samples)
	if err != nil {
		return err
	}
	if want := p.Interface.Input.Layout.Size; len(d.samples[0]) != want {
		return fmt.Errorf("%s: samples have %d elements, the model takes %d", o.data, len(d.samples[0]), want)
	}
	m := newMeasurement(p, took, o.threads)
	m.Simulated = o.simulate
	var results [][]float64
	if o.simulate {
		results, err = simulateAll(p, o.data, d.samples)
	} else {
		results, err = m.runAll(p, o.data, d.samples, m.serve)
	}
	if err != nil {
		return err
	}
	if err := m.compare(p, d, results); err != nil {
		return err
	}
	if m.Ranges, err = measureRanges(p, d.samples); err != nil {
		return err
	}
	if o.json {
		return printJSON(os.Stdout, m)
	}
	return printText(m.text())
}

// planFor reads a plan or compiles a model, without calibration for the range of the samples, if any.
func (o *compileOptions) planFor(path string, samples [][]float64) (*plan.Plan, time.Duration, error) {
	head, err := os.ReadFile(path)
	if err != nil {
		return nil, 0, err
	}
	if bytes.HasPrefix(head, []byte(plan.Magic)) {
		p, err := readPlan(path)
		return p, 0, err
	}
	g, opts, err := o.load(path)
	if err != nil {
		return nil, 0, err
	}
	if opts.Calibration == nil && opts.InputRange == nil && len(samples) > 0 && len(samples[0]) == g.Input().Size() {
		opts.InputRange = rangeOf(samples)
	}
	start := time.Now()
	r, err := compileModel(g, opts)
	if err != nil {
		return nil, 0, err
	}
	return r.Plan, time.Since(start), nil
}

// rangeOf is the smallest box that holds all samples.
func rangeOf(samples [][]float64) *plan.Box {
	box := &plan.Box{Lo: append([]float64(nil), samples[0]...), Hi: append([]float64(nil), samples[0]...)}
	for _, x := range samples {
		for i, v := range x {
			box.Lo[i], box.Hi[i] = min(box.Lo[i], v), max(box.Hi[i], v)
		}
	}
	return box
}
