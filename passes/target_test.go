package passes

import (
	"context"
	"math/rand/v2"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/tensor"
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
