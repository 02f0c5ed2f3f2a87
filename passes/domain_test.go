package passes

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/ir/tensor"
)

// logOf is a map of log(±x + shift), of two inputs in [-1, 1].
func logOf(shift float64) *tensor.Graph {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 1)))
	c := b.Add(tensor.Const{Shape: []int{2}, Data: []float64{shift, shift}})
	return b.Output(b.Dense(b.Add(tensor.Func{Fn: "log"}, b.Add(tensor.Add{}, b.Turned(2), c)), 2))
}

// TestDomain: a function is refused where its argument may leave its domain, and intervals
// are widened no further than it is defined.
func TestDomain(t *testing.T) {
	for name, c := range map[string]struct {
		shift      float64
		calibrated bool
		want       string
	}{
		"inside":                     {1.5, false, ""},
		"touches":                    {1, false, "log is defined for positive numbers only"},
		"outside":                    {0.5, false, "log is defined for positive numbers only"},
		"inside, on samples":         {1.001, true, ""},
		"outside, on samples":        {0.9, true, "log is defined for positive numbers only"},
		"far inside, on few samples": {4, true, ""},
	} {
		g := logOf(c.shift)
		opts := unitBox(g)
		if c.calibrated {
			opts = Options{Calibration: graphtest.Samples(g, 200)}
		}
		opts.TargetError = anyError
		r, err := Compile(context.Background(), g, opts)
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			} else if !c.calibrated {
				checkCompiled(t, g, r)
			}
			continue
		}
		var d *diag.Error
		if !errors.As(err, &d) || d.Pos.Op != "func" || !strings.Contains(d.Msg, c.want) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// TestFunctionPerElement: where the function differs by element, so do the polynomials.
func TestFunctionPerElement(t *testing.T) {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 1)))
	slopes := &tensor.Body{}
	slopes.Add("max", 0, slopes.Add("mul", 0, slopes.AddConst(0.5, 0.25, -0.5)))
	g := b.Output(b.Dense(b.Add(tensor.Func{Fn: "prelu", Body: slopes}, b.Turned(3)), 2))
	opts := unitBox(g)
	opts.TargetError = 0.05
	r, err := Compile(context.Background(), g, opts)
	if err != nil {
		t.Fatal(err)
	}
	checkCompiled(t, g, r)
	if len(r.Plan.Fit.Activations) != 1 {
		t.Errorf("%d functions on ciphertexts", len(r.Plan.Fit.Activations))
	}
}

// TestInfiniteBounds: networks whose bounds on the declared range grow to the end of floating-point numbers,
// or beyond, are compiled, or refused with the file and a cure.
func TestInfiniteBounds(t *testing.T) {
	for _, c := range []struct {
		fn    string
		depth int
		scale float64
	}{
		{"relu", 1, 1e10}, {"relu", 4, 1e30}, {"relu", 1, 1e40}, {"tanh", 1, 1e10}, {"tanh", 2, 1e300},
		{"exp", 2, 1}, {"exp", 3, 1}, {"exp", 4, 1}, {"exp", 2, 1e3}, {"log", 2, 1},
	} {
		b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 1)))
		x := b.Input(3)
		for range c.depth {
			x = b.Add(tensor.Func{Fn: c.fn}, b.Dense(x, 4))
			x = b.Add(tensor.Mul{}, x, b.Add(tensor.Const{Data: []float64{c.scale}}))
		}
		g := b.Output(b.Dense(x, 2))
		r, err := Compile(context.Background(), g, Options{InputRange: uniformBox(3, -2, 2)})
		if err == nil {
			_, err = plan.Decode(r.Plan.Encode())
		}
		var d *diag.Error
		if err != nil && (!errors.As(err, &d) || d.Pos.File == "" || len(d.Notes) == 0) {
			t.Errorf("%v: %v", c, err)
		}
		t.Log(fmt.Sprint(c, ": ", err))
	}
}

// scaledNet is a network whose function's arguments are multiplied by one number, and its outputs by another.
func scaledNet(arguments, outputs float64) *tensor.Graph {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(3, 3)))
	times := func(x *tensor.Node, s float64) *tensor.Node {
		return b.Add(tensor.Mul{}, x, b.Add(tensor.Const{Shape: x.Shape, Data: slices.Repeat([]float64{s}, x.Size())}))
	}
	h := b.Add(tensor.Func{Fn: "relu"}, times(b.Dense(b.Input(6), 8), arguments))
	return b.Output(times(b.Dense(times(h, 1/arguments), 3), outputs))
}

// TestScales: what is multiplied by 1e-8 or 1e8 gets the same polynomials, and as good an error relative to
// the outputs.
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
