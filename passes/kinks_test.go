package passes

import (
	"math"
	"math/rand/v2"
	"slices"
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

// kinkedNetwork has narrow layers; arguments are about in [-3, 3].
func kinkedNetwork(fn tensor.Func, layers int) *tensor.Graph {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(11, 12)))
	x := b.Input(4)
	wider := b.Add(tensor.Const{Data: []float64{1.5}})
	for range layers {
		x = b.Add(fn, b.Add(tensor.Mul{}, b.Dense(x, 4), wider))
	}
	return b.Output(b.Dense(x, 2))
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
	if fit.Degree <= slices.Max(degrees) {
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
		if d := graphtest.Gap(y, outputsOf(t, g, x)[0]); !(d <= p.Interface.PredictedError) {
			t.Errorf("simulated error %v, predicted %v", d, p.Interface.PredictedError)
		}
	}
}

// TestKinked: a target that no single polynomial meets.
func TestKinked(t *testing.T) {
	g := kinkedNetwork(kinked()["clip"], 1)
	compileKinked(t, g, Options{Calibration: graphtest.Samples(g, 600), TargetError: 2e-2})
}

// TestKinkEnclosure: on declared ranges no output is further off than is proven, and no argument leaves
// its interval.
func TestKinkEnclosure(t *testing.T) {
	for name, fn := range kinked() {
		g := kinkedNetwork(fn, 1)
		c := lowered(t, g)
		poly, out, err := c.fitMinimax(kinkRung(c.graph))
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range graphtest.Samples(g, 300) {
			v, err := tensor.NewEvaluator(poly).Run(x)
			if err != nil {
				t.Fatal(err)
			}
			for i, y := range v.Of(poly.Outputs[0].Node) {
				if d := math.Abs(y - outputsOf(t, c.graph, x)[0][i]); !(d <= out.err(i)) || y < out.lo[i] || y > out.hi[i] {
					t.Fatalf("%s: off by %v, bound %v; %v in [%v, %v]", name, d, out.err(i), y, out.lo[i], out.hi[i])
				}
			}
			for _, n := range poly.Nodes {
				if _, ok := n.Op.(tensor.Poly); ok && maxAbs(v.Of(n.In[0])) > 1+1e-12 {
					t.Fatalf("%s: an argument at %v", name, maxAbs(v.Of(n.In[0])))
				}
			}
		}
	}
}

// kinkRung is the least forms that stand for kinks.
func kinkRung(g *tensor.Graph) []form { return laddersOf(g).rung(len(degrees)) }

func maxAbs(v []float64) float64 {
	worst := 0.0
	for _, x := range v {
		worst = max(worst, math.Abs(x))
	}
	return worst
}

// TestSignWithGap: where no sample comes near the jump, the sign is as good as the target asks.
func TestSignWithGap(t *testing.T) {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(11, 12)))
	g := b.Output(b.Dense(b.Add(tensor.Func{Fn: "sign"}, turned(b, 2)), 3))
	samples := graphtest.Samples(g, 1000)
	for _, x := range samples {
		for i, v := range x {
			x[i] = v + math.Copysign(0.1, v)
		}
	}
	r, err := Compile(g, Options{Calibration: samples, TargetError: 0.02})
	if err != nil {
		t.Fatal(err)
	}
	if r.Report.Fit.Degree <= slices.Max(degrees) {
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
		if d := graphtest.Gap(got, outputsOf(t, g, x)[0]); d > 0.02 {
			t.Errorf("off by %v", d)
		}
	}
}

// TestConstantOutput: outputs that do not vary have a range of 0, and still get parameters.
func TestConstantOutput(t *testing.T) {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 2)))
	x := b.Input(3)
	g := b.Output(b.Add(tensor.Add{}, b.Add(tensor.Mul{}, x, b.Add(tensor.Const{Data: []float64{0}})), b.Const(1, 3)))
	if _, err := Compile(g, unitBox(g)); err != nil {
		t.Error(err)
	}
}
