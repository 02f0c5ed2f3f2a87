package passes

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
	"hecc/passes/planning"
)

// compileKinked compiles, prints the parameters, and checks the plan in all ways.
func compileKinked(t *testing.T, g *tensor.Graph, opts Options) {
	t.Helper()
	r, err := Compile(context.Background(), g, opts)
	if err != nil {
		t.Error(err)
		return
	}
	p, fit := r.Plan, r.Report.Fit
	if fit.Degree <= 60 {
		t.Errorf("degree %d", fit.Degree)
	}
	t.Logf("degree %d %v: N=2^%d, %d levels, %.0f bits, fit %.2g, predicted %.2g", fit.Degree, fit.Degrees, p.Circuit.Params.LogN,
		len(p.Circuit.Params.Q)-1, p.Circuit.Params.LogQP(), fit.Error, p.Interface.PredictedError)
	checkCompiled(t, g, r)
	s := planning.NewSimulator(p.Circuit, 1)
	for _, x := range graphtest.Samples(g, 20) {
		y, err := s.Run(x)
		if err != nil {
			t.Fatal(err)
		}
		if d := graphtest.Gap(y, graphtest.Outputs(g, x)[0]); !(d <= p.Interface.PredictedError) {
			t.Errorf("simulated error %v, predicted %v", d, p.Interface.PredictedError)
		}
	}
}

// TestKinked: a target that no single polynomial meets.
func TestKinked(t *testing.T) {
	g := graphtest.KinkedNetwork(graphtest.Kinked()["clip"], 1)
	compileKinked(t, g, Options{Calibration: graphtest.Samples(g, 400), TargetError: 2e-2})
}

// TestSignWithGap: where no sample comes near the jump, the sign is as good as the target asks.
func TestSignWithGap(t *testing.T) {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(11, 12)))
	g := b.Output(b.Dense(b.Add(tensor.Func{Fn: "sign"}, b.Turned(2)), 3))
	samples := graphtest.Samples(g, 1000)
	for _, x := range samples {
		for i, v := range x {
			x[i] = v + math.Copysign(0.1, v)
		}
	}
	r, err := Compile(context.Background(), g, Options{Calibration: samples, TargetError: 0.02})
	if err != nil {
		t.Fatal(err)
	}
	if r.Report.Fit.Degree <= 60 {
		t.Errorf("degree %d", r.Report.Fit.Degree)
	}
	for _, x := range samples[:50] {
		cts, err := r.Plan.Circuit.Eval(r.Plan.Circuit.Input.Pack(x), nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Plan.Circuit.Output.Unpack(cts)
		if err != nil {
			t.Fatal(err)
		}
		if d := graphtest.Gap(got, graphtest.Outputs(g, x)[0]); d > 0.02 {
			t.Errorf("off by %v", d)
		}
	}
}

// TestConstantOutput: outputs that do not vary have a range of 0, and still get parameters.
func TestConstantOutput(t *testing.T) {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 2)))
	x := b.Input(3)
	g := b.Output(b.Add(tensor.Add{}, b.Add(tensor.Mul{}, x, b.Add(tensor.Const{Data: []float64{0}})), b.Const(1, 3)))
	if _, err := Compile(context.Background(), g, unitBox(g)); err != nil {
		t.Error(err)
	}
}

// TestSplit: a target that polynomials of the whole function miss.
func TestSplit(t *testing.T) {
	g := graphtest.KinkedNetwork(graphtest.CurvedKinks(4)["selu"], 1)
	compileKinked(t, g, Options{Calibration: graphtest.Samples(g, 400), TargetError: 1e-2})
}
