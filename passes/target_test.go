package passes

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/tensor"
	"hecc/passes/fit"
	"hecc/passes/labels"
	"hecc/passes/packing"
)

// TestTargetIsMet: a plan that is made for a target predicts no larger error, polynomials, noise
// and reserves taken together.
func TestTargetIsMet(t *testing.T) {
	for name, c := range map[string]struct {
		g      *tensor.Graph
		target float64
	}{
		"linear":           {graphtest.Teacher(1, "", 6, 3), 1e-3},
		"sigmoid":          {graphtest.Teacher(1, "sigmoid", 6, 8, 3), 0.03},
		"tanh and squares": {graphtest.Small(), 0.3},
	} {
		for kind, opts := range map[string]Options{
			"calibrated": {Calibration: graphtest.Samples(c.g, 512)},
			"declared":   {InputRange: uniformBox(c.g.Input().Size(), -1, 1)},
		} {
			opts.TargetError = c.target
			r, err := Compile(t.Context(), c.g, opts)
			if err != nil {
				t.Fatal(err)
			}
			if predicted := r.Plan.Interface.PredictedError; predicted > c.target {
				t.Errorf("%s, %s: target %v, predicted %v, of that %v by polynomials", name, kind, c.target, predicted, r.Report.Fit.Error)
			}
		}
	}
}

// TestBottleneck: two thin maps whose product is much larger than both stay apart all the way.
func TestBottleneck(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	const wide, thin = 200, 4
	g := tensor.New("bottleneck.onnx", tensor.Imported)
	v := g.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: []int{wide}})
	for _, shape := range [][]int{{wide, thin}, {thin, wide}} {
		w := g.MustAdd(diag.Pos{}, tensor.Const{Shape: shape, Data: graphtest.Vector(rng, wide*thin, 1)})
		v = g.MustAdd(diag.Pos{}, tensor.MatMul{}, v, w)
	}
	g.Outputs = []tensor.Output{{Name: "y", Node: v}}
	r, err := Compile(context.Background(), g, unitBox(g))
	if err != nil {
		t.Fatal(err)
	}
	if d := packing.Depth(r.Plan.Polynomial); d != 2 {
		t.Errorf("depth %d, want two maps", d)
	}
	checkCompiled(t, g, r)
}

// TestSweep: networks of the front take longer and are better one after the other, their plans are those of a
// search among their degrees alone, and what is chosen without a target is as cheap and as good as one of them.
func TestSweep(t *testing.T) {
	g := graphtest.Teacher(3, "relu", 4, 6, 2)
	opts := Options{Calibration: graphtest.Samples(g, 100)}
	chosen, err := Compile(t.Context(), g, opts)
	if err != nil {
		t.Fatal(err)
	}
	aimed := opts
	aimed.TargetAgreement = 0.9 // which is not to matter
	front, err := Sweep(t.Context(), g, aimed)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for k, n := range front {
		if n.Err != nil {
			t.Fatalf("degrees %v: %v", n.Degrees, n.Err)
		}
		f := n.Result.Report.Fit
		if !slices.Equal(f.Degrees, n.Degrees) {
			t.Errorf("degrees %v for %v", f.Degrees, n.Degrees)
		}
		if k > 0 && (f.RMS >= front[k-1].Result.Report.Fit.RMS || n.Result.Report.Noise.Cost <= front[k-1].Result.Report.Noise.Cost) {
			t.Errorf("degrees %v are no better than %v, or as cheap", n.Degrees, front[k-1].Degrees)
		}
		if d := n.Degrees[0]; d <= 4 {
			alone, err := compile(t.Context(), g, opts, only{degrees: []int{d}})
			if err != nil || !bytes.Equal(alone.Plan.Encode(), n.Result.Plan.Encode()) {
				t.Errorf("degree %d alone comes to another plan: %v", d, err)
			}
		}
		found = found || n.Result.Report.Noise.Cost >= chosen.Report.Noise.Cost && f.RMS >= chosen.Report.Fit.RMS/1.06
	}
	if len(front) < 4 || !found {
		t.Errorf("%d networks, none as the chosen one of degrees %v", len(front), chosen.Report.Fit.Degrees)
	}
}

// TestTooDeepForAnyRing: what no ring has levels for is refused at once, with what the layers take.
func TestTooDeepForAnyRing(t *testing.T) {
	g := graphtest.Teacher(1, "sin", slices.Repeat([]int{3}, 45)...)
	_, err := Compile(t.Context(), g, Options{Calibration: graphtest.Samples(g, 100), TargetError: 1e-6})
	var d *diag.Error
	if !errors.As(err, &d) || !strings.Contains(err.Error(), "too deep") || !strings.Contains(err.Error(), "43 functions") ||
		!strings.Contains(err.Error(), ": 2 levels, 52 bits; in all 86 levels, 2236 bits, and 110 at the end") || !strings.Contains(err.Error(), "the first 31 of these 43 layers would fit") {
		t.Error(err)
	}
}

// TestNoRingForDegrees: where rings have levels for some polynomials and not for better ones, the refusal says what these would take.
func TestNoRingForDegrees(t *testing.T) {
	g := graphtest.Teacher(1, "sin", slices.Repeat([]int{3}, 22)...)
	_, err := Compile(t.Context(), g, Options{Calibration: graphtest.Samples(g, 100), TargetError: 1e-9})
	var d *diag.Error
	if !errors.As(err, &d) || !strings.Contains(err.Error(), "more precise ones have no ring: degree ") || !strings.Contains(err.Error(), "; in all ") {
		t.Error(err)
	}
}

// TestLargeLoss: a knee that labels say is much worse than the model comes with a warning, where there is no target.
func TestLargeLoss(t *testing.T) {
	truth := labels.Truth{Classes: slices.Repeat([]string{"0"}, 200)}
	right, lost := make([]float64, 200), make([]float64, 200)
	for _, wrong := range []int{3, 10} {
		copy(lost, slices.Repeat([]float64{1}, wrong))
		for _, target := range []float64{0, 0.9} {
			c := &compilation{truth: truth, opts: Options{TargetAgreement: target}, fit: fit.Fit{HeldOut: 200, Loss: truth.Compared(right, lost)}}
			warned := slices.ContainsFunc(c.fitWarnings(), func(w Warning) bool {
				return w.Reason == LargeLoss && strings.Contains(w.Text, "on 200 held-out samples 95.0 % right, in clear 100.0 %")
			})
			if warned != (wrong == 10 && target == 0) {
				t.Errorf("%d wrong, target %v: warned %v", wrong, target, warned)
			}
		}
	}
}

// TestNoiseByValues: noise is small beside the distance from the values that chose the polynomials, however large an error few samples
// predict.
func TestNoiseByValues(t *testing.T) {
	g := graphtest.Teacher(2, "relu", 4, 8, 8, 3)
	o := Options{Calibration: graphtest.Samples(g, 60)}
	for _, x := range o.Calibration {
		o.Values = append(o.Values, graphtest.Outputs(g, x)[0])
	}
	r, err := Compile(t.Context(), g, o)
	if err != nil {
		t.Fatal(err)
	}
	if noise, most := r.Report.Noise.Error, r.Report.Fit.Loss.Distance(); noise > most {
		t.Errorf("noise of %v, %v from the values", noise, most)
	}
}

// TestFineTargets: deep networks whose outputs hardly vary get a plan for any target, or a refusal, and no fault of the
// compiler.
func TestFineTargets(t *testing.T) {
	for _, depth := range []int{20, 40} {
		for _, target := range []float64{1e-6, 1e-8, 1e-9, 1e-10} {
			b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, uint64(depth))))
			x, small := b.Input(8), b.Add(tensor.Const{Data: []float64{0.3}})
			for range depth {
				x = b.Add(tensor.Func{Fn: "sigmoid"}, b.Add(tensor.Mul{}, b.Dense(x, 8), small))
			}
			g := b.Output(b.Dense(x, 3))
			_, err := Compile(t.Context(), g, Options{Calibration: graphtest.Samples(g, 200), TargetError: target})
			var refused *diag.Error
			if err != nil && !errors.As(err, &refused) {
				t.Errorf("%d layers, %g: %v", depth, target, err)
			}
		}
	}
}

// TestLevelsOfRefusal: a refusal for depth says what takes the levels, and offers no error that is larger than the outputs' range.
func TestLevelsOfRefusal(t *testing.T) {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 40)))
	x, small := b.Input(4), b.Add(tensor.Const{Data: []float64{0.3}})
	for range 60 {
		x = b.Add(tensor.Mul{}, b.Dense(x, 4), small)
		x = b.Add(tensor.Mul{}, x, x)
	}
	g := b.Output(b.Dense(x, 2))
	_, err := Compile(t.Context(), g, Options{Calibration: graphtest.Samples(g, 100), TargetError: 1e-3})
	var refused *diag.Error
	if !errors.As(err, &refused) {
		t.Fatal(err)
	}
	text := err.Error()
	for _, part := range []string{"each of 121 from node 6 to node 365: 1 level, 15 bits; in all 121 levels, 1815 bits, about, where the ring has 1747", "what would fit: 116 levels of 15 bits, or 14 bits for each of these 121"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in %s", part, text)
		}
	}
}
