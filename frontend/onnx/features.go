package onnx

import "hecc/frontend/onnx/onnxpb"

// features is the size of the input's last axis, as the first weights that it meets determine it, or 0. A
// wrong guess does no harm: lowering then finds that shapes do not match.
func (m *model) features(input string) int {
	sizes := m.constantSizes()
	carries := map[string]bool{input: true} // values whose last axis is the input's
	for _, n := range m.proto.Graph.Node {
		for k, name := range n.Input {
			if !carries[name] {
				continue
			}
			if size := fixedBy(n, k, sizes); size > 0 {
				return size
			}
			if keepsFeatures[n.GetOpType()] {
				for _, out := range n.Output {
					carries[out] = true
				}
			}
		}
	}
	return 0
}

// keepsFeatures are operators whose result has the last axis of their operand.
var keepsFeatures = map[string]bool{"Abs": true, "Add": true, "Cast": true, "Clip": true, "Div": true, "Dropout": true, "Elu": true, "Exp": true,
	"Identity": true, "Imputer": true, "LeakyRelu": true, "Log": true, "Mul": true, "Neg": true, "Normalizer": true, "Relu": true, "Scaler": true, "Sigmoid": true,
	"Sqrt": true, "Sub": true, "Tanh": true}

// constantSizes are the shapes of what the file holds as constants.
func (m *model) constantSizes() map[string][]int64 {
	sizes := make(map[string][]int64)
	for _, t := range m.proto.Graph.Initializer {
		sizes[t.GetName()] = t.Dims
	}
	for _, n := range m.proto.Graph.Node {
		if n.GetOpType() == "Constant" && len(n.Output) == 1 && len(n.Attribute) == 1 && n.Attribute[0].T != nil {
			sizes[n.Output[0]] = n.Attribute[0].T.Dims
		}
	}
	return sizes
}

// fixedBy is the size that a node requires of the last axis of operand k, or 0.
func fixedBy(n *onnxpb.NodeProto, k int, sizes map[string][]int64) int {
	attrs := make(map[string]*onnxpb.AttributeProto)
	for _, a := range n.Attribute {
		attrs[a.GetName()] = a
	}
	other := func(i, fromEnd int) int {
		if i >= len(n.Input) {
			return 0
		}
		dims := sizes[n.Input[i]]
		if fromEnd > len(dims) {
			return 0
		}
		return bounded(dims[len(dims)-fromEnd])
	}
	switch n.GetOpType() {
	case "Gemm":
		if k == 0 && attrs["transB"].GetI() == 1 {
			return other(1, 1)
		} else if k == 0 {
			return other(1, 2)
		}
	case "MatMul":
		if k == 0 && len(sizes[n.Input[min(1, len(n.Input)-1)]]) == 1 {
			return other(1, 1)
		} else if k == 0 {
			return other(1, 2)
		}
	case "Add", "Sub", "Mul", "Div":
		if size := other(1-min(k, 1), 1); size > 1 { // a single number fits all
			return size
		}
	case "BatchNormalization":
		return other(1, 1)
	case "Scaler":
		return longer(attrs["offset"].GetFloats(), attrs["scale"].GetFloats())
	case "Imputer":
		return longer(attrs["imputed_value_floats"].GetFloats())
	case "LinearRegressor":
		return len(attrs["coefficients"].GetFloats()) / max(1, bounded(attrs["targets"].GetI()))
	case "LinearClassifier":
		return len(attrs["coefficients"].GetFloats()) / max(1, len(attrs["intercepts"].GetFloats()))
	}
	return 0
}

func bounded(n int64) int {
	if n < 0 || n > maxComputed {
		return 0
	}
	return int(n)
}

// longer is the length of the longest list, if it has more than one element; a list of one element fits any
// length.
func longer(lists ...[]float32) int {
	most := 0
	for _, l := range lists {
		most = max(most, len(l))
	}
	if most == 1 {
		return 0
	}
	return most
}
