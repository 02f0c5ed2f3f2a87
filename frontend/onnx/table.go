package onnx

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"hecc/frontend/onnx/onnxpb"
)

// row says how one operator is lowered, in a range of versions of its domain.
type row struct {
	domain, op           string
	since, until         int // operator sets in which the row holds
	minInputs, maxInputs int
	outputs              int // that a node may name; all but the first must not be read
	attrs                attrKinds
	anyType              bool   // the handler checks the operands' types; else all must be floating-point, of one type
	client               bool   // may follow Softmax and ArgMax, which the client computes
	limits               string // what of the operator is not supported, for the documentation
	lower                func(*call) (*value, error)
}

type attrKinds map[string]onnxpb.AttributeProto_AttributeType

// variadic is the maxInputs of operators that take any number.
const variadic = -1

// axisAttr is the attribute that most operators along an axis have.
var axisAttr = attrKinds{"axis": kindInt}

// table is every operator that hecc reads, sorted by domain and name.
var table = []row{
	{op: "Add", since: 7, until: 17, minInputs: 2, maxInputs: 2, outputs: 1, lower: lowerAdd},
	{op: "ArgMax", since: 7, until: 11, minInputs: 1, maxInputs: 1, outputs: 1, client: true,
		attrs: attrKinds{"axis": kindInt, "keepdims": kindInt}, limits: "only at the end", lower: lowerArgMax},
	{op: "ArgMax", since: 12, until: 17, minInputs: 1, maxInputs: 1, outputs: 1, client: true,
		attrs:  attrKinds{"axis": kindInt, "keepdims": kindInt, "select_last_index": kindInt},
		limits: "only at the end", lower: lowerArgMax},
	{op: "BatchNormalization", since: 7, until: 8, minInputs: 5, maxInputs: 5, outputs: 1,
		attrs:  attrKinds{"epsilon": kindFloat, "momentum": kindFloat, "spatial": kindInt},
		limits: "parameters must be constant, spatial 1", lower: lowerBatchNorm},
	{op: "BatchNormalization", since: 9, until: 13, minInputs: 5, maxInputs: 5, outputs: 1,
		attrs:  attrKinds{"epsilon": kindFloat, "momentum": kindFloat},
		limits: "parameters must be constant", lower: lowerBatchNorm},
	{op: "BatchNormalization", since: 14, until: 17, minInputs: 5, maxInputs: 5, outputs: 3,
		attrs:  attrKinds{"epsilon": kindFloat, "momentum": kindFloat, "training_mode": kindInt},
		limits: "parameters must be constant; no training", lower: lowerBatchNorm},
	{op: "Cast", since: 7, until: 17, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, client: true,
		attrs: attrKinds{"to": kindInt}, limits: "between floating-point types; integers only for labels and shapes", lower: lowerCast},
	{op: "Concat", since: 7, until: 17, minInputs: 1, maxInputs: variadic, outputs: 1, anyType: true, client: true,
		attrs: axisAttr, limits: "not along the batch", lower: lowerConcat},
	{op: "Constant", since: 7, until: 11, outputs: 1, attrs: attrKinds{"value": kindTensor}, lower: lowerConstant},
	{op: "Constant", since: 12, until: 17, outputs: 1, lower: lowerConstant,
		attrs: attrKinds{"value": kindTensor, "value_float": kindFloat, "value_floats": kindFloats, "value_int": kindInt, "value_ints": kindInts}},
	{op: "Div", since: 7, until: 17, minInputs: 2, maxInputs: 2, outputs: 1, limits: "the divisor must be constant", lower: lowerDiv},
	{op: "Dropout", since: 7, until: 11, minInputs: 1, maxInputs: 1, outputs: 2, client: true,
		attrs: attrKinds{"ratio": kindFloat}, limits: "inference only", lower: lowerDropout},
	{op: "Dropout", since: 12, until: 17, minInputs: 1, maxInputs: 3, outputs: 2, anyType: true, client: true,
		attrs: attrKinds{"seed": kindInt}, limits: "inference only", lower: lowerDropout},
	{op: "Flatten", since: 7, until: 17, minInputs: 1, maxInputs: 1, outputs: 1, client: true, attrs: axisAttr, lower: lowerFlatten},
	{op: "Gather", since: 7, until: 17, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true,
		attrs: axisAttr, limits: "only of shapes", lower: lowerGather},
	{op: "Gemm", since: 7, until: 10, minInputs: 3, maxInputs: 3, outputs: 1, attrs: gemmAttrs, lower: lowerGemm},
	{op: "Gemm", since: 11, until: 17, minInputs: 2, maxInputs: 3, outputs: 1, attrs: gemmAttrs, lower: lowerGemm},
	{op: "Identity", since: 7, until: 17, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, client: true, lower: lowerIdentity},
	{op: "MatMul", since: 7, until: 17, minInputs: 2, maxInputs: 2, outputs: 1, lower: lowerMatMul},
	{op: "Mul", since: 7, until: 17, minInputs: 2, maxInputs: 2, outputs: 1, lower: lowerMul},
	{op: "Pow", since: 7, until: 17, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true, limits: "the exponent must be 2", lower: lowerPow},
	{op: "Relu", since: 7, until: 17, minInputs: 1, maxInputs: 1, outputs: 1, lower: lowerRelu},
	{op: "Reshape", since: 7, until: 13, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true, client: true,
		limits: "the shape must be constant and keep the batch", lower: lowerReshape},
	{op: "Reshape", since: 14, until: 17, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true, client: true,
		attrs: attrKinds{"allowzero": kindInt}, limits: "the shape must be constant and keep the batch", lower: lowerReshape},
	{op: "Shape", since: 7, until: 14, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, client: true, lower: lowerShape},
	{op: "Shape", since: 15, until: 17, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, client: true,
		attrs: attrKinds{"start": kindInt, "end": kindInt}, lower: lowerShape},
	{op: "Sigmoid", since: 7, until: 17, minInputs: 1, maxInputs: 1, outputs: 1, lower: lowerSigmoid},
	{op: "Slice", since: 7, until: 9, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true,
		attrs: attrKinds{"starts": kindInts, "ends": kindInts, "axes": kindInts}, limits: "only of shapes", lower: lowerSlice},
	{op: "Slice", since: 10, until: 17, minInputs: 3, maxInputs: 5, outputs: 1, anyType: true, limits: "only of shapes", lower: lowerSlice},
	{op: "Softmax", since: 7, until: 17, minInputs: 1, maxInputs: 1, outputs: 1, client: true,
		attrs: axisAttr, limits: "only at the end", lower: lowerSoftmax},
	{op: "Sqrt", since: 7, until: 17, minInputs: 1, maxInputs: 1, outputs: 1, limits: "only of constants", lower: lowerSqrt},
	{op: "Squeeze", since: 7, until: 12, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, client: true,
		attrs: attrKinds{"axes": kindInts}, lower: lowerSqueeze},
	{op: "Squeeze", since: 13, until: 17, minInputs: 1, maxInputs: 2, outputs: 1, anyType: true, client: true, lower: lowerSqueeze},
	{op: "Sub", since: 7, until: 17, minInputs: 2, maxInputs: 2, outputs: 1, lower: lowerSub},
	{op: "Tanh", since: 7, until: 17, minInputs: 1, maxInputs: 1, outputs: 1, lower: lowerTanh},
	{op: "Transpose", since: 7, until: 17, minInputs: 1, maxInputs: 1, outputs: 1, client: true,
		attrs: attrKinds{"perm": kindInts}, limits: "the batch stays first", lower: lowerTranspose},
	{op: "Unsqueeze", since: 7, until: 12, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, client: true,
		attrs: attrKinds{"axes": kindInts}, lower: lowerUnsqueeze},
	{op: "Unsqueeze", since: 13, until: 17, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true, client: true, lower: lowerUnsqueeze},

	{domain: mlDomain, op: "ArrayFeatureExtractor", since: 1, until: 3, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true, client: true,
		limits: "only classes by ArgMax", lower: lowerArrayFeatureExtractor},
	{domain: mlDomain, op: "Scaler", since: 1, until: 3, minInputs: 1, maxInputs: 1, outputs: 1,
		attrs: attrKinds{"offset": kindFloats, "scale": kindFloats}, lower: lowerScaler},
	{domain: mlDomain, op: "ZipMap", since: 1, until: 3, minInputs: 1, maxInputs: 1, outputs: 1, client: true,
		attrs: attrKinds{"classlabels_int64s": kindInts, "classlabels_strings": kindStrings}, lower: lowerZipMap},
}

// findRow gives the row for an operator, or nil.
func findRow(domain, op string, version int) *row {
	for i := range table {
		r := &table[i]
		if r.domain == domain && r.op == op && r.since <= version && version <= r.until {
			return r
		}
	}
	return nil
}

func (r *row) arity() string {
	switch {
	case r.maxInputs == variadic:
		return fmt.Sprintf("%d or more", r.minInputs)
	case r.minInputs == r.maxInputs:
		return fmt.Sprint(r.minInputs)
	}
	return fmt.Sprintf("%d to %d", r.minInputs, r.maxInputs)
}

func (r *row) attrNames() string {
	if len(r.attrs) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(r.attrs)), ", ")
}
