package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"hecc/backend/lattigo/eval"
	"hecc/frontend/onnx"
	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes"
)

// compileOptions are the flags of every command that may have to compile.
type compileOptions struct {
	calibrate   string
	labels      string // of the calibration samples
	inputRange  string
	targetError float64
	agreement   float64
	keepWeights bool
	keepTail    bool
	share       int
	security    int
	dump        string
	batch       int
	optimize    string
	costs       string
	maxKeys     byteSize
	maxMemory   byteSize
}

func (o *compileOptions) bind(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.calibrate, "calibrate", "", "samples that inputs will look like (.npy or .csv), to fit polynomials on")
	f.StringVar(&o.inputRange, "input-range", "", "range of every input element as lo:hi, if there are no samples")
	f.Float64Var(&o.targetError, "target-error", 0, "largest error of the outputs, absolute (default: the knee, see inspect --sweep)")
	f.Float64Var(&o.agreement, "target-agreement", 0, "share of held-out samples whose argmax must stay (default 0.98 for classifiers)")
	f.IntVar(&o.share, "share-results", 0, "how many answers the client may show to others: noise is added to them that hides the key (default: none, see SECURITY.md)")
	f.BoolVar(&o.keepWeights, "keep-weights", false, "fit polynomials only, and leave the model's weights as they are")
	f.BoolVar(&o.keepTail, "keep-tail", false, "leave functions at the end to the server, by polynomials, where the client would learn more from their arguments than from their values")
	f.IntVar(&o.security, "security", 128, "security in bits: 128, 192 or 256")
	f.IntVar(&o.batch, "batch", 1, "how many samples to answer in the least time: they may stand side by side in a ciphertext")
	f.StringVar(&o.optimize, "optimize", "latency", "latency: answer --batch samples soonest; throughput: take the least time for each of very many")
	f.StringVar(&o.costs, "costs", "", "costs of a machine to optimise for, from hecc bench --calibrate-costs (default: built in)")
	f.Var(&o.maxKeys, "max-keys", "largest file of evaluation keys, as 100MiB: plans that need more are not chosen")
	f.Var(&o.maxMemory, "max-memory", "most memory of the server for the model, one client's keys and one run, as 2GiB: plans that take more are not chosen")
	f.StringVar(&o.dump, "dump", "", "write the program after every pass to this folder, and what the pass has changed")
}

// load imports a model and builds the compiler's options.
func (o *compileOptions) load(model string) (*tensor.Graph, passes.Options, error) {
	opts := passes.Options{Alternatives: true, TargetError: o.targetError, TargetAgreement: o.agreement, KeepWeights: o.keepWeights, KeepTail: o.keepTail, ShareResults: o.share, Security: o.security, Batch: o.batch,
		MaxKeys: int64(o.maxKeys), MaxMemory: int64(o.maxMemory), Memory: machineMemory(), Server: passes.Machine{Processor: eval.Processor(), Memory: machineMemory()}}
	if o.targetError < 0 || o.agreement < 0 || o.agreement > 1 {
		return nil, opts, usageError{fmt.Errorf("--target-error must not be negative, --target-agreement must be in 0..1")}
	}
	if o.share < 0 || o.share > plan.MaxQueries {
		return nil, opts, usageError{fmt.Errorf("--share-results must be in 0..%d", plan.MaxQueries)}
	}
	if o.calibrate != "" && o.inputRange != "" {
		return nil, opts, usageError{fmt.Errorf("--calibrate and --input-range exclude each other: samples say where inputs lie")}
	}
	if o.batch < 1 {
		return nil, opts, usageError{fmt.Errorf("--batch must be positive")}
	}
	switch o.optimize {
	case "latency":
	case "throughput":
		if o.batch > 1 {
			return nil, opts, usageError{fmt.Errorf("--optimize throughput has no end of samples; leave out --batch")}
		}
		opts.Throughput = true
	default:
		return nil, opts, usageError{fmt.Errorf("--optimize must be latency or throughput, got %q", o.optimize)}
	}
	if o.costs != "" {
		var err error
		if opts.Costs, err = readFile(o.costs, parseCosts, "a file of costs"); err != nil {
			return nil, opts, err
		}
	}
	if !slices.Contains([]int{128, 192, 256}, o.security) {
		return nil, opts, usageError{fmt.Errorf("--security must be 128, 192 or 256")}
	}
	if head, err := readHead(model); err == nil { // the importer says what is wrong with the path
		if err := checkHolds(model, head, anONNXModel); err != nil {
			return nil, opts, err
		}
	}
	g, err := onnx.Load(model)
	if err != nil {
		return nil, opts, err
	}
	for _, remark := range g.Remarks {
		fmt.Fprintf(notes(), "%s: note: %s\n", filepath.Base(model), remark)
	}
	if o.calibrate != "" {
		s, err := readSamples(o.calibrate, g.Input().Op.(tensor.Input))
		if err != nil {
			return nil, opts, err
		}
		opts.Calibration, opts.Words = s.Rows, s.Words
	}
	if o.inputRange != "" {
		if opts.InputRange, err = parseRange(o.inputRange, g.Input().Size()); err != nil {
			return nil, opts, usageError{err}
		}
	}
	if o.dump != "" {
		if err := os.MkdirAll(o.dump, 0o755); err != nil {
			return nil, opts, err
		}
		opts.Dump = (&dump{folder: o.dump}).write
	}
	return g, opts, nil
}

func parseRange(s string, n int) (*plan.Box, error) {
	a, b, ok := strings.Cut(s, ":")
	lo, err1 := strconv.ParseFloat(a, 64)
	hi, err2 := strconv.ParseFloat(b, 64)
	if !ok || err1 != nil || err2 != nil || !(lo < hi) || math.IsInf(hi-lo, 0) {
		return nil, fmt.Errorf("--input-range must be lo:hi with lo below hi, got %q", s)
	}
	return &plan.Box{Lo: slices.Repeat([]float64{lo}, n), Hi: slices.Repeat([]float64{hi}, n)}, nil
}

func parseCosts(b []byte) (plan.Costs, error) {
	c, err := plan.ParseCosts(b)
	if err != nil {
		return c, diag.Wrap("not a file of costs: %w", err).Cure("hecc bench --calibrate-costs FILE writes such a file")
	}
	return c, nil
}
