package onnx

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"hecc/frontend/onnx/onnxpb"
	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// conformance is where Debian's libonnx-testdata keeps the cases of the ONNX project.
const conformance = "/usr/share/libonnx-testdata/data"

// TestConformance runs the ONNX project's own cases. Most have several inputs:
// each in turn is kept as the input, the others become weights, once with all
// dimensions fixed and once with the first as the batch. Every variant must give
// the expected result or be refused; the golden file lists those that give it.
func TestConformance(t *testing.T) {
	models, _ := filepath.Glob(filepath.Join(conformance, "*/*/model.onnx"))
	if len(models) == 0 {
		t.Skip("the ONNX project's cases are not run: libonnx-testdata is not installed")
	}
	const least, leastPass = 1000, 950 // of 1,072 cases that version 1.12 has, and of 992 variants that are accepted
	if len(models) < least {
		t.Fatalf("%d cases in %s, expected at least %d", len(models), conformance, least)
	}
	var passed strings.Builder
	refused := 0
	for _, path := range models {
		dir := filepath.Dir(path)
		c, ok := readCase(dir)
		if !ok {
			continue
		}
		for k := range c.inputs {
			for _, batched := range []bool{false, true} {
				name := fmt.Sprintf("%s input %d", strings.TrimPrefix(dir, conformance+"/"), k)
				if batched {
					name += " batched"
				}
				done, err := c.run(t, k, batched)
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if !done {
					refused++
					continue
				}
				passed.WriteString(name + "\n")
			}
		}
	}
	pass := strings.Count(passed.String(), "\n")
	if pass < leastPass {
		t.Errorf("%d variants pass, expected at least %d, whatever the golden file says", pass, leastPass)
	}
	head := fmt.Sprintf("%d variants pass, %d are refused, none is wrong. These pass:\n", pass, refused)
	compareGolden(t, "testdata/conformance.golden", head+passed.String())
}

// testCase is one model with its tensors.
type testCase struct {
	model          *onnxpb.ModelProto
	inputs, output []*onnxpb.TensorProto // of outputs, the first
}

func readCase(dir string) (c testCase, ok bool) {
	data, err := os.ReadFile(filepath.Join(dir, "model.onnx"))
	if err != nil || len(data) > 1<<22 {
		return c, false
	}
	c.model = new(onnxpb.ModelProto)
	if proto.Unmarshal(data, c.model) != nil {
		return c, false
	}
	c.raise()
	c.inputs, ok = readTensors(dir, "input", len(freeInputs(c.model.Graph)))
	if !ok {
		return c, false
	}
	c.output, ok = readTensors(dir, "output", 1)
	return c, ok
}

// raise says that a model uses operator set 7, where all its operators mean the same in an older one.
func (c testCase) raise() {
	for _, n := range c.model.Graph.Node {
		switch n.GetOpType() {
		case "Conv", "ConvTranspose", "MaxPool", "AveragePool", "GlobalMaxPool", "GlobalAveragePool", "Pad", "Squeeze", "Unsqueeze", "Constant",
			"Reshape", "Transpose", "Relu", "Elu", "Selu", "LeakyRelu", "Sigmoid", "Tanh", "Softplus", "Softsign", "Softmax", "LogSoftmax":
		default:
			return
		}
	}
	for _, s := range c.model.OpsetImport {
		s.Version = proto.Int64(max(7, s.GetVersion()))
	}
}

func readTensors(dir, kind string, n int) (list []*onnxpb.TensorProto, ok bool) {
	for k := range n {
		data, err := os.ReadFile(filepath.Join(dir, "test_data_set_0", fmt.Sprintf("%s_%d.pb", kind, k)))
		p := new(onnxpb.TensorProto)
		if err != nil || proto.Unmarshal(data, p) != nil {
			return nil, false
		}
		list = append(list, p)
	}
	return list, true
}

// run imports one variant; done says that it was accepted and gives the expected result.
func (c testCase) run(t *testing.T, variable int, batched bool) (done bool, err error) {
	x, err := decodeTensor(c.inputs[variable])
	if err != nil || !isFloat(x.elem) || batched && x.rank() == 0 {
		return false, nil
	}
	data := marshal(t, c.variant(variable, batched))
	g, err := Import("model.onnx", data)
	var d *diag.Error
	if errors.As(err, &d) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	want, err := decodeTensor(c.output[0])
	if err != nil {
		return false, err
	}
	got, err := runAll(g, x.array.floats)
	if err != nil {
		return false, err
	}
	if err := compareNumbers(got, want.numbers(), x.elem == float16Type || want.elem == float16Type); err != nil {
		return false, err
	}
	return true, nil
}

func (c testCase) variant(variable int, batched bool) *onnxpb.ModelProto {
	m := proto.Clone(c.model).(*onnxpb.ModelProto)
	free := freeInputs(m.Graph)
	for k, v := range free {
		if k != variable {
			weight := proto.Clone(c.inputs[k]).(*onnxpb.TensorProto)
			weight.Name = proto.String(v.GetName())
			m.Graph.Initializer = append(m.Graph.Initializer, weight)
		}
	}
	if batched {
		openBatch(free[variable])
		for _, out := range m.Graph.Output {
			openBatch(out)
		}
	}
	return m
}

// openBatch leaves the first dimension of a declared tensor open.
func openBatch(v *onnxpb.ValueInfoProto) {
	if dims := v.GetType().GetTensorType().GetShape().GetDim(); len(dims) > 0 {
		dims[0].Value = &onnxpb.TensorShapeProto_Dimension_DimParam{DimParam: "N"}
	}
}

// runAll evaluates all samples that x holds and joins the results.
func runAll(g *tensor.Graph, x []float64) ([]float64, error) {
	var got []float64
	e := tensor.NewEvaluator(g)
	for sample := range slices.Chunk(x, g.Input().Size()) {
		values, err := e.Run(sample)
		if err != nil {
			return nil, err
		}
		got = append(got, values.Of(g.Outputs[0].Node)...)
	}
	return got, nil
}

func compareNumbers(got, want []float64, half bool) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d results, want %d", len(got), len(want))
	}
	bound := tolerance
	if half {
		bound = 1e-2
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= bound*max(1, math.Abs(want[i]))) {
			return fmt.Errorf("element %d is %v, want %v", i, got[i], want[i])
		}
	}
	return nil
}
