package onnx

import (
	"fmt"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"

	"hecc/frontend/onnx/onnxpb"
	"hecc/ir/tensor"
)

// TestComputedShapes imports models that compute the shape they reshape to, in
// the ways in which exporters write x.view(x.size(0), -1).
func TestComputedShapes(t *testing.T) {
	ways := map[string][]*onnxpb.NodeProto{
		"gather": {
			opNode("Shape", "shape", "x"),
			opNode("Gather", "first", "shape", "zeros"),
		},
		"scalar gather": {
			opNode("Shape", "shape", "x"),
			withInt(opNode("Constant", "zero"), "value_int", 0),
			opNode("Gather", "n", "shape", "zero"),
			opNode("Unsqueeze", "first", "n", "zeros"),
		},
		"slice": {
			opNode("Shape", "shape", "x"),
			opNode("Slice", "first", "shape", "zeros", "ones", "zeros", "ones"),
		},
		"bounds": {withInt(withInt(opNode("Shape", "first", "x"), "start", 0), "end", -2)},
		"casts": {
			withInt(opNode("Shape", "shape", "x"), "end", 1),
			withInt(opNode("Cast", "small", "shape"), "to", int64(int32Type)),
			withInt(opNode("Cast", "first", "small"), "to", int64(int64Type)),
		},
	}
	for way, nodes := range ways {
		for _, batched := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, batched %v", way, batched), func(t *testing.T) {
				m := shapeModel(batched, append(nodes,
					withInt(opNode("Concat", "target", "first", "rest"), "axis", 0),
					opNode("Reshape", "y", "x", "target")))
				g, err := Import("shapes", marshal(t, m))
				if err != nil {
					t.Fatal(err)
				}
				if got, want := g.Outputs[0].Node.Shape, []int{6}; !slices.Equal(got, want) {
					t.Errorf("shape %v, want %v", got, want)
				}
			})
		}
	}
}

// TestBatchSizeIsNoNumber makes sure that nothing computes with the number of samples.
func TestBatchSizeIsNoNumber(t *testing.T) {
	shape := opNode("Shape", "shape", "x")
	for name, nodes := range map[string][]*onnxpb.NodeProto{
		"cast to float": {shape, withInt(opNode("Cast", "n", "shape"), "to", int64(float32Type)), opNode("Mul", "y", "x", "n")},
		"moved":         {shape, withInt(opNode("Concat", "target", "rest", "shape"), "axis", 0), opNode("Reshape", "y", "x", "target")},
		"as an index":   {shape, opNode("Gather", "n", "rest", "shape"), opNode("Reshape", "y", "x", "n")},
		"as an axis":    {shape, opNode("Unsqueeze", "y", "x", "shape")},
		"as exponent":   {shape, opNode("Pow", "y", "x", "shape")},
	} {
		if _, err := Import(name, marshal(t, shapeModel(true, nodes))); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

// TestIntegersBroadcast adds a column to a row of integers, as models do to number the places of windows.
func TestIntegersBroadcast(t *testing.T) {
	m := shapeModel(true, []*onnxpb.NodeProto{
		opNode("Range", "row", "zero", "two", "one"),
		opNode("Unsqueeze", "column", "row", "ones"),
		opNode("Add", "places", "row", "column"),
		withInt(opNode("Gather", "y", "x", "places"), "axis", 2),
	})
	for k, name := range []string{"zero", "one", "two"} {
		m.Graph.Initializer = append(m.Graph.Initializer, &onnxpb.TensorProto{
			Name: &name, DataType: proto.Int32(int32(int64Type)), Int64Data: []int64{int64(k)}})
	}
	g, err := Import("integers", marshal(t, m))
	if err != nil {
		t.Fatal(err)
	}
	y := tensor.NewEvaluator(g).MustRun([]float64{10, 11, 12, 20, 21, 22}).Of(g.Outputs[0].Node)
	if want := []float64{10, 11, 11, 12, 20, 21, 21, 22}; !slices.Equal(y, want) {
		t.Errorf("%v, want %v", y, want)
	}
}

// shapeModel computes "y" from "x", of shape [5, 2, 3] or [N, 2, 3].
func shapeModel(batched bool, nodes []*onnxpb.NodeProto) *onnxpb.ModelProto {
	list := func(name string, n int64) *onnxpb.TensorProto {
		return &onnxpb.TensorProto{Name: &name, DataType: proto.Int32(int32(int64Type)), Dims: []int64{1}, Int64Data: []int64{n}}
	}
	x := &onnxpb.TypeProto_Tensor{ElemType: proto.Int32(int32(float32Type)), Shape: &onnxpb.TensorShapeProto{}}
	for _, n := range []int64{5, 2, 3} {
		x.Shape.Dim = append(x.Shape.Dim, &onnxpb.TensorShapeProto_Dimension{Value: &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: n}})
	}
	y := &onnxpb.TypeProto_Tensor{ElemType: x.ElemType}
	value := func(name string, t *onnxpb.TypeProto_Tensor) []*onnxpb.ValueInfoProto {
		return []*onnxpb.ValueInfoProto{{Name: &name, Type: &onnxpb.TypeProto{Value: &onnxpb.TypeProto_TensorType{TensorType: t}}}}
	}
	m := &onnxpb.ModelProto{
		IrVersion:   proto.Int64(maxIR),
		OpsetImport: []*onnxpb.OperatorSetIdProto{{Version: proto.Int64(15)}},
		Graph: &onnxpb.GraphProto{
			Node: nodes, Input: value("x", x), Output: value("y", y),
			Initializer: []*onnxpb.TensorProto{list("zeros", 0), list("ones", 1), list("rest", -1)},
		},
	}
	if batched {
		openBatch(m.Graph.Input[0])
	}
	return m
}

func opNode(op, output string, inputs ...string) *onnxpb.NodeProto {
	return &onnxpb.NodeProto{OpType: &op, Input: inputs, Output: []string{output}}
}

func withInt(n *onnxpb.NodeProto, name string, v int64) *onnxpb.NodeProto {
	n.Attribute = append(n.Attribute, &onnxpb.AttributeProto{Name: &name, Type: kindInt.Enum(), I: &v})
	return n
}
