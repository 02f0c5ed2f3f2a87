package passes

import (
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
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
