package passes

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
	"hecc/passes/planning"
)

// kinked are functions of straight pieces as frontends write them.
func kinked() map[string]tensor.Func {
	clip, hard, leaky := &tensor.Body{}, &tensor.Body{}, &tensor.Body{}
	clip.Add("min", clip.Add("max", 0, clip.AddConst(-1)), clip.AddConst(0.5))
	hard.Add("min", hard.Add("max", hard.Add("add", hard.Add("mul", 0, hard.AddConst(0.2)), hard.AddConst(0.5)), hard.AddConst(0)), hard.AddConst(1))
	leaky.Add("add", leaky.Add("max", 0, leaky.AddConst(0)), leaky.Add("mul", leaky.Add("min", 0, leaky.AddConst(0)), leaky.AddConst(0.1)))
	return map[string]tensor.Func{"relu": {Fn: "relu"}, "abs": {Fn: "abs"}, "clip": {Fn: "clip", Body: clip},
		"hardsigmoid": {Fn: "hardsigmoid", Body: hard}, "leakyrelu": {Fn: "leakyrelu", Body: leaky}, "sign": {Fn: "sign"}, "step": {Fn: "step"}}
}

// TestBends: the pieces give the function back, inside an interval and beyond all kinks; curves are refused.
func TestBends(t *testing.T) {
	for name, fn := range kinked() {
		f := fn.Scalar(0)
		b, ok := bendsOf(f)
		if !ok {
			t.Errorf("%s is not made of straight pieces", name)
			continue
		}
		for _, v := range [][2]float64{{-9, 9}, {-0.3, 2}, {1, 3}, {-4, -2}} {
			p := b.within(v[0], v[1])
			for k := range 101 {
				x := v[0] + (v[1]-v[0])*(float64(k)+0.37)/101.5
				if y := p.eval(x); math.Abs(y-f.Eval(x)) > 1e-9 {
					t.Fatalf("%s on %v: %v at %v, want %v", name, v, y, x, f.Eval(x))
				}
			}
		}
	}
	curved := &tensor.Body{}
	curved.Add("mul", 0, curved.Add("relu", 0))
	for _, fn := range []tensor.Func{{Fn: "tanh"}, {Fn: "exp"}, {Fn: "x·relu(x)", Body: curved}} {
		if _, ok := bendsOf(fn.Scalar(0)); ok {
			t.Errorf("%s is taken for straight pieces", fn.Fn)
		}
	}
}

// kinkedNetwork has layers of the given width; arguments are about in [-3, 3].
func kinkedNetwork(fn tensor.Func, layers int) *tensor.Graph {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(11, 12)))
	x := b.Input(8)
	for range layers {
		x = b.Add(tensor.Mul{}, b.Dense(x, 8), b.Const(1.5))
		x = b.Add(fn, x)
	}
	return b.Output(b.Dense(x, 3))
}

// compileKinked compiles, prints the parameters, and checks the plan in all ways.
func compileKinked(t *testing.T, g *tensor.Graph, opts Options) {
	t.Helper()
	r, err := Compile(g, opts)
	if err != nil {
		t.Error(err)
		return
	}
	p, fit := r.Plan, r.Report.Fit
	t.Logf("degrees %v: N=2^%d, %d levels, %.0f bits, fit %.2g, predicted %.2g", fit.Degrees, p.Circuit.Params.LogN,
		len(p.Circuit.Params.Q)-1, p.Circuit.Params.LogQP(), fit.Error, p.Interface.PredictedError)
	checkCompiled(t, g, r)
	s := planning.NewSimulator(p.Circuit, 1)
	for _, x := range graphtest.Samples(g, 20) {
		y, err := s.Run(x)
		if err != nil {
			t.Fatal(err)
		}
		if d := graphtest.Gap(y, outputsOf(t, g, x)[0]); !(d <= p.Interface.PredictedError) {
			t.Errorf("simulated error %v, predicted %v", d, p.Interface.PredictedError)
		}
	}
}

func TestKinked(t *testing.T) {
	for name, fn := range kinked() {
		if name == "sign" || name == "step" {
			continue
		}
		for _, layers := range []int{1, 3} {
			g := kinkedNetwork(fn, layers)
			for _, target := range []float64{1e-1, 1e-2, 1e-3} {
				t.Run(fmt.Sprintf("%s %d layers %g calibrated", name, layers, target), func(t *testing.T) {
					compileKinked(t, g, Options{Calibration: graphtest.Samples(g, 1000), TargetError: target})
				})
				if layers > 1 {
					continue
				}
				t.Run(fmt.Sprintf("%s %g declared", name, target), func(t *testing.T) {
					opts := unitBox(g)
					opts.TargetError = target
					compileKinked(t, g, opts)
				})
			}
		}
	}
}
