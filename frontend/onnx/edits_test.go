package onnx

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"hecc/frontend/onnx/onnxpb"
)

// edit is a fixture with a change that must be refused.
type edit struct {
	name string // what the change is; it stands for the file
	base string // the fixture
	do   func(m *onnxpb.ModelProto)
}

var refusedEdits = []edit{
	// The model as a whole.
	{"training info", "torch_relu", func(m *onnxpb.ModelProto) {
		m.TrainingInfo = []*onnxpb.TrainingInfoProto{{}}
	}},
	{"quantization", "torch_relu", func(m *onnxpb.ModelProto) {
		m.Graph.QuantizationAnnotation = []*onnxpb.TensorAnnotation{{TensorName: proto.String("q")}}
	}},
	{"opset twice", "torch_relu", func(m *onnxpb.ModelProto) {
		m.OpsetImport = append(m.OpsetImport, &onnxpb.OperatorSetIdProto{Domain: proto.String("ai.onnx"), Version: proto.Int64(9)})
	}},
	{"opset twice, with one name", "torch_relu", func(m *onnxpb.ModelProto) {
		m.OpsetImport = append(m.OpsetImport, &onnxpb.OperatorSetIdProto{Version: proto.Int64(9)})
	}},
	{"operator newer than the opset", "fn_hardswish", func(m *onnxpb.ModelProto) { m.OpsetImport[0].Version = proto.Int64(13) }},
	{"old opset", "torch_relu", func(m *onnxpb.ModelProto) { m.OpsetImport[0].Version = proto.Int64(6) }},
	{"many unsupported", "skip_layers", func(m *onnxpb.ModelProto) {
		for _, n := range m.Graph.Node {
			n.OpType = proto.String("Mod")
		}
	}},

	// Names.
	{"nameless initializer", "gemm_plain_vector", func(m *onnxpb.ModelProto) { m.Graph.Initializer[0].Name = nil }},
	{"name not UTF-8", "gemm_plain_vector", func(m *onnxpb.ModelProto) { m.Graph.Node[0].Output[0] = "\xff" }},
	{"input named twice", "torch_relu", func(m *onnxpb.ModelProto) {
		m.Graph.Input = append(m.Graph.Input, m.Graph.Input[0])
	}},
	{"initializer twice", "gemm_plain_vector", func(m *onnxpb.ModelProto) {
		m.Graph.Initializer = append(m.Graph.Initializer, m.Graph.Initializer[0])
	}},
	{"output named twice", "torch_relu", func(m *onnxpb.ModelProto) {
		m.Graph.Output = append(m.Graph.Output, m.Graph.Output[0])
	}},
	{"node redefines the input", "torch_relu", func(m *onnxpb.ModelProto) { m.Graph.Node[0].Output[0] = "x" }},
	{"no operator type", "torch_relu", func(m *onnxpb.ModelProto) { m.Graph.Node[1].OpType = nil }},
	{"no node output", "torch_relu", func(m *onnxpb.ModelProto) { m.Graph.Node[1].Output = nil }},
	{"mask is used", "dropout_opset10_mask", func(m *onnxpb.ModelProto) {
		m.Graph.Node = append(m.Graph.Node, &onnxpb.NodeProto{
			OpType: proto.String("Identity"), Input: []string{"mask"}, Output: []string{"again"}})
	}},
	{"two outputs", "torch_relu", func(m *onnxpb.ModelProto) {
		m.Graph.Node[1].Output = append(m.Graph.Node[1].Output, "more")
	}},

	// Attributes.
	{"attribute twice", "gemm_transB_vector", func(m *onnxpb.ModelProto) {
		m.Graph.Node[0].Attribute = append(m.Graph.Node[0].Attribute, m.Graph.Node[0].Attribute[0])
	}},
	{"attribute without a type", "gemm_transB_vector", func(m *onnxpb.ModelProto) { m.Graph.Node[0].Attribute[0].Type = nil }},
	{"attribute without a value", "constant_value", func(m *onnxpb.ModelProto) { find(m, "Constant").Attribute[0].T = nil }},
	{"sparse constant", "constant_value", func(m *onnxpb.ModelProto) {
		a := find(m, "Constant").Attribute[0]
		a.Name, a.Type, a.T, a.SparseTensor = proto.String("sparse_value"), onnxpb.AttributeProto_SPARSE_TENSOR.Enum(), nil, &onnxpb.SparseTensorProto{}
	}},
	{"attribute with two values", "gemm_transB_vector", func(m *onnxpb.ModelProto) { m.Graph.Node[0].Attribute[0].F = proto.Float32(1) }},
	{"attribute by reference", "gemm_transB_vector", func(m *onnxpb.ModelProto) {
		m.Graph.Node[0].Attribute[0].RefAttrName = proto.String("outer")
	}},
	{"unknown attribute", "gemm_transB_vector", func(m *onnxpb.ModelProto) { m.Graph.Node[0].Attribute[0].Name = proto.String("transC") }},
	{"transB is 2", "gemm_transB_vector", func(m *onnxpb.ModelProto) { m.Graph.Node[0].Attribute[0].I = proto.Int64(2) }},
	{"too many operands", "torch_relu", func(m *onnxpb.ModelProto) {
		m.Graph.Node[1].Input = append(m.Graph.Node[1].Input, m.Graph.Node[1].Input[0])
	}},
	{"operand left out", "add_constant_vector", func(m *onnxpb.ModelProto) { m.Graph.Node[1].Input[0] = "" }},

	// Batches.
	{"flatten the batch", "flatten", func(m *onnxpb.ModelProto) { setInt(m, "Flatten", "axis", 2) }},
	{"softmax over the batch", "softmax_opset13_axis1", func(m *onnxpb.ModelProto) { setInt(m, "Softmax", "axis", 0) }},
	{"unsqueeze before the batch", "unsqueeze_attr", func(m *onnxpb.ModelProto) { setInts(m, "Unsqueeze", "axes", 0) }},
	{"squeeze the batch", "squeeze_attr", func(m *onnxpb.ModelProto) { setInts(m, "Squeeze", "axes", 0) }},
	{"squeeze a wide axis", "squeeze_attr", func(m *onnxpb.ModelProto) { setInts(m, "Squeeze", "axes", 2) }},
	{"fixed batch in reshape", "reshape_minus", func(m *onnxpb.ModelProto) {
		weight(m, "s").RawData = []byte{1, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0}
	}},
	{"constant along the batch", "add_constant_vector", func(m *onnxpb.ModelProto) { weight(m, "c").Dims = []int64{4, 1} }},
	{"join along the batch", "skl_mlp_binary", func(m *onnxpb.ModelProto) { setInt(m, "Concat", "axis", 0) }},
	{"open dimension of no weight", "transpose", openLast},
	{"no input shape", "torch_relu", func(m *onnxpb.ModelProto) { m.Graph.Input[0].Type.GetTensorType().Shape = nil }},
	{"output type", "torch_relu", func(m *onnxpb.ModelProto) {
		m.Graph.Output[0].Type.GetTensorType().ElemType = proto.Int32(int32(int64Type))
	}},

	// Weights.
	{"raw and typed", "weights_raw", func(m *onnxpb.ModelProto) { weight(m, "w").FloatData = []float32{1} }},
	{"wrong field", "weights_float_data", func(m *onnxpb.ModelProto) { weight(m, "w").DoubleData = []float64{1} }},
	{"too few numbers", "weights_float_data", func(m *onnxpb.ModelProto) {
		w := weight(m, "w")
		w.FloatData = w.FloatData[1:]
	}},
	{"segments", "weights_raw", func(m *onnxpb.ModelProto) { weight(m, "w").Segment = &onnxpb.TensorProto_Segment{} }},
	{"no weight type", "weights_raw", func(m *onnxpb.ModelProto) { weight(m, "w").DataType = nil }},
	{"many axes", "weights_raw", func(m *onnxpb.ModelProto) { weight(m, "w").Dims = make([]int64, 1000) }},
	{"variance below zero", "batchnorm_opset9", func(m *onnxpb.ModelProto) {
		weight(m, "var").RawData = []byte("\x00\x00\x80\xbf\x00\x00\x80\x3f\x00\x00\x80\x3f\x00\x00\x80\x3f")
	}},

	// Operators that choose and repeat elements, functions, and linear models.
	{"slice an axis twice", "slice_values", func(m *onnxpb.ModelProto) {
		setList(m, "ax", 2, 2)
		setList(m, "a", 3, 3)
		setList(m, "b", 0, 0)
		setList(m, "st", -2, -2)
	}},
	{"slice the batch", "slice_opset9", func(m *onnxpb.ModelProto) { attribute(m, "Slice", "axes").Ints[0] = 0 }},
	{"slice by nothing", "slice_values", func(m *onnxpb.ModelProto) { setList(m, "st", 0) }},
	{"empty slice", "slice_opset9", func(m *onnxpb.ModelProto) { attribute(m, "Slice", "ends").Ints[0] = 1 }},
	{"gather outside", "gather_values", func(m *onnxpb.ModelProto) { setList(m, "i", 4) }},
	{"gather samples", "gather_one", func(m *onnxpb.ModelProto) { setInt(m, "Gather", "axis", 0) }},
	{"split unevenly", "split_values", func(m *onnxpb.ModelProto) { setList(m, "s", 1, 2) }},
	{"split the batch", "split_equal", func(m *onnxpb.ModelProto) { setInt(m, "Split", "axis", 0) }},
	{"expand the batch", "expand_values", func(m *onnxpb.ModelProto) { setList(m, "e", 3, 1, 3) }},
	{"expand far", "expand_values", func(m *onnxpb.ModelProto) { setList(m, "e", 1, 1, 1<<40) }},
	{"tile far", "tile_values", func(m *onnxpb.ModelProto) { setList(m, "r", 1, 1, 1<<62) }},
	{"tile the batch", "tile_values", func(m *onnxpb.ModelProto) { setList(m, "r", 2, 1, 1) }},
	{"pad the batch", "pad_edge", func(m *onnxpb.ModelProto) { setList(m, "p", 1, 0, 0, 0, 0, 0) }},
	{"pad far", "pad_edge", func(m *onnxpb.ModelProto) { setList(m, "p", 0, 0, 1<<62, 0, 0, 0) }},
	{"reflect too far", "pad_reflect", func(m *onnxpb.ModelProto) { setList(m, "p", 0, 0, 4, 0, 0, 0) }},
	{"pad around", "pad_reflect", func(m *onnxpb.ModelProto) { find(m, "Pad").Attribute[0].S = []byte("wrap") }},
	{"sum over the batch", "reduce_sum", func(m *onnxpb.ModelProto) { setList(m, "ax", 0) }},
	{"sum over all", "reduce_sum", func(m *onnxpb.ModelProto) { find(m, "ReduceSum").Input = find(m, "ReduceSum").Input[:1] }},
	{"choose by the input", "where_constant", func(m *onnxpb.ModelProto) { find(m, "Where").Input[0] = "h" }},
	{"gelu of no kind", "fn_gelu_approximate", func(m *onnxpb.ModelProto) { find(m, "Gelu").Attribute[0].S = []byte("sine") }},
	{"slope by the input", "fn_prelu", func(m *onnxpb.ModelProto) { find(m, "PRelu").Input[1] = "h" }},
	{"bound by the input", "fn_clip", func(m *onnxpb.ModelProto) { find(m, "Clip").Input[1] = "h" }},
	{"high power", "pow_cube", func(m *onnxpb.ModelProto) { weight(m, "e").RawData = []byte{65, 0, 0, 0, 0, 0, 0, 0} }},
	{"probit", "skl_logistic_ovr", func(m *onnxpb.ModelProto) { attribute(m, "LinearClassifier", "post_transform").S = []byte("PROBIT") }},
	{"one coefficient more", "skl_logistic_ovr", func(m *onnxpb.ModelProto) {
		a := attribute(m, "LinearClassifier", "coefficients")
		a.Floats = append(a.Floats, 1)
	}},
	{"probabilities of many classes", "skl_svc_votes", func(m *onnxpb.ModelProto) {
		n := find(m, "SVMClassifier")
		for _, name := range []string{"prob_a", "prob_b"} {
			n.Attribute = append(n.Attribute, &onnxpb.AttributeProto{Name: &name, Type: kindFloats.Enum(), Floats: make([]float32, 6)})
		}
	}},
	{"too few support vectors", "skl_svr_rbf", func(m *onnxpb.ModelProto) {
		a := attribute(m, "SVMRegressor", "support_vectors")
		a.Floats = a.Floats[1:]
	}},
	{"kernel of no kind", "skl_svr_rbf", func(m *onnxpb.ModelProto) { attribute(m, "SVMRegressor", "kernel_type").S = []byte("CHI2") }},
	{"machine without vectors", "skl_svc_votes", func(m *onnxpb.ModelProto) { attribute(m, "SVMClassifier", "vectors_per_class").Ints = nil }},
	{"imputed values of others", "skl_ridge", func(m *onnxpb.ModelProto) {
		a := attribute(m, "Imputer", "imputed_value_floats")
		a.Floats = a.Floats[:2]
	}},
	{"a category beyond 2^53", "front_onehot", func(m *onnxpb.ModelProto) { attribute(m, "OneHotEncoder", "cats_int64s").Ints[0] = 1 << 60 }},
	{"a category twice", "front_onehot", func(m *onnxpb.ModelProto) {
		a := attribute(m, "OneHotEncoder", "cats_int64s")
		a.Ints[0] = a.Ints[1]
	}},
	{"categories of strings for numbers", "front_onehot", func(m *onnxpb.ModelProto) {
		a := attribute(m, "OneHotEncoder", "cats_int64s")
		a.Name, a.Ints, a.Strings, a.Type = proto.String("cats_strings"), nil, [][]byte{[]byte("a")}, kindStrings.Enum()
	}},
	{"keys without values", "skl_logistic_encoded", func(m *onnxpb.ModelProto) {
		attribute(m, "LabelEncoder", "values_strings").Strings = [][]byte{[]byte("a")}
	}},

	// Labels.
	{"too few classes", "skl_mlp_binary", func(m *onnxpb.ModelProto) {
		w := weight(m, "classes")
		w.Dims, w.Int32Data = []int64{1}, w.Int32Data[:1]
	}},
	{"map of three classes", "skl_mlp_binary", func(m *onnxpb.ModelProto) { setInts(m, "ZipMap", "classlabels_int64s", 1, 2, 3) }},
	{"map is read", "skl_mlp_binary", func(m *onnxpb.ModelProto) {
		m.Graph.Node = append(m.Graph.Node, &onnxpb.NodeProto{OpType: proto.String("Identity"),
			Input: []string{"output_probability"}, Output: []string{"again"}})
	}},
	{"label as a number", "skl_mlp_binary", func(m *onnxpb.ModelProto) {
		for _, n := range m.Graph.Node {
			if n.Output[0] == "output_label" {
				n.Attribute[0].I = proto.Int64(int64(float32Type))
			}
		}
	}},
}

func (e edit) apply(t *testing.T) []byte {
	t.Helper()
	m := readModel(t, e.base)
	e.do(m)
	return marshal(t, m)
}

// find is the first node of a type.
func find(m *onnxpb.ModelProto, op string) *onnxpb.NodeProto {
	for _, n := range m.Graph.Node {
		if n.GetOpType() == op {
			return n
		}
	}
	panic("no node " + op)
}

func setInt(m *onnxpb.ModelProto, op, name string, v int64) {
	find(m, op).Attribute = []*onnxpb.AttributeProto{{Name: &name, Type: kindInt.Enum(), I: &v}}
}

func setInts(m *onnxpb.ModelProto, op, name string, v ...int64) {
	find(m, op).Attribute = []*onnxpb.AttributeProto{{Name: &name, Type: kindInts.Enum(), Ints: v}}
}

// attribute is that of the first node of a type.
func attribute(m *onnxpb.ModelProto, op, name string) *onnxpb.AttributeProto {
	for _, a := range find(m, op).Attribute {
		if a.GetName() == name {
			return a
		}
	}
	panic("no attribute " + name)
}

// setList replaces an initializer by a list of integers.
func setList(m *onnxpb.ModelProto, name string, list ...int64) {
	for _, t := range m.Graph.Initializer {
		if t.GetName() == name {
			t.RawData, t.Int64Data, t.Dims = nil, list, []int64{int64(len(list))}
			return
		}
	}
	panic("no initializer " + name)
}

// weight is the initializer of that name.
func weight(m *onnxpb.ModelProto, name string) *onnxpb.TensorProto {
	for _, t := range m.Graph.Initializer {
		if strings.HasPrefix(t.GetName(), name) {
			return t
		}
	}
	panic("no initializer " + name)
}

func readModel(t testing.TB, name string) *onnxpb.ModelProto {
	t.Helper()
	m := new(onnxpb.ModelProto)
	if err := proto.Unmarshal(readFixture(t, name), m); err != nil {
		t.Fatal(err)
	}
	return m
}

func readFixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(fixtures, name+".onnx"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func marshal(t testing.TB, m *onnxpb.ModelProto) []byte {
	t.Helper()
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
