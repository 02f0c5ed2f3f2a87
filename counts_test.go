package hecc_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sbinet/npyio"

	"hecc/frontend/onnx"
	"hecc/internal/graphtest"
	"hecc/ir/audit"
	"hecc/ir/plan"
	"hecc/passes"
	"hecc/passes/packing"
	"hecc/runtime/wire"
)

func TestMain(m *testing.M) { os.Exit(graphtest.Main(m, 100)) }

var update = flag.Bool("update", false, "rewrite golden files")

// TestCounts holds what the shipped models cost, in numbers that are the same on every
// machine, against a golden file: a change of the compiler shows as a change of these. The checker agrees with
// every plan.
func TestCounts(t *testing.T) {
	var b strings.Builder
	b.WriteString(countsHeader())
	for _, m := range []struct{ model, data string }{
		{"mnist/square", "mnist"}, {"mnist/square_deep", "mnist"}, {"mnist/relu", "mnist"},
		{"mnist/pca", "mnist"}, {"mnist/pca_sigmoid", "mnist"}, {"vibration/autoencoder", "vibration"}, {"mnist/lola", "mnist"},
	} {
		g, err := onnx.Load(filepath.Join("models", m.model+".onnx"))
		if err != nil {
			t.Fatal(err)
		}
		r, err := passes.Compile(context.Background(), g, passes.Options{Calibration: calibration(t, m.data)})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, countsOf(m.model, r.Plan))
		for _, line := range audit.Check(r.Plan).Checks {
			if !line.OK {
				t.Errorf("%s: the checker finds that %s does not hold: %s", m.model, line.Name, line.Detail)
			}
		}
	}
	compareGolden(t, "testdata/counts.golden", b.String())
}

// compareGolden holds counts against a file, or rewrites it.
func compareGolden(t *testing.T, golden, now string) {
	t.Helper()
	if *update {
		check(os.WriteFile(golden, []byte(now), 0o644))
	}
	want, err := os.ReadFile(golden)
	check(err)
	if diff := cmp.Diff(string(want), now); diff != "" {
		t.Errorf("counts differ (-golden +now); if that is meant, run go test . -update\n%s", diff)
	}
}

func countsHeader() string {
	return fmt.Sprintf("%-26s %4s %7s %6s %6s %4s %8s %6s %6s %9s %9s\n",
		"model", "logN", "samples", "logQP", "levels", "rot", "switches", "mults", "ct×ct", "limb-NTTs", "key bytes")
}

func countsOf(model string, p *plan.Plan) string {
	i := &p.Interface
	n := p.Circuit.Count()
	return fmt.Sprintf("%-26s %4d %7d %6.1f %6d %4d %8d %6d %6d %9d %9d", model, i.Params.LogN, i.Lanes, i.Params.LogQP(), i.Params.MaxLevel(),
		n.Rotations, n.KeySwitches, n.PlainMults, n.CtMults, packing.LimbNTTs(p.Circuit), wire.EvaluationKeysSize(i))
}

// calibration reads the samples that the models are calibrated on.
func calibration(t testing.TB, data string) [][]float64 {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", data, "calibrate.npy"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var flat []float32
	r, err := npyio.NewReader(bufio.NewReader(f))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Read(&flat); err != nil {
		t.Fatal(err)
	}
	samples := make([][]float64, r.Header.Descr.Shape[0])
	width := len(flat) / len(samples)
	for s := range samples {
		for _, x := range flat[s*width : (s+1)*width] {
			samples[s] = append(samples[s], float64(x))
		}
	}
	return samples
}
