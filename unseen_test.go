package hecc_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/audit"
	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes"
	"hecc/passes/planning"
)

// TestUnseen compiles random networks, from few or many Gaussian samples of any scale, and holds what they promise
// against samples that nobody has seen, and against the checker.
func TestUnseen(t *testing.T) {
	networks, least := uint64(3), 2 // one may be refused for want of samples
	if *full {
		networks, least = 4, 3
	}
	const unseen = 250
	compiled := 0
	for seed := range networks {
		rng := rand.New(rand.NewPCG(seed, 77))
		scale := math.Pow(10, float64(rng.IntN(5)-2))
		count := []int{30, 100, 400, 2000}[seed%4]
		g, name := randomNetwork(rng, scale)
		opts := passes.Options{Calibration: gaussian(rng, g, count, scale), Batch: []int{1, 100}[seed%2]}
		r, err := passes.Compile(context.Background(), g, opts)
		if err != nil {
			var refusal *diag.Error // only for want of samples for its functions
			if !errors.As(err, &refusal) || count > 100 {
				t.Errorf("%s from %d samples: %v", name, count, err)
			}
			t.Logf("%s from %d samples: %v", name, count, err)
			continue
		}
		compiled++
		exceeded := exceeding(t, r.Plan, gaussian(rng, g, unseen, scale))
		t.Logf("%s from %d samples, degrees %v: %d of %d exceed %.3g", name, count, r.Report.Fit.Degrees, exceeded, unseen, r.Plan.Interface.PredictedError)
		if exceeded > 1 { // of 1,000, one is allowed
			t.Errorf("%s from %d samples: %d of %d errors exceed the prediction", name, count, exceeded, unseen)
		}
		checkAudit(t, name, r.Plan)
	}
	if compiled < least {
		t.Errorf("%d of the networks were compiled, expected at least %d", compiled, least)
	}
}

// checkAudit asks the checker.
func checkAudit(t *testing.T, name string, p *plan.Plan) {
	t.Helper()
	for _, line := range audit.Check(p).Checks {
		if !line.OK {
			t.Errorf("%s: the checker finds that %s does not hold: %s", name, line.Name, line.Detail)
		}
	}
}

// TestHeavyTails: of nested cubes a few samples are far louder than all others, and amplify noise far more.
func TestHeavyTails(t *testing.T) {
	cube := activations[slices.IndexFunc(activations, func(a activation) bool { return a.name == "Pow, cube" })]
	samples := normalSamples(1, calibrating, activationWidth)
	g := cube.network(3, samples)
	targets := []float64{0.15}
	if *full {
		targets = append(targets, 0) // to the knee: as long again
	}
	for _, target := range targets {
		r, err := passes.Compile(context.Background(), g, passes.Options{Calibration: samples, TargetError: target})
		if err != nil {
			t.Fatal(err)
		}
		checkAudit(t, fmt.Sprint("target ", target), r.Plan)
		predicted := r.Plan.Interface.PredictedError
		if target > 0 && predicted > target {
			t.Errorf("target %v: predicted %v", target, predicted)
		}
		if n := exceeding(t, r.Plan, normalSamples(9, 300, activationWidth)); n > 1 { // of 1,000, one is allowed
			t.Errorf("target %v: %d of 300 errors exceed %v", target, n, predicted)
		}
	}
}

// randomNetwork is made for inputs of a scale.
func randomNetwork(rng *rand.Rand, scale float64) (*tensor.Graph, string) {
	functions := []string{"relu", "sigmoid", "tanh", "erf", "softplus", "exp", "abs", "sin", "softsign"}
	b := graphtest.NewBuilder(tensor.Imported, rng)
	x := b.Input(1 + rng.IntN(60))
	name := fmt.Sprint(x.Size())
	x = b.Add(tensor.Mul{}, x, b.Const(1/scale, x.Size()))
	for range rng.IntN(4) {
		fn := functions[rng.IntN(len(functions))]
		x = b.Add(tensor.Func{Fn: fn}, b.Dense(x, 1+rng.IntN(40)))
		name += fmt.Sprint("-", x.Size(), fn)
	}
	x = b.Dense(x, 1+rng.IntN(40))
	return b.Output(x), name + fmt.Sprint("-", x.Size())
}

func gaussian(rng *rand.Rand, g *tensor.Graph, count int, scale float64) [][]float64 {
	out := make([][]float64, count)
	for s := range out {
		out[s] = make([]float64, g.Input().Size())
		for i := range out[s] {
			out[s][i] = scale * rng.NormFloat64()
		}
	}
	return out
}

// exceeding counts the samples inside the plan's box whose error, with modelled noise, is larger than predicted.
func exceeding(t *testing.T, p *plan.Plan, samples [][]float64) int {
	t.Helper()
	sim, count := planning.NewSimulator(p.Circuit, 1), 0
	for _, x := range samples {
		if p.Interface.Box.Outside(x) >= 0 {
			continue
		}
		y, err := sim.Run(x)
		check(err)
		worst := 0.0
		for i, want := range graphtest.Run(p.Imported, x) {
			worst = max(worst, math.Abs(y[i]-want))
		}
		if !(worst <= p.Interface.PredictedError) {
			count++
		}
	}
	return count
}
