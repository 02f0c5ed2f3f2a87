package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"hecc/ir/plan"
	"hecc/runtime/datafile"
)

const (
	samplesPage  = "../../docs/samples.md"
	samplesBegin = "<!-- shipped models: written by go test ./cmd/hecc -run SamplesPage -full -update -->\n"
	samplesEnd   = "<!-- end of shipped models -->\n"
)

// curves are shipped models that are compiled from more and more of their calibration samples, as their users would.
var curves = []struct {
	model, what string
	options     []string
	counts      []int
}{
	{"tabular/regressor", "10-20-10-1, ReLU, `--target-error 0.25`", []string{"--target-error", "0.25"}, []int{25, 50, 100, 200, 300}},
	{"mnist/relu", "784-128-64-10, ReLU, `--target-agreement 0.98`", []string{"--target-agreement", "0.98"}, []int{50, 100, 200, 500, 1000, 1980}},
	{"vibration/conv_autoencoder", "convolutions on 1,024 samples of a signal, tanh, without a target", nil, []int{50, 100, 200, 512}},
	{"mnist/lola", "convolution, 100-10, x², without a target", nil, []int{5, 20, 100, 500, 1980}},
}

// TestSamplesPage writes the tables of shipped models in docs/samples.md; without -full it only looks for them.
//
//	go test ./cmd/hecc -run SamplesPage -full -update -timeout 60m
func TestSamplesPage(t *testing.T) {
	page, err := os.ReadFile(samplesPage)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(page), samplesBegin)
	shown, tail, ok2 := strings.Cut(rest, samplesEnd)
	if !ok || !ok2 {
		t.Fatalf("%s has no %s", samplesPage, samplesBegin)
	}
	var text strings.Builder
	for _, c := range curves {
		head := fmt.Sprintf("\n`%s`: %s.\n\n%s", c.model, c.what, samplesHead)
		text.WriteString(head)
		_, table, _ := strings.Cut(shown, head)
		lines := strings.Split(table, "\n")
		for k, count := range c.counts {
			row := fmt.Sprintf("| %d |", count)
			if *full {
				row = samplesRow(t, c.model, c.options, count)
				t.Log(row)
				text.WriteString(row + "\n")
			}
			if !*update && (k >= len(lines) || !strings.HasPrefix(lines[k], row)) {
				t.Errorf("%s does not have of %s the row\n%s\nrun with -full -update", samplesPage, c.model, row)
			}
		}
	}
	if *full && *update && !t.Failed() {
		if err := os.WriteFile(samplesPage, []byte(head+samplesBegin+text.String()+"\n"+samplesEnd+tail), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

const samplesHead = `| samples | may exceed | degrees | N | levels | server | keys | error predicted | measured | argmax promised | kept | outside |
|---|---|---|---|---|---|---|---|---|---|---|---|
`

// samplesRow compiles a model from some of its samples, and simulates it on those that nothing was fitted on.
func samplesRow(t *testing.T, model string, options []string, count int) string {
	t.Helper()
	dir := t.TempDir()
	some, out := filepath.Join(dir, "some.npy"), filepath.Join(dir, "model.hecc")
	writeSome(t, samplesOf(model, "calibrate"), some, count)
	args := append([]string{"compile", filepath.Join(shipped, model+".onnx"), "--calibrate", some, "-o", out, "--json"}, options...)
	var stderr bytes.Buffer
	cmd := exec.Command("hecc", args...)
	cmd.Stderr = &stderr
	printed, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s from %d samples: %v: %s", model, count, err, &stderr)
	}
	var c struct {
		Plan struct {
			LogN        int     `json:"log_n"`
			Levels      int     `json:"levels"`
			Ms          float64 `json:"predicted_ms"`
			Keys        float64 `json:"eval_key_bytes"`
			HeldOut     int     `json:"held_out"`
			Activations []struct {
				Degree int  `json:"degree"`
				Exact  bool `json:"exact"`
			} `json:"activations"`
		} `json:"plan"`
	}
	if err := json.Unmarshal(printed, &c); err != nil {
		t.Fatal(err)
	}
	degrees, exceed := "exact", "–"
	for _, a := range c.Plan.Activations {
		if a.Exact {
			continue
		}
		if degrees == "exact" {
			degrees = fmt.Sprint(a.Degree)
		} else {
			degrees += fmt.Sprint(", ", a.Degree)
		}
	}
	if n := c.Plan.HeldOut; n > 0 {
		exceed = fmt.Sprintf("%.2g %%", 100*plan.Exceeding(n))
	}
	f := verifyJSON(t, out, "--data", samplesOf(model, "test"), "--simulate")
	share := func(field string) string {
		if v, ok := f[field].(float64); ok {
			return fmt.Sprintf("%.1f %%", 100*v)
		}
		return "–"
	}
	return fmt.Sprintf("| %d | %s | %s | 2^%d | %d | %.3g ms | %.3g MiB | %.2g | %.2g | %s | %s | %.1f %% |",
		count, exceed, degrees, c.Plan.LogN, c.Plan.Levels, c.Plan.Ms, c.Plan.Keys/(1<<20), f["predicted_error"], f["max_abs_error"],
		share("predicted_agreement"), share("argmax_agreement"), 100*f["outside_samples"].(float64)/f["samples"].(float64))
}

// writeSome writes some of the samples of a file, drawn by chance: more of them have the fewer among them.
func writeSome(t *testing.T, from, to string, count int) {
	t.Helper()
	file, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	samples, err := datafile.DecodeNpy(file)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	rng.Shuffle(len(samples), func(i, j int) { samples[i], samples[j] = samples[j], samples[i] })
	if file, err = datafile.EncodeNpy(samples[:count]); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, file, 0o644); err != nil {
		t.Fatal(err)
	}
}
