package planning_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/tensor"
	"hecc/passes"
	"hecc/passes/planning"
)

// network is a dense network with squares.
func network(widths ...int) *tensor.Graph {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 1)))
	x := b.Input(widths[0])
	for i, w := range widths[1:] {
		x = b.Dense(x, w)
		if i < len(widths)-2 {
			x = b.Add(tensor.Mul{}, x, x)
		}
	}
	return b.Output(x)
}

func compile(t *testing.T, g *tensor.Graph, opts passes.Options) *passes.Result {
	t.Helper()
	opts.Calibration = graphtest.Samples(g, 40)
	r, err := passes.Compile(context.Background(), g, opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// simulated is the largest error of the outputs over some samples.
func simulated(t *testing.T, c *he.Circuit, samples [][]float64) float64 {
	t.Helper()
	noisy, err := planning.NewSimulator(c, 1).RunAll(t.Context(), samples)
	if err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for k, x := range samples {
		clear, err := c.Eval(c.Input.Pack(x), nil)
		if err != nil {
			t.Fatal(err)
		}
		b, err := c.Output.Unpack(clear)
		if err != nil {
			t.Fatal(err)
		}
		for i, y := range noisy[k] {
			worst = max(worst, math.Abs(y-b[i]))
		}
	}
	return worst
}

// TestPredictionMatchesSimulation: the predicted largest error covers the simulated one and is
// not much larger.
func TestPredictionMatchesSimulation(t *testing.T) {
	for name, g := range map[string]*tensor.Graph{
		"linear":      network(30, 10),
		"one square":  network(30, 10, 3),
		"two squares": network(16, 12, 8, 2),
		"many outs":   network(20, 10, 60),
		"tanh":        graphtest.Small(),
	} {
		t.Run(name, func(t *testing.T) {
			r := compile(t, g, passes.Options{TargetError: 0.5})
			predicted := r.Report.Noise.Error
			got := simulated(t, r.Plan.Circuit, graphtest.Samples(g, 20))
			if got > predicted || got < predicted/30 {
				t.Errorf("predicted %v, simulated %v", predicted, got)
			}
		})
	}
}

func TestSimulatorIsReproducible(t *testing.T) {
	g := network(8, 4, 2)
	c := compile(t, g, passes.Options{}).Plan.Circuit
	x := graphtest.Samples(g, 2)
	if a, b := simulated(t, c, x), simulated(t, c, x); a != b || a == 0 {
		t.Errorf("errors %v and %v", a, b)
	}
}

// TestTargets: what is chosen meets the target and the security table, at no more cost than a
// stricter target has.
func TestTargets(t *testing.T) {
	g := network(30, 10, 3)
	for _, security := range params.SecurityLevels {
		cost := math.Inf(1)
		for _, target := range []float64{1e-9, 1e-6, 1e-3} {
			r := compile(t, g, passes.Options{TargetError: target, Security: security})
			n, p := r.Report.Noise, r.Plan.Interface.Params
			if n.Error > target || n.PublicError < n.Error {
				t.Errorf("%d bits: asked for %v, predicted %v, with the public key %v", security, target, n.Error, n.PublicError)
			}
			if limit := params.MaxLogQP(p.LogN, security); p.LogQP() > limit || p.Security() < security {
				t.Errorf("%d bits: logQP %v at N=2^%d", security, p.LogQP(), p.LogN)
			}
			if n.Cost > cost*1.2 {
				t.Errorf("%d bits: error %v costs %v, a stricter one %v", security, target, n.Cost, cost)
			}
			cost = n.Cost
			if got := simulated(t, r.Plan.Circuit, graphtest.Samples(g, 5)); got > target {
				t.Errorf("%d bits: asked for %v, simulated %v", security, target, got)
			}
		}
	}
}

// TestMarginLeavesRoom: no value comes near its modulus on samples that the compiler has not
// seen.
func TestMarginLeavesRoom(t *testing.T) {
	g := network(30, 10, 3)
	c := compile(t, g, passes.Options{}).Plan.Circuit
	for _, x := range graphtest.Samples(g, 10) {
		_, err := c.Eval(c.Input.Pack(x), func(v *he.Value, slots []float64) {
			for _, y := range slots {
				if bits := math.Log2(math.Abs(y)*v.Scale) + 1; bits > c.Params.LogQ(v.Level) {
					t.Fatalf("%%%d %s: %v at scale %v takes %.1f bits of %.1f", v.ID, v.Op.Name(), y, v.Scale, bits, c.Params.LogQ(v.Level))
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
