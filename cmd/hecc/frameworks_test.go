package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// frameworks are whose exports testdata/onnx has, by how their files' names begin.
var frameworks = []struct{ prefix, name string }{{"torch_", "PyTorch"}, {"skl_", "scikit-learn"}}

// TestFrameworks runs every network that a framework exported on all of its encrypted samples and
// compares with what the framework answered. With -update it writes docs/frameworks.md:
//
//	go test ./cmd/hecc -run Frameworks -full -update
func TestFrameworks(t *testing.T) {
	if !*full {
		t.Skip("without -full: TestFixtures runs the same models on fewer samples, most of them simulated")
	}
	doc := frameworksText
	for _, f := range frameworks {
		models, err := filepath.Glob(filepath.Join(fixtures, f.prefix+"*.onnx"))
		if err != nil || len(models) == 0 {
			t.Fatalf("no models of %s: %v", f.name, err)
		}
		for _, model := range models {
			doc += frameworkRow(t, f.name, model)
		}
	}
	if *update && !t.Failed() {
		if err := os.WriteFile("../../docs/frameworks.md", []byte(doc), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func frameworkRow(t *testing.T, framework, model string) string {
	t.Helper()
	base := strings.TrimSuffix(model, ".onnx")
	m := verifyJSON(t, model, "--data", base+"_x.npy", "--expect", base+"_y.npy")
	predicted, measured := m["predicted_error"].(float64), m["max_abs_error_expect"].(float64)
	if !(measured <= predicted+float32Rounding) {
		t.Errorf("%s: error %.3g against the answers of %s, predicted %.3g", filepath.Base(model), measured, framework, predicted)
	}
	row := fmt.Sprintf("| %s | `%s` | %.1e | %.1e | %.0f %% | %.0f | %.0f |\n", framework, filepath.Base(base), predicted, measured,
		100*kept(m), m["levels"], m["log_n"])
	t.Log(row)
	return row
}

const frameworksText = `# Against the libraries that trained the models

Every network of [testdata/onnx](../testdata/onnx) that PyTorch or scikit-learn exported, compiled by default for the range of its samples, without calibration:
its predicted error is a bound for every input in that range. Each of its 16 samples was encrypted, and the decrypted results compared with what the library itself answered
(` + "`predict`, `predict_proba`, `forward`" + `). Where models end in probabilities, errors are those of probabilities.

The libraries answer in float32, which errors of 1e-6 may come from. "Same largest" is the share of samples whose largest output stays.
Without a target, a bound may be as large as 1 % of what is bounded of the outputs' range: such bounds are wide, and calibration (see [activations.md](activations.md)) gives closer ones. Written by

    go test ./cmd/hecc -run Frameworks -full -update

| library | model | predicted | measured against the library | same largest | levels | log₂ N |
|---|---|---|---|---|---|---|
`
