package main

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hecc/internal/optest"
	"hecc/ir/audit"
	"hecc/ir/diag"
	"hecc/ir/he"
)

// traceJSON runs verify --trace as a process of its own; a noise outside its prediction fails it.
func traceJSON(t *testing.T, args ...string) (tr trace) {
	t.Helper()
	cmd := exec.Command("hecc", append([]string{"verify", "--trace", "--ops", "--json"}, args...)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if e := json.Unmarshal(out, &tr); e != nil {
		t.Fatalf("%v in %q: %v: %s", e, out, err, &stderr)
	}
	if err != nil {
		t.Errorf("hecc verify --trace %s: %v: %s", strings.Join(args, " "), err, &stderr)
	}
	return tr
}

// TestTrace decrypts after each operation and holds noise against its prediction: with -full, of all shipped
// models that run on this machine in 20 encrypted runs each, else of three in fewer.
//
//	go test ./cmd/hecc -run Trace -full -v -timeout 120m
func TestTrace(t *testing.T) {
	for _, m := range []struct {
		model   string
		samples string // without -full; none: it is left out
		options []string
	}{
		{"mnist/pca_sigmoid", "1", nil},
		{"mnist/lola", "1", nil},
		{"vibration/autoencoder", "5", nil},
		{"mnist/square", "", nil},
		{"mnist/square_deep", "", nil},
		{"mnist/relu", "", []string{"--target-agreement", "0.98"}},
		{"mnist/pca", "", nil},
		{"mnist/deep", "", []string{"--target-agreement", "0.95"}},
		{"mnist/lenet_square", "", nil},
		{"mnist/lenet", "", []string{"--target-agreement", "0.98"}},
		{"mnist/lenet_tanh", "", []string{"--target-agreement", "0.98"}},
		{"vibration/bearing", "", []string{"--target-error", "0.05"}},
		{"vibration/conv_autoencoder", "", nil},
		{"control/policy", "", nil},
		{"tabular/regressor", "", []string{"--target-error", "0.06"}},
		{"monitoring/pca", "", nil},
		{"monitoring/classifier", "", nil},
		{"monitoring/score", "", []string{"--target-error", "0.1"}},
		{"monitoring/simple", "", nil},
		{"monitoring/linear", "", nil},
		{"monitoring/chart", "", nil},
		{"tutorial/digits", "", []string{"--target-agreement", "0.95"}},
		{"tutorial/tumours", "", []string{"--target-agreement", "0.9"}},
	} {
		t.Run(m.model, func(t *testing.T) {
			samples := m.samples
			if *full {
				samples = "20"
			} else if samples == "" {
				t.Skip("without -full")
			}
			args := append([]string{filepath.Join(shipped, m.model+".onnx"), "--calibrate", samplesOf(m.model, "calibrate"),
				"--data", samplesOf(m.model, "test"), "--samples", samples}, m.options...)
			checkTrace(t, traceJSON(t, args...))
		})
	}
}

// checkTrace asserts what is promised of predictions.
func checkTrace(t *testing.T, tr trace) {
	t.Helper()
	if tr.Schema != traceSchema || tr.Traced < 5 || tr.Above == nil || len(tr.Layers) < 2 {
		t.Fatalf("a trace of nothing: %+v", tr)
	}
	t.Logf("| %s | %d | %d | %.2f | %.2f | %.2f | %.2f |", tr.Model, tr.Traced, len(tr.Outside), tr.Above.Mean, tr.Above.Median, tr.Above.Least, tr.Above.Most)
	if len(tr.Outside) > 0 {
		t.Errorf("noise is outside its prediction at %v", tr.Outside)
	}
	const most, under = 1, -1 // bits; 0.1 and -0.5 were measured
	if math.Abs(tr.Above.Mean) > most || tr.Above.Least < under {
		t.Errorf("predictions are above what was measured by %+v bits", *tr.Above)
	}
	for _, r := range tr.Operations {
		if r.Measured == nil {
			continue
		}
		sum := 0.0
		for _, part := range r.Terms {
			sum += part * part
		}
		// Terms are taken from one draw and the whole from many, and a value may have few independent slots.
		if ratio := math.Sqrt(sum) / r.Predicted; r.Predicted > 0 && !(ratio > 0.2 && ratio < 5) {
			t.Errorf("%%%d %s: terms of %.3g together, noise of %.3g", r.ID, r.Op, math.Sqrt(sum), r.Predicted)
		}
	}
}

// TestTraceRows: what is outside its prediction is flagged, and in its layer too.
func TestTraceRows(t *testing.T) {
	c, v := optest.Circuit(he.Rescale{})
	v.Pos, v.In[0].Pos = diag.Pos{Op: "Gemm", Name: "a"}, diag.Pos{Op: "Gemm", Name: "a"}
	c.Values[0].Pos = diag.Pos{}
	traced := func(noise float64) trace {
		var ops []*opTrace
		for _, v := range c.Values {
			o := &opTrace{v: v, magnitude: 8, limit: 7, ms: []float64{1, 9, 2}, predictMs: 1}
			p := audit.Prediction{Deviation: 0.5, Most: 0.75, Largest: 2, Terms: map[audit.Term]float64{audit.Fresh: 0.5}}
			for range 3 {
				o.predicted, o.deviation, o.largest = append(o.predicted, p), append(o.deviation, 0.25), append(o.largest, 1)
			}
			ops = append(ops, o)
		}
		ops[v.ID].largest[1] = noise
		var tr trace
		tr.Ranges = []layerRange{{layerFit: layerFit{Source: "a", Err: 0.125}, LargestT: 1.5, outside: 1, samples: 3}}
		tr.fill(c, ops)
		return tr
	}
	tr := traced(2)
	row := tr.Operations[v.ID]
	if len(tr.Outside) != 0 || len(row.Flags) != 0 || *row.BitsLeft != 4 || *row.BitsFound != 5 || row.Took != 2 || tr.Above.Median != 1 {
		t.Errorf("row %+v of %+v", row, tr)
	}
	layer := tr.Layers[len(tr.Layers)-1]
	if layer.Source != "a" || layer.ID != v.ID || !slices.Equal(layer.Flags, []string{flagInterval}) || *layer.FitError != 0.125 || *layer.LargestT != 1.5 {
		t.Errorf("layer %+v", layer)
	}
	for _, noise := range []float64{2.01, math.NaN(), math.Inf(1)} {
		tr := traced(noise)
		layer := tr.Layers[len(tr.Layers)-1]
		if !slices.Equal(tr.Outside, []int{v.ID}) || !slices.Contains(layer.Flags, flagNoise) || !slices.Contains(layer.Flags, flagOverflow) {
			t.Errorf("noise of %v in one of three samples is not flagged: %+v", noise, layer)
		}
		if text := tr.text(true, narrow); !strings.Contains(text, "! noise above its prediction") || !strings.Contains(text, "outside its prediction: 2\n") {
			t.Errorf("text:\n%s", text)
		}
	}
}

// TestTraceNotices: noise that is half as large again as predicted is flagged, and noise as predicted is not.
func TestTraceNotices(t *testing.T) {
	c, v := optest.Circuit(he.Rescale{})
	rng := rand.New(rand.NewPCG(1, 2))
	for _, factor := range []float64{0.5, 1, 1.5, 3} {
		var row traceRow
		for at, p := range audit.PredictNoise(c, c.Input.Pack(make([]float64, c.Input.Size))) {
			if at != v {
				continue
			}
			slots := make([]float64, len(p.Exact))
			for k := range slots {
				slots[k] = p.Exact[k] + factor*p.Deviation*rng.NormFloat64()
			}
			o := &opTrace{v: v}
			o.add(p, slots, 0, 1)
			row = o.row()
		}
		if flagged := len(row.Flags) > 0; flagged != (factor > 1) || math.Abs(*row.Measured/row.Predicted/factor-1) > 0.1 {
			t.Errorf("noise %v times as large as predicted: %+v", factor, row)
		}
	}
}

// TestReadingNames: docs/reading.md names the terms of noise, and what is marked.
func TestReadingNames(t *testing.T) {
	b, err := os.ReadFile("../../docs/reading.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(b)
	for _, name := range append([]string{flagText[flagNoise], flagText[flagInterval], flagText[flagTime]}, termNames()...) {
		if !strings.Contains(doc, name) {
			t.Errorf("docs/reading.md does not name %s", name)
		}
	}
}

func termNames() (names []string) {
	for _, term := range audit.Terms {
		names = append(names, string(term))
	}
	return names
}
