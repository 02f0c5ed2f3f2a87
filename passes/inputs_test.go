package passes

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/ir/tensor"
)

// TestWholeModelInFront: a model without weights is computed by the client alone, exactly but for the
// encryption.
func TestWholeModelInFront(t *testing.T) {
	g := tensor.New("m.onnx", tensor.Imported)
	x := g.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: []int{4}})
	g.Outputs = []tensor.Output{{Name: "y", Node: g.MustAdd(diag.Pos{}, tensor.Func{Fn: "relu"}, x)}}
	r, err := Compile(context.Background(), g, Options{InputRange: uniformBox(4, -10, 10)})
	if err != nil {
		t.Fatal(err)
	}
	if box := r.Plan.Interface.Box; box.Lo[0] < -1e-9 || box.Hi[0] < 10 || r.Plan.Fit.Error != 0 {
		t.Errorf("box %v, fit %v", box, r.Plan.Fit.Error)
	}
}

// TestCalibrationThroughPrologue: samples with missing values calibrate a model that replaces them, and no
// other.
func TestCalibrationThroughPrologue(t *testing.T) {
	samples := [][]float64{{math.NaN(), 1, 2, 3}, {0, math.NaN(), 1, 0}}
	r, err := Compile(context.Background(), graphtest.Front(graphtest.Impute), Options{Calibration: samples})
	if err != nil {
		t.Fatal(err)
	}
	if box := r.Plan.Interface.Box; !(box.Lo[0] <= 0 && box.Hi[0] >= 1) {
		t.Errorf("box %v", box)
	}
	var d *diag.Error
	if _, err = Compile(context.Background(), graphtest.Front(graphtest.Scale), Options{Calibration: samples}); !errors.As(err, &d) ||
		!strings.Contains(d.Msg, "calibration sample 0: element 0 is NaN") || len(d.Notes) == 0 {
		t.Errorf("got %v", err)
	}
}

// TestBehindWeights: what only the client computes is refused between weights.
func TestBehindWeights(t *testing.T) {
	g := graphtest.Front(func(g *tensor.Graph, x *tensor.Node) *tensor.Node {
		w := g.MustAdd(diag.Pos{}, tensor.Const{Shape: []int{4, 4}, Data: graphtest.Ramp(16)})
		h := g.MustAdd(diag.Pos{}, tensor.MatMul{}, x, w)
		return g.MustAdd(diag.Pos{Node: 7, Op: "OneHotEncoder"}, tensor.Lookup{Keys: []float64{1}, Values: []float64{1}}, h)
	})
	_, err := Compile(context.Background(), g, Options{InputRange: &plan.Box{Lo: []float64{0, 0, 0, 0}, Hi: []float64{1, 1, 1, 1}}})
	var d *diag.Error
	if !errors.As(err, &d) || d.Pos.Node != 7 {
		t.Errorf("got %v", err)
	}
}
