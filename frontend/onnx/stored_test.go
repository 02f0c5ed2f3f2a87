package onnx

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"hecc/frontend/onnx/onnxpb"
	"hecc/ir/tensor"
)

func withFloat(n *onnxpb.NodeProto, name string, v float32) *onnxpb.NodeProto {
	n.Attribute = append(n.Attribute, &onnxpb.AttributeProto{Name: &name, Type: kindFloat.Enum(), F: &v})
	return n
}

func withFloats(n *onnxpb.NodeProto, name string, v ...float32) *onnxpb.NodeProto {
	n.Attribute = append(n.Attribute, &onnxpb.AttributeProto{Name: &name, Type: kindFloats.Enum(), Floats: v})
	return n
}

func mlNode(op, output string, inputs ...string) *onnxpb.NodeProto {
	n := opNode(op, output, inputs...)
	n.Domain = proto.String(mlDomain)
	return n
}

// TestDataAsTheModelHoldsIt: numbers of float64 that are thresholds, sentinels or positions of float32 in the
// model count as these.
func TestDataAsTheModelHoldsIt(t *testing.T) {
	const seventh = 0.7 // more than float32's
	threshold := withFloat(opNode("Constant", "t"), "value_float", seventh)
	for name, c := range map[string]struct {
		nodes []*onnxpb.NodeProto
		x     float64
		want  float64
	}{
		"greater":   {[]*onnxpb.NodeProto{threshold, opNode("Greater", "b", "x", "t"), withInt(opNode("Cast", "y", "b"), "to", int64(float32Type))}, seventh, 0},
		"equal":     {[]*onnxpb.NodeProto{threshold, opNode("Equal", "b", "x", "t"), withInt(opNode("Cast", "y", "b"), "to", int64(float32Type))}, seventh, 1},
		"binarizer": {[]*onnxpb.NodeProto{withFloat(mlNode("Binarizer", "y", "x"), "threshold", seventh)}, seventh, 0},
		"floor":     {[]*onnxpb.NodeProto{opNode("Floor", "y", "x")}, 0.999999999999, 1},
		"imputer":   {[]*onnxpb.NodeProto{withFloats(withFloat(mlNode("Imputer", "y", "x"), "replaced_value_float", -99.9), "imputed_value_floats", 3)}, -99.9, 3},
		"cast":      {[]*onnxpb.NodeProto{withInt(opNode("Cast", "n", "x"), "to", int64(int64Type)), withInt(opNode("Cast", "y", "n"), "to", int64(float32Type))}, 2.9999999999, 3},
	} {
		m := shapeModel(true, c.nodes)
		m.OpsetImport = append(m.OpsetImport, &onnxpb.OperatorSetIdProto{Domain: proto.String(mlDomain), Version: proto.Int64(3)})
		g, err := Import(name, marshal(t, m))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		x := []float64{c.x, c.x, c.x, c.x, c.x, c.x}
		v, err := tensor.NewEvaluator(g).Run(x)
		if err != nil {
			t.Fatal(err)
		}
		if got := v.Of(g.Outputs[0].Node)[0]; got != c.want {
			t.Errorf("%s: %v gives %v, want %v", name, c.x, got, c.want)
		}
	}
}

// TestWholeNumbers: what ONNX computes in whole numbers of few bits, and hecc does not, is refused.
func TestWholeNumbers(t *testing.T) {
	cast := withInt(opNode("Cast", "n", "x"), "to", int64(int64Type))
	for name, nodes := range map[string][]*onnxpb.NodeProto{
		"takes the mean of computed whole numbers": {cast, withInt(opNode("ReduceMean", "y", "n"), "keepdims", 1)},
		"has no room for all of them":              {cast, withInt(opNode("Cast", "y", "n"), "to", int64(onnxpb.TensorProto_UINT8))},
	} {
		_, err := Import("whole", marshal(t, shapeModel(true, nodes)))
		if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "note:") {
			t.Errorf("%v, want %q and a note", err, name)
		}
	}
}
