// Package hecc compiles trained ONNX models into plans that compute on CKKS-encrypted data.
//
//	model.onnx ── Compile ──> Plan ── WritePlan ──> server (package runtime/server)
//	                               └─ WriteClient ─> client (package runtime/client)
//
// The three packages share files and nothing else: whoever compiles has the model, the server computes
// without seeing data, and the client needs no weights. Mistakes in a model or in Options are *Error, which
// names the file, the node, the reason and what to change.
package hecc

import (
	"context"
	"io"
	"time"

	"hecc/frontend/onnx"
	"hecc/internal/progress"
	"hecc/ir/diag"
	"hecc/ir/memory"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes"
	"hecc/runtime/wire"
)

type (
	// Error is a mistake in a model or in options: what is wrong, where, and notes on what to change.
	Error = diag.Error

	// Progress is told while Compile works: what is being done, the share that is done, and the time left.
	Progress = progress.Report

	// Warning is what the user of a plan should know of it, and what helps.
	Warning = passes.Warning
)

// Range is where inputs lie, element by element.
type Range struct{ Lo, Hi []float64 }

// Options say what a plan is for. The zero value is the default; a model with functions other than products
// needs Calibration or InputRange.
type Options struct {
	Name            string         // of the model, for errors; empty: "model.onnx"
	Calibration     [][]float64    // samples that inputs will look like, with their numbers in the order of the model's input
	Labels          []string       // of each sample of Calibration the class, as the model names it, or its place ("0", "1", …) where it names none: without a target, the knee is by the share of right answers
	Values          [][]float64    // in place of Labels: of each sample the numbers that the model's first output of numbers should have: the knee is by the distance from these
	InputRange      *Range         // where inputs lie, if there are no samples
	TargetError     float64        // largest error of a result; 0: the knee of the front of price and error, unless an agreement is the target: see README
	TargetAgreement float64        // share of samples whose argmax must stay, noise included, which may be as large as that allows; 0: 0.98 for models that end in a class
	KeepWeights     bool           // leave the weights as they are, and fit polynomials only
	KeepTail        bool           // leave functions at the end to the server, though the client could compute them exactly
	ShareResults    int            // answers that the client may show to others; 0: none
	Security        int            // bits: 128, 192 or 256; 0: 128
	MaxKeys         int64          // bytes that the client's evaluation keys may have; 0: any number
	MaxMemory       int64          // bytes that the server may take for the model, one client and one run; 0: any number
	Batch           int            // samples to answer in the least time; 0: 1
	Throughput      bool           // the least time for each of very many samples, in place of Batch
	Progress        func(Progress) // if not nil; called from several goroutines, one at a time
}

// Plan is a compiled model.
type Plan struct {
	plan   *plan.Plan
	report passes.Report
}

// Compile compiles a model that is read from an ONNX file without external data. When ctx is done it ends
// with the context's error.
func Compile(ctx context.Context, model io.Reader, o Options) (*Plan, error) {
	if o.Name == "" {
		o.Name = "model.onnx"
	}
	file, err := io.ReadAll(model)
	if err != nil {
		return nil, err
	}
	g, err := onnx.Import(o.Name, file)
	if err != nil {
		return nil, err
	}
	return compile(ctx, g, o)
}

// CompileFile compiles a model, with the external data beside it.
func CompileFile(ctx context.Context, path string, o Options) (*Plan, error) {
	g, err := onnx.Load(path)
	if err != nil {
		return nil, err
	}
	return compile(ctx, g, o)
}

func compile(ctx context.Context, g *tensor.Graph, o Options) (*Plan, error) {
	opts := passes.Options{
		Alternatives: true,
		Calibration:  o.Calibration, Labels: o.Labels, Values: o.Values, TargetError: o.TargetError, TargetAgreement: o.TargetAgreement,
		KeepWeights: o.KeepWeights, KeepTail: o.KeepTail, ShareResults: o.ShareResults, Security: o.Security,
		MaxKeys: o.MaxKeys, MaxMemory: o.MaxMemory, Batch: o.Batch, Throughput: o.Throughput, Progress: o.Progress,
	}
	if o.InputRange != nil {
		opts.InputRange = &plan.Box{Lo: o.InputRange.Lo, Hi: o.InputRange.Hi}
	}
	r, err := passes.Compile(ctx, g, opts)
	if err != nil {
		return nil, err
	}
	return &Plan{r.Plan, r.Report}, nil
}

// WritePlan writes the server's file. It holds the weights; equal input gives equal bytes.
func (p *Plan) WritePlan(w io.Writer) error {
	_, err := w.Write(p.plan.Encode())
	return err
}

// WriteClient writes the client's file, which holds no weights.
func (p *Plan) WriteClient(w io.Writer) error {
	_, err := w.Write(p.plan.Interface.Encode())
	return err
}

// ID names the plan: the SHA-256 of its interface, in hexadecimal digits. Model and Client have the same.
func (p *Plan) ID() string { return p.plan.Interface.ID().String() }

// Warnings lists what to know before the plan is used.
func (p *Plan) Warnings() []Warning { return p.report.Warnings }

// Summary is what a plan promises and costs.
type Summary struct {
	Error     float64 // largest error of a result that is promised, of unseen inputs too
	ErrorOf   string  // what it is measured on, as `output "logits"`
	Agreement float64 // share of unseen inputs whose argmax stays, at least; 0: not known
	Loss      float64 // with Labels the share of held-out samples that the plan's polynomials answer wrong, with Values their root mean square distance from these; else 0
	ExactLoss float64 // the same of the model in clear

	Security int           // bits
	LogN     int           // the ring has 2^LogN coefficients
	Levels   int           // moduli that multiplications use up
	Lanes    int           // samples that are computed at once
	Degrees  []int         // of the polynomials that stand for functions
	Time     time.Duration // of a run on one core of the reference machine, predicted

	PlanBytes, KeyBytes, RequestBytes, ResponseBytes int // of the server's file, and of one run's files

	ModelMemory, SessionMemory, RunMemory int64 // bytes of the server's memory, at most: once, for each client, for each run at the same time
	ClientMemory                          int64 // bytes, on one core
}

// Summary says what the plan promises and costs.
func (p *Plan) Summary() Summary {
	i := &p.plan.Interface
	s := Summary{
		Error: i.PredictedError, ErrorOf: i.ErrorOf(),
		Security: i.Params.Security(), LogN: i.Params.LogN, Levels: i.Params.MaxLevel(), Lanes: i.Lanes,
		Agreement: p.report.Fit.PredictedAgreement,
		Degrees:   p.report.Fit.Degrees, Time: time.Duration(p.report.Noise.Cost),
		PlanBytes: len(p.plan.Encode()), KeyBytes: wire.EvaluationKeysSize(i), RequestBytes: wire.RequestSize(i, 1, true), ResponseBytes: wire.ResponseSize(i, 1),
	}
	if l := p.report.Fit.Loss; l != nil {
		s.Loss, s.ExactLoss = l.Fit, l.Exact
	}
	m := memory.Of(p.plan.Circuit, memory.Any)
	s.ModelMemory, s.SessionMemory, s.RunMemory, s.ClientMemory = m.Model, m.Session, m.Run, m.Client
	return s
}
