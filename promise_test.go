package hecc_test

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"hecc/frontend/onnx"
	"hecc/ir/tensor"
	"hecc/passes"
)

// TestPromise compiles the shipped networks on half of their calibration samples and looks on
// the other half at what was predicted: of the errors hardly one in a thousand may be larger,
// the prediction must not be useless, and the argmax stays as often as was promised.
func TestPromise(t *testing.T) {
	for _, m := range []struct {
		model, data string
		agreement   float64
	}{
		{"mnist/relu", "mnist", 0.98}, {"mnist/pca_sigmoid", "mnist", 0}, {"vibration/autoencoder", "vibration", 0},
	} {
		g, err := onnx.Load(filepath.Join("models", m.model+".onnx"))
		if err != nil {
			t.Fatal(err)
		}
		var own, unseen [][]float64
		for s, x := range calibration(t, m.data) {
			if s%2 == 0 {
				own = append(own, x)
			} else {
				unseen = append(unseen, x)
			}
		}
		r, err := passes.Compile(context.Background(), g, passes.Options{Calibration: own, TargetAgreement: m.agreement})
		if err != nil {
			t.Fatal(err)
		}
		fit := r.Report.Fit
		epilogue, err := r.Plan.Interface.EpilogueGraph()
		if err != nil {
			t.Fatal(err)
		}
		exact, polynomial, client := tensor.NewEvaluator(g), tensor.NewEvaluator(r.Plan.Polynomial), tensor.NewEvaluator(epilogue)
		exceeded, same, worst := 0, 0, 0.0
		for _, x := range unseen {
			want := run(t, exact, x).Of(g.Primary().Node)
			encrypted := run(t, polynomial, x).Of(r.Plan.Polynomial.Outputs[0].Node)
			got := run(t, client, encrypted).Of(epilogue.Primary().Node)
			e := 0.0
			for i := range want {
				e = max(e, math.Abs(got[i]-want[i]))
			}
			worst = max(worst, e)
			if e > fit.Error {
				exceeded++
			}
			if tensor.Largest(got) == tensor.Largest(want) {
				same++
			}
		}
		agreement := float64(same) / float64(len(unseen))
		t.Logf("%s: degrees %v, error %.3g, predicted %.3g, exceeded by %d of %d; agreement %.4f, predicted %.4f",
			m.model, fit.Degrees, worst, fit.Error, exceeded, len(unseen), agreement, fit.PredictedAgreement)
		if float64(exceeded) > 1e-3*float64(len(unseen)) || fit.Error > 20*worst {
			t.Errorf("%s: predicted %v, measured up to %v, more on %d of %d", m.model, fit.Error, worst, exceeded, len(unseen))
		}
		if agreement < fit.PredictedAgreement {
			t.Errorf("%s: agreement %v, predicted %v", m.model, agreement, fit.PredictedAgreement)
		}
	}
}

func run(t *testing.T, e *tensor.Evaluator, x []float64) tensor.Values {
	v, err := e.Run(x)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
