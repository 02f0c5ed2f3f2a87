package passes

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes/planning"
)

// TestActivations: what the plan says of the arguments of the polynomials, in the units of the
// polynomial graph, is what they are in the model.
func TestActivations(t *testing.T) {
	for _, degree := range []int{2, 5} {
		b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(8, 8)))
		first := b.Dense(b.Input(12), 9)
		second := b.Dense(b.Add(tensor.Func{Fn: "relu"}, first), 5)
		third := b.Dense(b.Add(tensor.Mul{}, second, second), 4)
		g := b.Output(b.Dense(b.Add(tensor.Func{Fn: "tanh"}, third), 3))
		for _, opts := range []Options{unitBox(g), {Calibration: graphtest.Samples(g, 200)}} {
			opts.TargetError = anyError
			r, err := compile(t.Context(), g, opts, only{degrees: []int{degree}})
			if err != nil {
				t.Fatal(err)
			}
			f := r.Plan.Fit
			exact := func(a plan.Activation) bool { return a.Exact() }
			if opts.Calibration != nil && !slices.ContainsFunc(f.Activations, exact) {
				t.Errorf("degree %d: nothing is said of the square", degree)
			}
			f.Activations = slices.DeleteFunc(f.Activations, exact)
			if len(f.Activations) != 2 || f.Activations[0].Of != "relu" || f.Activations[1].Of != "tanh" {
				t.Fatalf("degree %d: activations %+v", degree, f.Activations)
			}
			a := &f.Activations[0]
			if a.Degree != degree {
				t.Errorf("degree %d, want %d", a.Degree, degree)
			}
			model, poly := tensor.NewEvaluator(g), tensor.NewEvaluator(r.Plan.Polynomial)
			for _, x := range graphtest.Samples(g, 20) {
				v, _ := model.Run(x)
				w, _ := poly.Run(x)
				largest := 0.0
				for i, z := range w.Of(r.Plan.Polynomial.Nodes[a.Node]) {
					k := i % len(a.Lo)
					want := (2*v.Of(first)[i] - a.Lo[k] - a.Hi[k]) / (a.Hi[k] - a.Lo[k])
					if got := a.Unit(i, z); math.Abs(got-want) > 1e-9*max(1, math.Abs(want)) {
						t.Fatalf("degree %d: element %d stands at %v of its interval, in the model at %v", degree, i, got, want)
					}
					largest = max(largest, math.Abs(a.Unit(i, z)))
				}
				if got := a.LargestT(r.Plan.Polynomial, w); got != largest {
					t.Errorf("largest %v, want %v", got, largest)
				}
				for k := range f.Activations {
					if got := f.Activations[k].LargestT(r.Plan.Polynomial, w); opts.Calibration == nil && got > 1+1e-9 {
						t.Errorf("degree %d: an argument at %v of a proven interval", degree, got)
					}
				}
			}
		}
	}
}

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
	compileKinked(t, g, Options{Calibration: graphtest.Samples(g, 200), TargetError: 1e-2})
}
