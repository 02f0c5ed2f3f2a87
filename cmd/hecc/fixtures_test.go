package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hecc/frontend/onnx"
	"hecc/ir/diag"
	"hecc/ir/text"
)

// encryptedFixtures run on ciphertexts; among them is each way that a compiler can go wrong
// in silence: an operator that multiplies a value by itself, weights and layers that are used
// twice, skips around an activation and a BatchNorm, an initializer that is an input too, and
// operators whose meaning depends on the opset. So does a model for each supported operator.
// The others run in clear with modelled noise.
var encryptedFixtures = []string{
	"square_mul", "square_pow", "linear_twice", "shared_weight", "gated",
	"skip_activation", "skip_layers", "skip_batchnorm", "ir3_initializer_inputs",
	"softmax_opset11_rank3", "softmax_opset13_rank3", "batchnorm_opset7", "view_dynamic",
	"torch_relu", "torch_tanh", "torch_opset11", "skl_mlp_binary", "skl_scaler_pca_mlp_strings",
}

// dearFixtures take seconds each, and half a minute the first, and run with -full: others have the same operators, and
// TestActivations has the same functions.
var dearFixtures = []string{
	"torch_residual_image", "torch_unet", "torch_separable", "torch_maxpool", "torch_autoencoder1d", "torch_channels_last", "torch_bilinear",
	"torch_relu6", "torch_leakyrelu", "torch_hardtanh", "torch_logsoftmax", "skl_scaler_pca_mlp_relu", "skl_mlp_tanh",
	"torch_corners", "torch_chunk", "torch_cnn1d", "skl_mlp_regressor_many", "skl_scaler_pca_mlp_tanh", "skl_scaler_pca_mlp_logistic",
}

// float32Rounding allows for the expected answers having been computed in float32.
const float32Rounding = 1e-5

// TestFixtures compiles every small model for the range of its samples and compares with the
// answers of the framework that made it: no error may exceed the one that the plan predicts.
func TestFixtures(t *testing.T) {
	models, err := filepath.Glob(filepath.Join(fixtures, "*.onnx"))
	if err != nil || len(models) < 100 {
		t.Fatalf("%d models in %s: %v", len(models), fixtures, err)
	}
	for _, name := range encryptedFixtures {
		if _, err := os.Stat(filepath.Join(fixtures, name+".onnx")); err != nil {
			t.Error(err)
		}
	}
	if !*full {
		models = slices.DeleteFunc(models, func(model string) bool {
			return slices.Contains(dearFixtures, strings.TrimSuffix(filepath.Base(model), ".onnx"))
		})
	}
	covering, missing := coveringFixtures(t, models)
	if len(missing) > 0 {
		t.Errorf("no model has the operators %v", missing)
	}
	imported := map[string]bool{}
	for _, model := range models {
		name := strings.TrimSuffix(filepath.Base(model), ".onnx")
		encrypted := slices.Contains(encryptedFixtures, name) || slices.Contains(covering, model)
		same := importedAs(t, model)
		if imported[same] && !encrypted && !*full {
			continue
		}
		imported[same] = true
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkFixture(t, model, encrypted)
		})
	}
	if len(imported) < 200 {
		t.Errorf("only %d models are compiled", len(imported))
	}
}

// importedAs is a model's imported graph but for its names and weights. Models that differ in these or only before
// import, such as in the opset, are one to the compiler; the importer's tests hold each against its expected answers.
func importedAs(t *testing.T, model string) string {
	t.Helper()
	g, err := onnx.Load(model)
	if err != nil {
		t.Fatal(err)
	}
	d := g.Document()
	d.Lines = d.Lines[1:] // the file's name
	for i := range d.Lines {
		d.Lines[i].Pos = diag.Pos{}
		d.Lines[i].Attrs = slices.DeleteFunc(d.Lines[i].Attrs, func(a text.Attr) bool { return a.Key == "data" })
	}
	return d.Print()
}

func checkFixture(t *testing.T, model string, encrypted bool) {
	base := strings.TrimSuffix(model, ".onnx")
	args := []string{model, "--data", base + "_x.npy", "--expect", base + "_y.npy"}
	if encrypted {
		args = append(args, "--samples", "2")
	} else {
		args = append(args, "--simulate")
	}
	m := verifyJSON(t, args...)
	predicted := m["predicted_error"].(float64)
	if e := m["max_abs_error"].(float64); e > predicted {
		t.Errorf("error %.3g against the exact model, predicted %.3g", e, predicted)
	}
	if e := m["max_abs_error_expect"].(float64); e > predicted+float32Rounding {
		t.Errorf("error %.3g against the framework's answers, predicted %.3g", e, predicted)
	}
}
