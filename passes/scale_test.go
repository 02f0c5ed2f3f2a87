package passes

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// scaledNet is a network whose function's arguments are multiplied by one number, and its outputs by another.
func scaledNet(arguments, outputs float64) *tensor.Graph {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(3, 3)))
	times := func(x *tensor.Node, s float64) *tensor.Node {
		return b.Add(tensor.Mul{}, x, b.Add(tensor.Const{Shape: x.Shape, Data: slices.Repeat([]float64{s}, x.Size())}))
	}
	h := b.Add(tensor.Func{Fn: "relu"}, times(b.Dense(b.Input(6), 8), arguments))
	return b.Output(times(b.Dense(times(h, 1/arguments), 3), outputs))
}

// TestScales: what is multiplied by 1e-8 or 1e8 gets the same polynomials, and as good an error relative to the outputs.
func TestScales(t *testing.T) {
	compile := func(arguments, outputs float64) *Result {
		g := scaledNet(arguments, outputs)
		r, err := Compile(context.Background(), g, Options{Calibration: graphtest.Samples(g, 300)})
		if err != nil {
			t.Fatalf("arguments times %v, outputs times %v: %v", arguments, outputs, err)
		}
		return r
	}
	want := compile(1, 1)
	for _, c := range [][2]float64{{1e-8, 1}, {1e8, 1}, {1, 1e-8}, {1, 1e8}} {
		got := compile(c[0], c[1])
		if !slices.Equal(got.Report.Fit.Degrees, want.Report.Fit.Degrees) {
			t.Errorf("arguments times %v, outputs times %v: degrees %v, want %v", c[0], c[1], got.Report.Fit.Degrees, want.Report.Fit.Degrees)
		}
		e, w := got.Plan.Interface.PredictedError/c[1], want.Plan.Interface.PredictedError
		if e > 1.2*w || e < w/1.2 {
			t.Errorf("arguments times %v, outputs times %v: error %v, want about %v", c[0], c[1], e, w)
		}
	}
}

// TestValuesTooLarge: numbers that nothing can be computed with are refused by name, with a cure.
func TestValuesTooLarge(t *testing.T) {
	for _, outputs := range []float64{1e200, 1e300} {
		g := scaledNet(1, outputs)
		for _, opts := range []Options{unitBox(g), {Calibration: graphtest.Samples(g, 100)}} {
			_, err := Compile(context.Background(), g, opts)
			var d *diag.Error
			if !errors.As(err, &d) || !strings.Contains(d.Msg, "too large to compute with") || len(d.Notes) == 0 {
				t.Errorf("outputs times %v: %v", outputs, err)
			}
		}
	}
}
