package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// verifyJSON runs hecc verify --json as a process of its own.
func verifyJSON(t *testing.T, args ...string) (m map[string]any) {
	t.Helper()
	cmd := exec.Command("hecc", append([]string{"verify", "--json"}, args...)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("hecc verify %s: %v: %s", strings.Join(args, " "), err, &stderr)
	}
	if err := json.Unmarshal(out, &m); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	return m
}

// measuredOnly are the fields that only encrypted runs have.
var measuredOnly = []string{"latency_ms", "amortised_ms"}

// TestVerifyJSON checks that scripts find every figure, in the same form with --simulate.
func TestVerifyJSON(t *testing.T) {
	args := []string{filepath.Join(fixtures, "torch_opset12.onnx"), "--samples", "3",
		"--data", filepath.Join(fixtures, "torch_opset12_x.npy"), "--expect", filepath.Join(fixtures, "torch_opset12_y.npy")}
	encrypted, simulated := verifyJSON(t, args...), verifyJSON(t, append(args, "--simulate")...)
	want := strings.Fields(`samples max_abs_error mean_abs_error max_abs_error_expect argmax_agreement
		accuracy_clear accuracy_encrypted predicted_error latency_ms amortised_ms compile_ms keygen_ms
		encrypt_ms decrypt_ms eval_key_bytes input_ciphertext_bytes output_ciphertext_bytes plan_bytes
		peak_rss_bytes log_n log_qp security_bits levels rotations key_switches plain_mults bootstraps
		batch threads`)
	for kind, m := range map[string]map[string]any{"encrypted": encrypted, "simulated": simulated} {
		for _, field := range want {
			if _, ok := m[field]; !ok {
				t.Errorf("%s: no field %s", kind, field)
			}
		}
		if m["samples"] != 3.0 || m["threads"] != 1.0 || m["security_bits"].(float64) < 128 || m["accuracy_clear"] != nil {
			t.Errorf("%s: %v", kind, m)
		}
		for _, field := range []string{"max_abs_error", "max_abs_error_expect"} {
			if e := m[field].(float64); !(e <= m["predicted_error"].(float64)) {
				t.Errorf("%s: %s is %v, predicted %v", kind, field, e, m["predicted_error"])
			}
		}
		for _, field := range measuredOnly {
			if (m[field] == nil) != (kind == "simulated") {
				t.Errorf("%s: %s is %v", kind, field, m[field])
			}
		}
	}
	if l := encrypted["latency_ms"].(map[string]any); l["min"].(float64) <= 0 || l["median"].(float64) > l["max"].(float64) {
		t.Errorf("latency %v", l)
	}
}
