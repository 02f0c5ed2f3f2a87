package onnx

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"hecc/frontend/onnx/onnxpb"
	"hecc/ir/tensor"
)

// habits are what exporters do differently. None changes what a model computes.
var habits = map[string]func(m *onnxpb.ModelProto){
	"nodes out of order": func(m *onnxpb.ModelProto) {
		random := rand.New(rand.NewPCG(1, uint64(len(m.Graph.Node))))
		random.Shuffle(len(m.Graph.Node), func(i, k int) {
			m.Graph.Node[i], m.Graph.Node[k] = m.Graph.Node[k], m.Graph.Node[i]
		})
	},
	"zeros left out": func(m *onnxpb.ModelProto) {
		for _, n := range m.Graph.Node {
			for _, a := range n.Attribute {
				leaveOutZero(a)
			}
		}
	},
	"domains twice": func(m *onnxpb.ModelProto) {
		for _, s := range m.OpsetImport[:len(m.OpsetImport):len(m.OpsetImport)] {
			again := proto.Clone(s).(*onnxpb.OperatorSetIdProto)
			if s.GetDomain() == "" {
				again.Domain = proto.String("ai.onnx")
			}
			m.OpsetImport = append(m.OpsetImport, again)
		}
		m.OpsetImport = append(m.OpsetImport, &onnxpb.OperatorSetIdProto{Domain: proto.String("com.microsoft"), Version: proto.Int64(99)})
	},
	"newest versions": func(m *onnxpb.ModelProto) {
		m.IrVersion = proto.Int64(maxIR)
		for _, s := range m.OpsetImport {
			if s.GetDomain() == coreDomain && unchanged(m, int(s.GetVersion()), newest) {
				s.Version = proto.Int64(newest)
			}
		}
	},
	"fixed batch": func(m *onnxpb.ModelProto) {
		for _, list := range [][]*onnxpb.ValueInfoProto{m.Graph.Input, m.Graph.Output} {
			for _, v := range list {
				if dims := v.GetType().GetTensorType().GetShape().GetDim(); len(dims) > 0 && dims[0].GetDimValue() == 0 {
					dims[0].Value = &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: 16}
				}
			}
		}
	},
	"batch of 0": func(m *onnxpb.ModelProto) {
		if dims := freeInputs(m.Graph)[0].GetType().GetTensorType().GetShape().GetDim(); dims[0].GetDimValue() == 0 {
			dims[0].Value = &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: 0}
		}
	},
}

func leaveOutZero(a *onnxpb.AttributeProto) {
	if a.GetI() == 0 {
		a.I = nil
	}
	if a.GetF() == 0 {
		a.F = nil
	}
	if len(a.GetS()) == 0 {
		a.S = nil
	}
}

// unchanged says whether a newer operator set means the same by all operators of a model.
func unchanged(m *onnxpb.ModelProto, old, new int) bool {
	for _, n := range m.Graph.Node {
		if canonicalDomain(n.GetDomain()) != coreDomain {
			continue
		}
		a, b := findRow(coreDomain, n.GetOpType(), old), findRow(coreDomain, n.GetOpType(), new)
		if a != b && n.GetOpType() != "Cast" && n.GetOpType() != "Shape" { // these two got further attributes
			return false
		}
	}
	return true
}

// TestHabits applies each habit to every fixture: the answers stay those of other runtimes.
func TestHabits(t *testing.T) {
	for habit, do := range habits {
		t.Run(habit, func(t *testing.T) {
			for _, path := range glob(t, fixtures, "*.onnx") {
				name := strings.TrimSuffix(filepath.Base(path), ".onnx")
				m := readModel(t, name)
				do(m)
				g, err := Import(name, marshal(t, m))
				if err != nil {
					t.Error(err)
					continue
				}
				if habit == "fixed batch" && !strings.Contains(strings.Join(g.Remarks, ""), "counts samples") {
					t.Errorf("%s: remarks %q", name, g.Remarks)
				}
				base := filepath.Join(fixtures, name)
				checkResults(t, g, base+"_x.npy", base+"_y.npy")
			}
		})
	}
}

// acceptedEdits are fixtures with a change that people's files have.
var acceptedEdits = []edit{
	{"open second dimension", "torch_relu", openLast},
	{"open features of a pipeline", "skl_scaler_pca_mlp_relu", openLast},
	{"open features of a classifier", "skl_logistic_multinomial", openLast},
	{"fixed output batch", "torch_relu", func(m *onnxpb.ModelProto) {
		m.Graph.Output[0].Type.GetTensorType().Shape.Dim[0].Value = &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: 1}
	}},
	{"squeeze without axes", "squeeze_attr", func(m *onnxpb.ModelProto) { m.Graph.Node[0].Attribute = nil }},
	{"float meets double", "weights_double_raw", func(m *onnxpb.ModelProto) {
		cast, next := m.Graph.Node[0], m.Graph.Node[1]
		next.Input[0] = cast.Input[0]
	}},
}

func openLast(m *onnxpb.ModelProto) {
	dims := freeInputs(m.Graph)[0].Type.GetTensorType().Shape.Dim
	dims[len(dims)-1].Value = nil
}

func TestAcceptedEdits(t *testing.T) {
	for _, e := range acceptedEdits {
		t.Run(e.name, func(t *testing.T) {
			g, err := Import(e.name, e.apply(t))
			if err != nil {
				t.Fatal(err)
			}
			checkGraph(t, g)
			base := filepath.Join(fixtures, e.base)
			checkResults(t, g, base+"_x.npy", base+"_y.npy")
		})
	}
}

// TestFixedBatchIsNotAssumed: where a node mixes the rows of the input, they are one sample.
func TestFixedBatchIsNotAssumed(t *testing.T) {
	for name, nodes := range map[string][]*onnxpb.NodeProto{
		"transposed":   {opNode("Transpose", "y", "x")},
		"summed":       {withInt(opNode("ReduceSum", "y", "x", "zeros"), "keepdims", 0)},
		"each its own": {opNode("Mul", "y", "x", "rows")},
	} {
		m := shapeModel(false, nodes)
		m.Graph.Initializer = append(m.Graph.Initializer, &onnxpb.TensorProto{Name: proto.String("rows"),
			DataType: proto.Int32(int32(float32Type)), Dims: []int64{5, 1, 1}, FloatData: []float32{1, 2, 3, 4, 5}})
		g, err := Import(name, marshal(t, m))
		if err != nil {
			t.Error(err)
			continue
		}
		if g.Input().Size() != 30 || len(g.Remarks) != 1 || !strings.Contains(g.Remarks[0], "a part of one sample") {
			t.Errorf("%s: input of %d numbers, remarks %q", name, g.Input().Size(), g.Remarks)
		}
	}
}

// TestOneRowClassifier: the answers are those of onnxruntime, of which the standard says nothing.
func TestOneRowClassifier(t *testing.T) {
	x := []float64{0.5, -1, 2, -1, 0.3, -0.7, 0.1, 0.1, 0.1}
	for transform, want := range map[string][]float64{
		"NONE":     {1.4, -0.4, 1.575, -0.575, 0.775, 0.225},
		"LOGISTIC": {0.5986876, 0.4013124, 0.6399161, 0.3600839, 0.4439861, 0.5560139},
	} {
		m := readModel(t, "skl_logistic_binary")
		c := find(m, "LinearClassifier")
		c.Input[0] = "X"
		c.Attribute = []*onnxpb.AttributeProto{
			{Name: proto.String("coefficients"), Type: kindFloats.Enum(), Floats: []float32{1, 0.5, -0.25}},
			{Name: proto.String("intercepts"), Type: kindFloats.Enum(), Floats: []float32{0.1}},
			{Name: proto.String("classlabels_ints"), Type: kindInts.Enum(), Ints: []int64{3, 7}},
			{Name: proto.String("post_transform"), Type: kindString.Enum(), S: []byte(transform)},
		}
		m.Graph.Node = []*onnxpb.NodeProto{c}
		m.Graph.Input[0].Type.GetTensorType().Shape.Dim[1] = &onnxpb.TensorShapeProto_Dimension{}
		outputs := c.Output
		m.Graph.Output = nil
		for i, name := range outputs {
			elem := []elemType{int64Type, float32Type}[i]
			m.Graph.Output = append(m.Graph.Output, &onnxpb.ValueInfoProto{Name: &name, Type: &onnxpb.TypeProto{Value: &onnxpb.TypeProto_TensorType{
				TensorType: &onnxpb.TypeProto_Tensor{ElemType: proto.Int32(int32(elem))}}}})
		}
		g, err := Import("one row", marshal(t, m))
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			values, err := tensor.NewEvaluator(g).Run(x[3*i : 3*i+3])
			if err != nil {
				t.Fatal(err)
			}
			got := append(values.Of(g.Outputs[0].Node), values.Of(g.Outputs[1].Node)...)
			if err := compareNumbers(got, append([]float64{[]float64{3, 3, 7}[i]}, want[2*i:2*i+2]...), false); err != nil {
				t.Errorf("%s, sample %d: %v", transform, i, err)
			}
		}
	}
}

// TestVotes: the labels are those that onnxruntime gives for the samples of the fixture.
func TestVotes(t *testing.T) {
	for name, want := range map[string][]float64{
		"skl_svc_votes":       {3, 1, 0, 2, 1, 3, 0, 1, 2, 1, 2, 2, 2, 0, 3, 2},
		"skl_svc_binary":      {0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0},
		"skl_svc_probability": {1, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 0, 0, 1, 1, 1},
	} {
		g, x := load(t, filepath.Join(fixtures, name+".onnx")), readNpy(t, filepath.Join(fixtures, name+"_x.npy"))
		for i, label := range want {
			values, err := tensor.NewEvaluator(g).Run(x[6*i : 6*i+6])
			if err != nil {
				t.Fatal(err)
			}
			if got := values.Of(g.Outputs[0].Node)[0]; got != label {
				t.Errorf("%s, sample %d: label %v, want %v", name, i, got, label)
			}
		}
	}
}

// TestOneClass: a machine of one class says 1 where its score is positive, else -1.
func TestOneClass(t *testing.T) {
	m := readModel(t, "skl_svr_rbf")
	n := find(m, "SVMRegressor")
	n.Attribute = append(n.Attribute, &onnxpb.AttributeProto{Name: proto.String("one_class"), Type: kindInt.Enum(), I: proto.Int64(1)})
	g, err := Import("one class", marshal(t, m))
	if err != nil {
		t.Fatal(err)
	}
	x, y := readNpy(t, filepath.Join(fixtures, "skl_svr_rbf_x.npy")), readNpy(t, filepath.Join(fixtures, "skl_svr_rbf_y.npy"))
	got, err := runAll(g, x)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range got {
		if want := math.Copysign(1, y[i]); v != want {
			t.Errorf("sample %d: %v for a score of %v", i, v, y[i])
		}
	}
}
