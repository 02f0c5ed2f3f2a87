package hecc_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hecc/frontend/onnx"
	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes"
	"hecc/passes/planning"
)

var full = flag.Bool("full", false, "measure everything that docs/activations.md shows: many minutes")

// activation is a function that models use: a primitive, or what a model of testdata/onnx has
// behind its first product.
type activation struct{ name, primitive, fixture string }

var activations = []activation{
	{"Relu", "relu", ""}, {"LeakyRelu", "", "fn_leakyrelu"}, {"PRelu", "", "fn_prelu"}, {"ThresholdedRelu", "", "fn_thresholdedrelu"},
	{"Elu", "", "fn_elu"}, {"Selu", "", "fn_selu"}, {"Celu", "", "fn_celu"}, {"Clip", "", "fn_clip"}, {"Max", "", "fn_max_constant"},
	{"Min", "", "fn_min_constant"}, {"Abs", "", "fn_abs"}, {"Sign", "sign", ""}, {"HardSigmoid", "", "fn_hardsigmoid"},
	{"HardSwish", "", "fn_hardswish"}, {"HardSwish, written out", "", "fn_hardswish_clip"},
	{"Sigmoid", "sigmoid", ""}, {"Tanh", "tanh", ""}, {"Erf", "erf", ""}, {"Softplus", "softplus", ""}, {"Softsign", "softsign", ""},
	{"Gelu", "", "fn_gelu"}, {"Gelu, by tanh", "", "fn_gelu_approximate"}, {"Gelu, written out", "", "fn_gelu_erf"},
	{"Gelu by tanh, written out", "", "fn_gelu_tanh"}, {"SiLU, written out", "", "fn_silu"}, {"Mish", "", "fn_mish_op"},
	{"Mish, written out", "", "fn_mish"}, {"Exp", "exp", ""}, {"Log", "", "fn_log"}, {"Sqrt", "", "fn_sqrt"},
	{"Reciprocal", "", "fn_reciprocal"}, {"Pow, cube", "", "pow_cube"}, {"Pow, inverse square", "", "pow_inverse"},
	{"Sin", "sin", ""}, {"Cos", "cos", ""}, {"Sinh", "sinh", ""}, {"Cosh", "cosh", ""}, {"Asinh", "asinh", ""}, {"Atan", "atan", ""},
}

// add applies the function to x.
func (a activation) add(b *graphtest.Builder, x *tensor.Node) *tensor.Node {
	if a.primitive != "" {
		return b.Add(tensor.Func{Fn: a.primitive}, x)
	}
	g, err := onnx.Load(filepath.Join("testdata", "onnx", a.fixture+".onnx"))
	check(err)
	first := slices.IndexFunc(g.Nodes, func(n *tensor.Node) bool { return n.Op.Name() == "matmul" })
	to := map[*tensor.Node]*tensor.Node{g.Nodes[first]: x}
	for _, n := range g.Nodes[first+1:] {
		var in []*tensor.Node
		for _, operand := range n.In {
			in = append(in, to[operand])
		}
		to[n] = b.Add(repeated(n.Op, n.Size(), x.Size()), in...)
	}
	return to[g.Primary().Node]
}

// repeated is a function for more elements than it was made for: its constants repeat.
func repeated(op tensor.Op, from, to int) tensor.Op {
	f, ok := op.(tensor.Func)
	if !ok || f.Body == nil {
		return op
	}
	body := tensor.Body{Code: slices.Clone(f.Body.Code)}
	for k, in := range body.Code {
		if len(in.Const) == from && from > 1 {
			body.Code[k].Const = slices.Repeat(in.Const, to/from)
		}
	}
	return tensor.Func{Fn: f.Fn, Body: &body}
}

const (
	activationWidth  = 16
	activationOutput = 4
	calibrating      = 1000
	unseenSamples    = 2000
	vacuous          = 20 // times the largest error that was seen: predictions beyond say nothing
)

var (
	activationTargets = []float64{1e-1, 1e-2, 1e-3}
	measuring         = map[int]int{1: 20, 3: 5} // samples on ciphertexts, by layers
)

// network has so many layers of the function, at random weights that give each argument, and each
// output, mean 0 and variance 1 on the samples, as a BatchNorm in front does.
func (a activation) network(layers int, samples [][]float64) *tensor.Graph {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(7, uint64(layers))))
	x := b.Input(activationWidth)
	for range layers {
		x = a.add(b, standardised(b, x, activationWidth, samples))
	}
	return b.Output(standardised(b, x, activationOutput, samples))
}

func standardised(b *graphtest.Builder, x *tensor.Node, width int, samples [][]float64) *tensor.Node {
	mean, deviation := make([]float64, width), make([]float64, width)
	w := graphtest.Vector(b.Rng, x.Size()*width, 1)
	e := tensor.NewEvaluator(b.G)
	for _, sample := range samples {
		v, err := e.Run(sample)
		check(err)
		for j := range width {
			y := 0.0
			for i, xi := range v.Of(x) {
				y += xi * w[i*width+j]
			}
			mean[j] += y / float64(len(samples))
			deviation[j] += y * y / float64(len(samples))
		}
	}
	bias := make([]float64, width)
	for j := range width {
		scale := 1 / math.Sqrt(deviation[j]-mean[j]*mean[j])
		bias[j] = -mean[j] * scale
		for i := range x.Size() {
			w[i*width+j] *= scale
		}
	}
	product := b.Add(tensor.MatMul{}, x, b.Add(tensor.Const{Shape: []int{x.Size(), width}, Data: w}))
	return b.Add(tensor.Add{}, product, b.Add(tensor.Const{Shape: []int{width}, Data: bias}))
}

// normalSamples are standard normal.
func normalSamples(seed uint64, count, width int) [][]float64 {
	rng := rand.New(rand.NewPCG(seed, 8))
	out := make([][]float64, count)
	for s := range out {
		out[s] = make([]float64, width)
		for i := range out[s] {
			out[s][i] = rng.NormFloat64()
		}
	}
	return out
}

// activationFigures is a row of docs/activations.md.
type activationFigures struct {
	name                       string
	target                     float64
	refused                    string
	degrees                    []int
	form                       string
	levels, logN               int
	predicted, measured, worst float64
	took                       time.Duration
}

func (f activationFigures) String() string {
	head := fmt.Sprintf("| %s | %.0e |", f.name, f.target)
	if f.refused != "" {
		return head + " out of reach: " + f.refused + " | | | | | | | | |"
	}
	degrees := strings.Trim(fmt.Sprint(f.degrees), "[]")
	return fmt.Sprintf("%s %s | %s | %d | %d | %.1e | %.1e | %.1e | %.1f | %.1f |", head, degrees, f.form, f.levels, f.logN,
		f.predicted, f.measured, f.worst, f.ratio(), float64(f.took.Microseconds())/1000)
}

func (f activationFigures) ratio() float64 { return f.predicted / max(f.measured, f.worst) }

// measureActivation compiles a network of a function and runs it on unseen samples: some on ciphertexts, many
// as polynomials.
func measureActivation(t *testing.T, a activation, layers int, target float64, onCiphertexts int) activationFigures {
	t.Helper()
	f := activationFigures{name: a.name, target: target}
	samples := normalSamples(1, calibrating, activationWidth)
	r, err := passes.Compile(context.Background(), a.network(layers, samples), passes.Options{Calibration: samples, TargetError: target})
	var refused *diag.Error
	if errors.As(err, &refused) {
		f.refused = reasonOf(refused)
		return f
	}
	if err != nil {
		t.Errorf("%s, %d layers, target %v: %v", a.name, layers, target, err)
		f.refused = "internal error"
		return f
	}
	f.degrees, f.form = r.Report.Fit.Degrees, formOf(r)
	f.levels, f.logN, f.predicted = r.Plan.Interface.Params.MaxLevel(), r.Plan.Interface.Params.LogN, r.Plan.Interface.PredictedError
	if f.predicted > target {
		t.Errorf("predicted %v, target %v", f.predicted, target)
	}
	poly, unseen := tensor.NewEvaluator(r.Plan.Polynomial), normalSamples(3, unseenSamples, activationWidth)
	f.worst = worstWithin(t, r.Plan, unseen, func(x []float64) ([]float64, error) {
		v, err := poly.Run(x)
		return v.Of(r.Plan.Polynomial.Outputs[0].Node), err
	})
	f.measured, f.took = encryptedError(t, r.Plan, normalSamples(2, onCiphertexts, activationWidth))
	if !(f.measured <= f.predicted) {
		t.Errorf("predicted %v, measured %v", f.predicted, f.measured)
	}
	if f.ratio() > vacuous { // it is noise that the prediction covers, and few ciphertexts show how large that can be
		f.worst = max(f.worst, worstWithin(t, r.Plan, unseen, planning.NewSimulator(r.Plan.Circuit, 1).Run))
	}
	if f.ratio() > vacuous {
		t.Errorf("predicted %v, but no error beyond %v was seen", f.predicted, max(f.measured, f.worst))
	}
	return f
}

// worstWithin is the largest error of answers that is not beyond the predicted one. The promise lets one sample in a thousand be.
func worstWithin(t *testing.T, p *plan.Plan, samples [][]float64, answer func(x []float64) ([]float64, error)) (worst float64) {
	t.Helper()
	exact, beyond, furthest := tensor.NewEvaluator(p.Imported), 0, 0.0
	for _, x := range samples {
		y, err := answer(x)
		check(err)
		e := distance(y, run(t, exact, x).Of(p.Imported.Primary().Node))
		if e <= p.Interface.PredictedError {
			worst = max(worst, e)
		} else {
			beyond, furthest = beyond+1, max(furthest, e)
		}
	}
	if beyond > len(samples)/1000 {
		t.Errorf("%d of %d unseen samples are further off than the predicted %v, by up to %v", beyond, len(samples), p.Interface.PredictedError, furthest)
	}
	return worst
}

// reasonOf is the first line of a refusal, and the first note, without the file's name.
func reasonOf(d *diag.Error) string {
	lines := strings.Split(d.Error(), "\n")
	_, reason, _ := strings.Cut(lines[0], ": ")
	if len(lines) > 1 {
		reason += "; " + strings.TrimPrefix(strings.TrimSpace(lines[1]), "note: ")
	}
	return strings.ReplaceAll(reason, "|", "\\|")
}

// formOf says what became of the polynomials and of the weights behind them.
func formOf(r *passes.Result) string {
	form := "by neuron"
	for _, a := range r.Plan.Fit.Activations {
		if len(a.Lo) == 1 {
			form = "by layer"
		}
	}
	switch {
	case len(r.Plan.Fit.Activations) == 0:
		form = "linear"
	case r.Report.Fit.Distilled:
		form += ", distilled"
	case r.Report.Fit.Compensated:
		form += ", compensated"
	}
	return form
}

// TestActivations compiles networks of a few functions and holds target and prediction against
// what is measured on ciphertexts. With -full it does so for all of them, and with -update it
// writes docs/activations.md.
func TestActivations(t *testing.T) {
	if !*full {
		for _, a := range activations {
			if slices.Contains([]string{"Relu", "Gelu", "Log"}, a.name) {
				if f := measureActivation(t, a, 1, 1e-1, 2); f.refused != "" {
					t.Errorf("%s: %s", a.name, f.refused)
				}
			}
		}
		return
	}
	rows := readActivations()
	for _, layers := range []int{1, 3} {
		for _, a := range activations {
			refused := false
			for _, target := range activationTargets {
				key := activationKey(layers, a.name, target)
				t.Run(strings.ReplaceAll(key, "|", "/"), func(t *testing.T) {
					if refused {
						delete(rows, key)
						return
					}
					f := measureActivation(t, a, layers, target, measuring[layers])
					t.Log(f)
					rows[key], refused = f.String(), f.refused != ""
				})
			}
		}
		if *update {
			rows.write()
		}
	}
}
