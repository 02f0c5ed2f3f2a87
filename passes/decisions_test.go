package passes

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
	"hecc/passes/fit"
	"hecc/passes/planning"
)

// decided are networks that choose the largest of some scores, with what they are compiled for.
func decided() map[string]struct {
	g    *tensor.Graph
	opts Options
} {
	squares := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(5, 5)))
	h := squares.Dense(squares.Input(20), 12)
	squares.Output(squares.Dense(squares.Add(tensor.Mul{}, h, h), 5))
	return map[string]struct {
		g    *tensor.Graph
		opts Options
	}{
		"squares":          {squares.G, Options{TargetAgreement: 0.95}},
		"squares, a batch": {squares.G, Options{TargetAgreement: 0.95, Batch: 1000}},
		"relu":             {graphtest.Teacher(4, "relu", 10, 16, 4), Options{TargetAgreement: 0.9}},
		"linear":           {graphtest.Teacher(4, "", 10, 4), Options{TargetAgreement: 0.97}},
	}
}

// TestDecisions: where decisions leave room for noise, plans have more of it and are no dearer, and in a
// simulation unseen samples keep as many as is promised.
func TestDecisions(t *testing.T) {
	const samples, unseen = 1000, 800
	for name, c := range decided() {
		all := graphtest.Samples(c.g, samples+unseen)
		c.opts.Calibration = all[:samples]
		r, err := Compile(t.Context(), c.g, c.opts)
		if err != nil {
			t.Fatal(err)
		}
		f, noise := r.Report.Fit, r.Report.Noise
		same, sim, exact := 0, planning.NewSimulator(r.Plan.Circuit, 1), tensor.NewEvaluator(c.g)
		for _, x := range all[samples:] {
			y, err := sim.Run(x)
			if err != nil {
				t.Fatal(err)
			}
			for i := range y {
				y[i] = r.Plan.Interface.Rounded(y[i])
			}
			if tensor.Largest(y) == tensor.Largest(exact.MustRun(x).Of(c.g.Outputs[0].Node)) {
				same++
			}
		}
		kept := float64(same) / unseen
		t.Logf("%s: kept %v, promised %v, noise %v", name, kept, f.PredictedAgreement, noise.Error)
		if kept < f.PredictedAgreement || f.PredictedAgreement == 0 || r.Plan.Fit.Agreement != f.PredictedAgreement {
			t.Errorf("%s: %v keep their argmax, promised is %v from %v", name, kept, f.PredictedAgreement, f.Agreement)
		}
		warned := slices.ContainsFunc(r.Report.Warnings, func(w Warning) bool { return w.Reason == LowAgreement })
		if short := f.PredictedAgreement < c.opts.TargetAgreement; short != warned {
			t.Errorf("%s: promised %v for %v, warned: %v", name, f.PredictedAgreement, c.opts.TargetAgreement, warned)
		}
		if f.HeldOut > 0 { // without the target there are other polynomials
			continue
		}
		c.opts.TargetAgreement = 0
		usual, err := Compile(t.Context(), c.g, c.opts)
		if err != nil {
			t.Fatal(err)
		}
		if u := usual.Report.Noise; u.Cost*float64(r.Plan.Interface.Lanes) < noise.Cost*float64(usual.Plan.Interface.Lanes) || u.Error > noise.Error {
			t.Errorf("%s: %v ns for noise of %v, without the target %v for %v", name, noise.Cost, noise.Error, u.Cost, u.Error)
		}
	}
}

// TestDecisionsKeepTheError: where an error is asked for too, decisions leave no room beyond it.
func TestDecisionsKeepTheError(t *testing.T) {
	for name, share := range map[string]float64{"squares": 0.5, "relu": 2} {
		c := decided()[name]
		c.opts.Calibration = graphtest.Samples(c.g, 600)
		loose, err := Compile(t.Context(), c.g, c.opts)
		if err != nil {
			t.Fatal(err)
		}
		c.opts.TargetError = share * loose.Plan.Interface.PredictedError
		r, err := Compile(t.Context(), c.g, c.opts)
		if err != nil {
			t.Fatal(err)
		}
		if e := r.Plan.Interface.PredictedError; e > c.opts.TargetError || !(r.Report.Fit.Agreement >= 0.85) {
			t.Errorf("%s: error %v where %v is the target, agreement %v for %v", name, e, c.opts.TargetError, r.Report.Fit.Agreement, c.opts.TargetAgreement)
		}
	}
}

// TestDecisionsOfFewSamples: few samples leave no room, and a warning says in numbers what is promised.
func TestDecisionsOfFewSamples(t *testing.T) {
	c := decided()["squares"]
	c.opts.Calibration = graphtest.Samples(c.g, 60)
	c.opts.TargetAgreement = 0
	usual, err := Compile(t.Context(), c.g, c.opts)
	if err != nil {
		t.Fatal(err)
	}
	c.opts.TargetAgreement = 0.98
	r, err := Compile(t.Context(), c.g, c.opts)
	if err != nil {
		t.Fatal(err)
	}
	if r.Report.Noise.Error > usual.Report.Noise.Error {
		t.Errorf("noise %v, without a target %v", r.Report.Noise.Error, usual.Report.Noise.Error)
	}
	if w := r.Report.Warnings; len(w) != 1 || w[0].Reason != LowAgreement || !strings.Contains(w[0].Text, "of 60 held-out samples") || w[0].Cure == "" {
		t.Errorf("warnings %v", w)
	}
}

// TestFewSamplesKeepDecisions: what is asked for is met on the held-out samples, noise included, also where few samples
// promise little, so that the usual noise, a share of the error, costs decisions.
func TestFewSamplesKeepDecisions(t *testing.T) {
	targets := fit.Targets{Agreement: 0.8}
	for seed, samples := range map[uint64]int{1: 60, 3: 160, 5: 160} { // three of five that lost some
		g := graphtest.Teacher(seed, "relu", 10, 16, 8, 4)
		r, err := Compile(t.Context(), g, Options{TargetAgreement: targets.Agreement, Calibration: graphtest.Samples(g, samples)})
		if err != nil {
			t.Fatal(err)
		}
		f := r.Report.Fit
		if same := int(math.Round(f.Agreement * float64(f.HeldOut))); !targets.Keeps(same, f.HeldOut) {
			t.Errorf("seed %d: %d of %d decisions are kept", seed, same, f.HeldOut)
		}
	}
}
