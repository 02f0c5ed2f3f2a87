package hecc_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"hecc/frontend/onnx"
	"hecc/ir/tensor"
	"hecc/passes"
)

// TestDeepModels compiles the shipped networks of many layers and of few features, and holds their promises
// against encrypted samples that nobody has seen: 20 of each with -full, else a few of the first.
//
//	go test . -run DeepModels -full -v
func TestDeepModels(t *testing.T) {
	for _, m := range []struct {
		model, data string
		options     passes.Options
		agreement   float64 // of these 20; 0: there is nothing to choose from
	}{
		{"mnist/deep", "mnist", passes.Options{TargetAgreement: 0.95}, 0.8},
		{"tabular/regressor", "tabular", passes.Options{TargetError: 0.06}, 0}, // 5 % of its range
		{"control/policy", "control", passes.Options{TargetError: 1}, 0},       // 5 % of its range
	} {
		t.Run(filepath.Base(m.model), func(t *testing.T) {
			if !*full && m.options.TargetError > 0 {
				t.Skip("without -full: a run takes seconds on processors without AVX-512")
			}
			g, err := onnx.Load(filepath.Join("models", m.model+".onnx"))
			check(err)
			m.options.Calibration = calibration(t, m.data)
			r, err := passes.Compile(context.Background(), g, m.options)
			check(err)
			file, err := os.ReadFile(filepath.Join("testdata", m.data, "test.npy"))
			check(err)
			samples := digits(file)[:20]
			if !*full {
				samples = samples[:10]
			}
			answers, took := encrypted(t, r.Plan, samples)
			exact, worst, kept := tensor.NewEvaluator(r.Plan.Imported), 0.0, 0
			for s, x := range samples {
				want := run(t, exact, x).Of(r.Plan.Imported.Primary().Node)
				worst = max(worst, distance(answers[s], want))
				if largest(answers[s]) == largest(want) {
					kept++
				}
			}
			i := &r.Plan.Interface
			t.Logf("N=2^%d, %d levels, %v a sample: error %.3g, predicted %.3g; argmax kept on %d of %d", i.Params.LogN, i.Params.MaxLevel(), took, worst, i.PredictedError, kept, len(samples))
			if worst > i.PredictedError {
				t.Errorf("error %v, predicted %v", worst, i.PredictedError)
			}
			if float64(kept) < m.agreement*float64(len(samples)) {
				t.Errorf("the argmax is kept on %d of %d samples", kept, len(samples))
			}
		})
	}
}
