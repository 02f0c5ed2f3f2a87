package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestFull runs every shipped model on 20 encrypted samples, and the MNIST networks on 1,000
// simulated ones. It logs the rows of README's table:
//
//	go test ./cmd/hecc -run Full -full -v
func TestFull(t *testing.T) {
	if !*full {
		t.Skip("without -full")
	}
	for _, m := range []struct {
		model     string
		labels    bool
		error     float64 // largest that may be measured; 0: as predicted
		agreement float64 // of the 20
		options   []string
	}{
		{"mnist/square", true, 5e-2, 0.98, nil},
		{"mnist/square_deep", true, 5e-2, 0.98, nil},
		{"mnist/relu", true, 0, 0.9, []string{"--target-agreement", "0.98"}},
		{"mnist/pca", false, 1e-3, 0, nil},
		{"mnist/pca_sigmoid", true, 0, 0.9, nil},
		{"vibration/autoencoder", false, 0, 0, nil},
		{"mnist/lola", true, 5e-2, 0.98, nil},
		{"mnist/lenet_square", true, 5e-2, 0.98, nil},
		{"mnist/lenet", true, 0, 0.9, []string{"--target-agreement", "0.98"}},
		{"mnist/lenet_tanh", true, 0, 0.9, []string{"--target-agreement", "0.98"}},
		{"vibration/bearing", true, 5e-2, 0.98, []string{"--target-error", "0.05"}},
		{"vibration/conv_autoencoder", false, 0, 0, nil},
	} {
		t.Run(filepath.Base(m.model), func(t *testing.T) {
			dir, name := filepath.Split(m.model)
			args := []string{filepath.Join(shipped, m.model+".onnx"), "--calibrate", samplesOf(m.model, "calibrate"),
				"--data", samplesOf(m.model, "test"), "--expect", filepath.Join(data, dir, name+"_expect.npy")}
			args = append(args, m.options...)
			if m.labels {
				args = append(args, "--labels", samplesOf(m.model, "test_labels"))
			}
			f := verifyJSON(t, append(args, "--samples", "20")...)
			measured, predicted := f["max_abs_error"].(float64), f["predicted_error"].(float64)
			kib := func(field string) float64 { return f[field].(float64) / 1024 }
			t.Logf("| `%s` | %.2g | %.2g | %.0f %% | %.0f ms | %.1f MiB | %.0f KiB | %.0f KiB |", m.model, measured, predicted,
				100*kept(f), f["latency_ms"].(map[string]any)["median"], kib("eval_key_bytes")/1024,
				kib("input_ciphertext_bytes"), kib("output_ciphertext_bytes"))
			if measured > predicted || m.error > 0 && measured > m.error || kept(f) < m.agreement {
				t.Errorf("beyond the bounds %v", m)
			}
			if !m.labels {
				return
			}
			f = verifyJSON(t, append(args, "--samples", "1000", "--simulate")...)
			clear, simulated := f["accuracy_clear"].(float64), f["accuracy_encrypted"].(float64)
			t.Logf("accuracy on 1000 samples %v, in clear %v", simulated, clear)
			promised, known := f["predicted_agreement"].(float64)
			if known && kept(f) < promised {
				t.Errorf("argmax stays on %v of 1000 samples, predicted %v", kept(f), promised)
			}
			lost := 0.01
			if len(m.options) > 0 && m.options[0] == "--target-agreement" {
				lost = 0.02 // of the decisions that are asked for
			}
			if simulated < clear-lost {
				t.Errorf("accuracy %v, in clear %v", simulated, clear)
			}
		})
	}
}

// samplesOf is the file of a model's own data of a kind, or of those that it shares with the models beside it.
func samplesOf(model, kind string) string {
	own := filepath.Join(data, model+"_"+kind+".npy")
	if _, err := os.Stat(own); err == nil {
		return own
	}
	return filepath.Join(data, filepath.Dir(model), kind+".npy")
}

// kept is the share of samples whose argmax stays: all of them, where there is nothing to choose from.
func kept(figures map[string]any) float64 {
	if share, ok := figures["argmax_agreement"].(float64); ok {
		return share
	}
	return 1
}
