package onnx

import (
	"bufio"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sbinet/npyio"

	"hecc/frontend/onnx/onnxpb"
	"hecc/ir/tensor"
)

const fixtures = "../../testdata/onnx"

// tolerance is relative to the larger of 1 and the expected number: other
// runtimes compute in float32.
const tolerance = 1e-4

// TestFixtures imports every model and compares its results, sample by sample, with those of other runtimes.
func TestFixtures(t *testing.T) {
	for _, path := range glob(t, fixtures, "*.onnx") {
		base := strings.TrimSuffix(path, ".onnx")
		t.Run(filepath.Base(base), func(t *testing.T) {
			g := load(t, path)
			checkGraph(t, g)
			checkResults(t, g, base+"_x.npy", base+"_y.npy")
		})
	}
}

// TestModels does the same for the shipped models and the data that go with them.
func TestModels(t *testing.T) {
	for _, path := range glob(t, "../../models", "*/*.onnx") {
		set := filepath.Base(filepath.Dir(path))
		name := strings.TrimSuffix(filepath.Base(path), ".onnx")
		t.Run(set+"/"+name, func(t *testing.T) {
			g := load(t, path)
			if name != "resnet20" { // its text has 800 MB, since every place of a convolution is written out
				checkGraph(t, g)
			} else if err := g.Verify(); err != nil {
				t.Fatal(err)
			}
			data := filepath.Join("../../testdata", set)
			checkResults(t, g, samplesOf(data, name), filepath.Join(data, name+"_expect.npy"))
		})
	}
}

// samplesOf is the file of a model's own test samples, or of those that it shares with the models beside it.
func samplesOf(data, name string) string {
	own := filepath.Join(data, name+"_test.npy")
	if _, err := os.Stat(own); err == nil {
		return own
	}
	return filepath.Join(data, "test.npy")
}

// TestFixedBatch fixes the first dimension of every model to 1. Nothing is a
// batch then, and the results are the same.
func TestFixedBatch(t *testing.T) {
	for _, path := range glob(t, fixtures, "*.onnx") {
		name := strings.TrimSuffix(filepath.Base(path), ".onnx")
		t.Run(name, func(t *testing.T) {
			m := readModel(t, name)
			for _, v := range m.Graph.Input {
				if dims := v.GetType().GetTensorType().GetShape().GetDim(); dims[0].GetDimValue() == 0 {
					dims[0].Value = &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: 1}
				}
			}
			g, err := Import(name, marshal(t, m))
			if err != nil {
				t.Fatal(err)
			}
			checkGraph(t, g)
			base := filepath.Join(fixtures, name)
			checkResults(t, g, base+"_x.npy", base+"_y.npy")
		})
	}
}

func glob(t *testing.T, dir, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files %s in %s: %v", pattern, dir, err)
	}
	return paths
}

func load(t *testing.T, path string) *tensor.Graph {
	t.Helper()
	g, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// checkGraph verifies a graph, prints it and reads it back.
func checkGraph(t *testing.T, g *tensor.Graph) {
	t.Helper()
	if err := g.Verify(); err != nil {
		t.Fatalf("Verify: %v", err)
	}
	text := g.Print()
	back, err := tensor.Parse(text)
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	if back.Print() != text {
		t.Error("the graph changed when it was printed and parsed")
	}
	for _, n := range g.Nodes {
		if n.Pos.File != g.File {
			t.Errorf("%%%d %s has no position", n.ID, n.Op.Name())
		}
	}
}

func checkResults(t *testing.T, g *tensor.Graph, xPath, yPath string) {
	t.Helper()
	x, y := readNpy(t, xPath), readNpy(t, yPath)
	in, out := g.Input().Size(), g.Primary().Node.Size()
	samples := len(x) / in
	if samples*in != len(x) || samples*out != len(y) {
		t.Fatalf("%d inputs of %d, %d outputs of %d", len(x), in, len(y), out)
	}
	e := tensor.NewEvaluator(g)
	for i := range samples {
		values, err := e.Run(x[i*in : (i+1)*in])
		if err != nil {
			t.Fatal(err)
		}
		for k, got := range values.Of(g.Primary().Node) {
			want := y[i*out+k]
			if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
				t.Fatalf("sample %d, element %d: got %v, want %v", i, k, got, want)
			}
		}
	}
}

func readNpy(t *testing.T, path string) []float64 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := npyio.NewReader(bufio.NewReader(f))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if r.Header.Descr.Fortran {
		t.Fatalf("%s: column-major", path)
	}
	if r.Header.Descr.Type == "<f8" {
		var data []float64
		if err := r.Read(&data); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		return data
	}
	if r.Header.Descr.Type == "<i8" {
		var whole []int64
		if err := r.Read(&whole); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		data := make([]float64, len(whole))
		for i, n := range whole {
			data[i] = float64(n)
		}
		return data
	}
	var data []float32
	if err := r.Read(&data); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	out := make([]float64, len(data))
	for i, v := range data {
		out[i] = float64(v)
	}
	return out
}
