package onnx

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"hecc/frontend/onnx/onnxpb"
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
				if habit == "fixed batch" && len(g.Remarks) != 1 {
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
