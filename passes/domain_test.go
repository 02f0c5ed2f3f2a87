package passes

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
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
