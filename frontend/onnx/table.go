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
	anyType              bool   // the handler checks the operands' types; else all must be floating-point
	ints                 bool   // integers are floating-point numbers to it
	clientOnly           bool   // only the client computes it, so it must not lie between weights
	limits               string // parts of the operator that are not supported, for the documentation
	lower                func(*call) (*value, error)
}

// clientLimits is said of operators that the server cannot compute.
const clientLimits = "only before the first weights or after the last, by the client"

type attrKinds map[string]onnxpb.AttributeProto_AttributeType

// and joins two sets of attributes.
func (a attrKinds) and(b attrKinds) attrKinds {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// newest is the last operator set of ai.onnx whose definitions are known. Since 21 they have
// changed, of the operators below, in the element types alone, none of which hecc reads, and Cast
// got an attribute for one of those.
const newest = 26

// newestML is that of ai.onnx.ml.
const newestML = 5

// variadic is the maxInputs of operators that take any number.
const variadic = -1

// axisAttr is the attribute that most operators along an axis have.
var axisAttr = attrKinds{"axis": kindInt}

const castLimits = "to integers and bool " + clientLimits + ", and for labels and shapes"

const (
	reduceLimits     = "the axes must be constant; not along the batch"
	tailReduceLimits = clientLimits + "; " + reduceLimits
)

const reduceProdLimits = "up to 64 factors; the axes must be constant; not along the batch"

var (
	reduceAttrs      = attrKinds{"axes": kindInts, "keepdims": kindInt}
	reduceInputAttrs = attrKinds{"keepdims": kindInt, "noop_with_empty_axes": kindInt}
)

// table is every operator that hecc reads, sorted by domain and name.
var table = []row{
	{op: "Abs", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, lower: function("abs")},
	{op: "Acos", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, clientOnly: true, limits: clientLimits, lower: clientFunction("acos")},
	{op: "Acosh", since: 9, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, clientOnly: true, limits: clientLimits, lower: clientFunction("acosh")},
	{op: "Add", since: 7, until: newest, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true, lower: lowerAdd},
	{op: "And", since: 7, until: newest, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true, clientOnly: true, limits: clientLimits, lower: lowerAnd},
	{op: "ArgMax", since: 7, until: 11, minInputs: 1, maxInputs: 1, outputs: 1, clientOnly: true,
		attrs: attrKinds{"axis": kindInt, "keepdims": kindInt}, limits: "only at the end", lower: lowerArgMax},
	{op: "ArgMax", since: 12, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, clientOnly: true,
		attrs:  attrKinds{"axis": kindInt, "keepdims": kindInt, "select_last_index": kindInt},
		limits: "only at the end", lower: lowerArgMax},
	{op: "ArgMin", since: 7, until: 11, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, clientOnly: true, attrs: attrKinds{"axis": kindInt, "keepdims": kindInt}, limits: "only at the end", lower: lowerArgMin},
	{op: "ArgMin", since: 12, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, clientOnly: true, attrs: attrKinds{"axis": kindInt, "keepdims": kindInt, "select_last_index": kindInt}, limits: "only at the end", lower: lowerArgMin},
	{op: "Asin", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, clientOnly: true, limits: clientLimits, lower: clientFunction("asin")},
	{op: "Asinh", since: 9, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, lower: function("asinh")},
	{op: "Atan", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, lower: function("atan")},
	{op: "Atanh", since: 9, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, clientOnly: true, limits: clientLimits, lower: clientFunction("atanh")},
	{op: "BatchNormalization", since: 7, until: 8, minInputs: 5, maxInputs: 5, outputs: 1,
		attrs:  attrKinds{"epsilon": kindFloat, "momentum": kindFloat, "spatial": kindInt},
		limits: "parameters must be constant, spatial 1", lower: lowerBatchNorm},
	{op: "BatchNormalization", since: 9, until: 13, minInputs: 5, maxInputs: 5, outputs: 1,
		attrs:  attrKinds{"epsilon": kindFloat, "momentum": kindFloat},
		limits: "parameters must be constant", lower: lowerBatchNorm},
	{op: "BatchNormalization", since: 14, until: newest, minInputs: 5, maxInputs: 5, outputs: 3,
		attrs:  attrKinds{"epsilon": kindFloat, "momentum": kindFloat, "training_mode": kindInt},
		limits: "parameters must be constant; no training", lower: lowerBatchNorm},
	{op: "Cast", since: 7, until: 18, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true,
		attrs: attrKinds{"to": kindInt}, limits: castLimits, lower: lowerCast},
	{op: "Cast", since: 19, until: 23, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true,
		attrs: attrKinds{"to": kindInt, "saturate": kindInt}, limits: castLimits, lower: lowerCast},
	{op: "Cast", since: 24, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true,
		attrs: attrKinds{"to": kindInt, "saturate": kindInt, "round_mode": kindString}, limits: castLimits, lower: lowerCast},
	{op: "Ceil", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, clientOnly: true, limits: clientLimits, lower: clientFunction("ceil")},
	{op: "Celu", since: 12, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, attrs: attrKinds{"alpha": kindFloat}, lower: lowerCelu},
	{op: "Clip", since: 7, until: 10, minInputs: 1, maxInputs: 1, outputs: 1, attrs: attrKinds{"min": kindFloat, "max": kindFloat}, lower: lowerClip},
	{op: "Clip", since: 11, until: newest, minInputs: 1, maxInputs: 3, outputs: 1, limits: "the bounds must be constant", lower: lowerClip},
	{op: "Concat", since: 7, until: newest, minInputs: 1, maxInputs: variadic, outputs: 1, anyType: true,
		attrs: axisAttr, limits: "not along the batch", lower: lowerConcat},
	{op: "Constant", since: 7, until: 11, outputs: 1, attrs: attrKinds{"value": kindTensor}, lower: lowerConstant},
	{op: "Constant", since: 12, until: newest, outputs: 1, lower: lowerConstant,
		attrs: attrKinds{"value": kindTensor, "value_float": kindFloat, "value_floats": kindFloats, "value_int": kindInt, "value_ints": kindInts,
			"value_string": kindString, "value_strings": kindStrings}},
	{op: "ConstantOfShape", since: 9, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, attrs: attrKinds{"value": kindTensor}, limits: "only of constants", lower: lowerConstantOfShape},
	{op: "Cos", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, lower: function("cos")},
	{op: "Cosh", since: 9, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, lower: function("cosh")},
	{op: "CumSum", since: 11, until: newest, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true, attrs: attrKinds{"exclusive": kindInt, "reverse": kindInt}, limits: "not along the batch", lower: lowerCumSum},
	{op: "DequantizeLinear", since: 10, until: 12, minInputs: 2, maxInputs: 3, outputs: 1, anyType: true, limits: "of weights", lower: lowerDequantize},
	{op: "DequantizeLinear", since: 13, until: 20, minInputs: 2, maxInputs: 3, outputs: 1, anyType: true, attrs: axisAttr, limits: "of weights", lower: lowerDequantize},
	{op: "DequantizeLinear", since: 21, until: newest, minInputs: 2, maxInputs: 3, outputs: 1, anyType: true,
		attrs: attrKinds{"axis": kindInt, "block_size": kindInt, "output_dtype": kindInt}, limits: "of weights, without blocks", lower: lowerDequantize},
	{op: "Div", since: 7, until: newest, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true, limits: "the divisor must be constant or a function of the value that is divided, or the quotient stands before the first weights or after the last", lower: lowerDiv},
	{op: "Dropout", since: 7, until: 11, minInputs: 1, maxInputs: 1, outputs: 2,
		attrs: attrKinds{"ratio": kindFloat}, limits: "inference only", lower: lowerDropout},
	{op: "Dropout", since: 12, until: newest, minInputs: 1, maxInputs: 3, outputs: 2, anyType: true,
		attrs: attrKinds{"seed": kindInt}, limits: "inference only", lower: lowerDropout},
	{op: "Elu", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, attrs: attrKinds{"alpha": kindFloat}, lower: lowerElu},
	{op: "Equal", since: 7, until: newest, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true, clientOnly: true, limits: clientLimits, lower: comparison("equal", false)},
	{op: "Erf", since: 9, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, lower: function("erf")},
	{op: "Exp", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, lower: function("exp")},
	{op: "Expand", since: 8, until: newest, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true, limits: "the shape must be constant and keep the batch", lower: lowerExpand},
	{op: "Flatten", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, attrs: axisAttr, lower: lowerFlatten},
	{op: "Floor", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, clientOnly: true, limits: clientLimits, lower: clientFunction("floor")},
	{op: "Gather", since: 7, until: newest, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true, attrs: axisAttr, limits: "not along the batch; computed indices only at the end, into a constant list", lower: lowerGather},
	{op: "Gelu", since: 20, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, attrs: attrKinds{"approximate": kindString}, lower: lowerGelu},
	{op: "Gemm", since: 7, until: 10, minInputs: 3, maxInputs: 3, outputs: 1, attrs: gemmAttrs, lower: lowerGemm},
	{op: "Gemm", since: 11, until: newest, minInputs: 2, maxInputs: 3, outputs: 1, attrs: gemmAttrs, lower: lowerGemm},
	{op: "Greater", since: 7, until: newest, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true, clientOnly: true, limits: clientLimits, lower: comparison("less", true)},
	{op: "GreaterOrEqual", since: 12, until: newest, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true, clientOnly: true, limits: clientLimits, lower: comparison("lessequal", true)},
	{op: "HardSigmoid", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, attrs: attrKinds{"alpha": kindFloat, "beta": kindFloat}, lower: lowerHardSigmoid},
	{op: "HardSwish", since: 14, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, lower: lowerHardSwish},
	{op: "Hardmax", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, clientOnly: true, attrs: axisAttr, limits: clientLimits, lower: lowerHardmax},
	{op: "Identity", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, lower: lowerIdentity},
	{op: "IsNaN", since: 9, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, clientOnly: true, limits: clientLimits, lower: lowerIsNaN},
	{op: "LeakyRelu", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, attrs: attrKinds{"alpha": kindFloat}, lower: lowerLeakyRelu},
	{op: "Less", since: 7, until: newest, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true, clientOnly: true, limits: clientLimits, lower: comparison("less", false)},
	{op: "LessOrEqual", since: 12, until: newest, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true, clientOnly: true, limits: clientLimits, lower: comparison("lessequal", false)},
	{op: "Log", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, limits: "where its argument is positive", lower: function("log")},
	{op: "LogSoftmax", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, clientOnly: true, attrs: axisAttr, limits: clientLimits, lower: lowerLogSoftmax},
	{op: "LpNormalization", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, clientOnly: true, attrs: attrKinds{"axis": kindInt, "p": kindInt}, limits: clientLimits, lower: lowerLpNormalization},
	{op: "MatMul", since: 7, until: newest, minInputs: 2, maxInputs: 2, outputs: 1, lower: lowerMatMul},
	{op: "Max", since: 8, until: newest, minInputs: 1, maxInputs: variadic, outputs: 1, lower: lowerMax},
	{op: "Mean", since: 8, until: newest, minInputs: 1, maxInputs: variadic, outputs: 1, lower: lowerMean},
	{op: "Min", since: 8, until: newest, minInputs: 1, maxInputs: variadic, outputs: 1, lower: lowerMin},
	{op: "Mish", since: 18, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, lower: lowerMish},
	{op: "Mul", since: 7, until: newest, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true, lower: lowerMul},
	{op: "Neg", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, lower: lowerNeg},
	{op: "Not", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, clientOnly: true, limits: clientLimits, lower: lowerNot},
	{op: "OneHot", since: 9, until: newest, minInputs: 3, maxInputs: 3, outputs: 1, anyType: true, clientOnly: true, attrs: axisAttr, limits: clientLimits + "; depth and values must be constant", lower: lowerOneHot},
	{op: "Or", since: 7, until: newest, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true, clientOnly: true, limits: clientLimits, lower: lowerOr},
	{op: "PRelu", since: 7, until: newest, minInputs: 2, maxInputs: 2, outputs: 1, limits: "the slope must be constant", lower: lowerPRelu},
	{op: "Pad", since: 7, until: 10, minInputs: 1, maxInputs: 1, outputs: 1, attrs: attrKinds{"mode": kindString, "pads": kindInts, "value": kindFloat}, limits: "not along the batch", lower: lowerPad},
	{op: "Pad", since: 11, until: 17, minInputs: 2, maxInputs: 3, outputs: 1, anyType: true, attrs: attrKinds{"mode": kindString}, limits: "the pads must be constant; not along the batch", lower: lowerPad},
	{op: "Pad", since: 18, until: newest, minInputs: 2, maxInputs: 4, outputs: 1, anyType: true, attrs: attrKinds{"mode": kindString}, limits: "the pads must be constant; not along the batch; mode wrap is not supported", lower: lowerPad},
	{op: "Pow", since: 7, until: newest, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true, limits: "one of base and exponent must be constant", lower: lowerPow},
	{op: "Range", since: 11, until: newest, minInputs: 3, maxInputs: 3, outputs: 1, anyType: true, limits: "only of constants", lower: lowerRange},
	{op: "Reciprocal", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, limits: "where its argument is not zero", lower: lowerReciprocal},
	{op: "ReduceL1", since: 7, until: 17, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, attrs: reduceAttrs, limits: reduceLimits, lower: lowerReduceL1},
	{op: "ReduceL1", since: 18, until: newest, minInputs: 1, maxInputs: 2, outputs: 1, anyType: true, attrs: reduceInputAttrs, limits: reduceLimits, lower: lowerReduceL1},
	{op: "ReduceL2", since: 7, until: 17, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, attrs: reduceAttrs, limits: reduceLimits, lower: lowerReduceL2},
	{op: "ReduceL2", since: 18, until: newest, minInputs: 1, maxInputs: 2, outputs: 1, anyType: true, attrs: reduceInputAttrs, limits: reduceLimits, lower: lowerReduceL2},
	{op: "ReduceLogSum", since: 7, until: 17, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, attrs: reduceAttrs, limits: reduceLimits, lower: lowerReduceLogSum},
	{op: "ReduceLogSum", since: 18, until: newest, minInputs: 1, maxInputs: 2, outputs: 1, anyType: true, attrs: reduceInputAttrs, limits: reduceLimits, lower: lowerReduceLogSum},
	{op: "ReduceLogSumExp", since: 7, until: 17, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, clientOnly: true, attrs: reduceAttrs, limits: tailReduceLimits, lower: lowerReduceLogSumExp},
	{op: "ReduceLogSumExp", since: 18, until: newest, minInputs: 1, maxInputs: 2, outputs: 1, anyType: true, clientOnly: true, attrs: reduceInputAttrs, limits: tailReduceLimits, lower: lowerReduceLogSumExp},
	{op: "ReduceMax", since: 7, until: 17, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, clientOnly: true, attrs: reduceAttrs, limits: tailReduceLimits, lower: extreme("max")},
	{op: "ReduceMax", since: 18, until: newest, minInputs: 1, maxInputs: 2, outputs: 1, anyType: true, clientOnly: true, attrs: reduceInputAttrs, limits: tailReduceLimits, lower: extreme("max")},
	{op: "ReduceMean", since: 7, until: 17, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, attrs: reduceAttrs, limits: reduceLimits, lower: lowerReduceMean},
	{op: "ReduceMean", since: 18, until: newest, minInputs: 1, maxInputs: 2, outputs: 1, anyType: true, attrs: reduceInputAttrs, limits: reduceLimits, lower: lowerReduceMean},
	{op: "ReduceMin", since: 7, until: 17, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, clientOnly: true, attrs: reduceAttrs, limits: tailReduceLimits, lower: extreme("min")},
	{op: "ReduceMin", since: 18, until: newest, minInputs: 1, maxInputs: 2, outputs: 1, anyType: true, clientOnly: true, attrs: reduceInputAttrs, limits: tailReduceLimits, lower: extreme("min")},
	{op: "ReduceProd", since: 7, until: 17, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, attrs: reduceAttrs, limits: reduceProdLimits, lower: lowerReduceProd},
	{op: "ReduceProd", since: 18, until: newest, minInputs: 1, maxInputs: 2, outputs: 1, anyType: true, attrs: reduceInputAttrs, limits: reduceProdLimits, lower: lowerReduceProd},
	{op: "ReduceSum", since: 7, until: 12, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, attrs: reduceAttrs, limits: reduceLimits, lower: lowerReduceSum},
	{op: "ReduceSum", since: 13, until: newest, minInputs: 1, maxInputs: 2, outputs: 1, anyType: true, attrs: reduceInputAttrs, limits: reduceLimits, lower: lowerReduceSum},
	{op: "ReduceSumSquare", since: 7, until: 17, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, attrs: reduceAttrs, limits: reduceLimits, lower: lowerReduceSumSquare},
	{op: "ReduceSumSquare", since: 18, until: newest, minInputs: 1, maxInputs: 2, outputs: 1, anyType: true, attrs: reduceInputAttrs, limits: reduceLimits, lower: lowerReduceSumSquare},
	{op: "Relu", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, lower: function("relu")},
	{op: "Reshape", since: 7, until: 13, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true,
		limits: "the shape must be constant and keep the batch", lower: lowerReshape},
	{op: "Reshape", since: 14, until: newest, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true,
		attrs: attrKinds{"allowzero": kindInt}, limits: "the shape must be constant and keep the batch", lower: lowerReshape},
	{op: "Round", since: 11, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, clientOnly: true, limits: clientLimits, lower: clientFunction("round")},
	{op: "Selu", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, attrs: attrKinds{"alpha": kindFloat, "gamma": kindFloat}, lower: lowerSelu},
	{op: "Shape", since: 7, until: 14, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, lower: lowerShape},
	{op: "Shape", since: 15, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true,
		attrs: attrKinds{"start": kindInt, "end": kindInt}, lower: lowerShape},
	{op: "Sigmoid", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, lower: function("sigmoid")},
	{op: "Sign", since: 9, until: newest, minInputs: 1, maxInputs: 1, outputs: 1,
		limits: "jumps at 0: between weights refused on declared ranges, and on samples that come near 0", lower: function("sign")},
	{op: "Sin", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, lower: function("sin")},
	{op: "Sinh", since: 9, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, lower: function("sinh")},
	{op: "Slice", since: 7, until: 9, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, attrs: attrKinds{"starts": kindInts, "ends": kindInts, "axes": kindInts}, limits: "not along the batch", lower: lowerSlice},
	{op: "Slice", since: 10, until: newest, minInputs: 3, maxInputs: 5, outputs: 1, anyType: true, limits: "the bounds must be constant; not along the batch", lower: lowerSlice},
	{op: "Softmax", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, clientOnly: true,
		attrs: axisAttr, limits: clientLimits, lower: lowerSoftmax},
	{op: "Softplus", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, lower: function("softplus")},
	{op: "Softsign", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, lower: function("softsign")},
	{op: "Split", since: 7, until: 12, minInputs: 1, maxInputs: 1, outputs: variadic, attrs: attrKinds{"axis": kindInt, "split": kindInts}, limits: "not along the batch", lower: lowerSplit},
	{op: "Split", since: 13, until: 17, minInputs: 1, maxInputs: 2, outputs: variadic, anyType: true, attrs: axisAttr, limits: "the sizes must be constant; not along the batch", lower: lowerSplit},
	{op: "Split", since: 18, until: newest, minInputs: 1, maxInputs: 2, outputs: variadic, anyType: true, attrs: attrKinds{"axis": kindInt, "num_outputs": kindInt}, limits: "the sizes must be constant; not along the batch", lower: lowerSplit},
	{op: "Sqrt", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, limits: "where its argument is not negative", lower: function("sqrt")},
	{op: "Squeeze", since: 7, until: 12, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true,
		attrs: attrKinds{"axes": kindInts}, lower: lowerSqueeze},
	{op: "Squeeze", since: 13, until: newest, minInputs: 1, maxInputs: 2, outputs: 1, anyType: true, lower: lowerSqueeze},
	{op: "Sub", since: 7, until: newest, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true, lower: lowerSub},
	{op: "Sum", since: 8, until: newest, minInputs: 1, maxInputs: variadic, outputs: 1, lower: lowerSum},
	{op: "Swish", since: 24, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, attrs: attrKinds{"alpha": kindFloat}, lower: lowerSwish},
	{op: "Tan", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, clientOnly: true, limits: clientLimits, lower: clientFunction("tan")},
	{op: "Tanh", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, lower: function("tanh")},
	{op: "ThresholdedRelu", since: 10, until: newest, minInputs: 1, maxInputs: 1, outputs: 1, attrs: attrKinds{"alpha": kindFloat}, lower: lowerThresholdedRelu},
	{op: "Tile", since: 7, until: newest, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true, limits: "the repeats must be constant; not along the batch", lower: lowerTile},
	{op: "TopK", since: 7, until: 9, minInputs: 1, maxInputs: 1, outputs: 2, clientOnly: true, attrs: attrKinds{"axis": kindInt, "k": kindInt}, limits: "only at the end; not along the batch", lower: lowerTopK},
	{op: "TopK", since: 10, until: 10, minInputs: 2, maxInputs: 2, outputs: 2, anyType: true, clientOnly: true, attrs: axisAttr, limits: "only at the end; k must be constant; not along the batch", lower: lowerTopK},
	{op: "TopK", since: 11, until: newest, minInputs: 2, maxInputs: 2, outputs: 2, anyType: true, clientOnly: true, attrs: attrKinds{"axis": kindInt, "largest": kindInt, "sorted": kindInt}, limits: "only at the end; k must be constant; not along the batch", lower: lowerTopK},
	{op: "Transpose", since: 7, until: newest, minInputs: 1, maxInputs: 1, outputs: 1,
		attrs: attrKinds{"perm": kindInts}, limits: "the batch stays first", lower: lowerTranspose},
	{op: "Unsqueeze", since: 7, until: 12, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true,
		attrs: attrKinds{"axes": kindInts}, lower: lowerUnsqueeze},
	{op: "Unsqueeze", since: 13, until: newest, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true, lower: lowerUnsqueeze},
	{op: "Where", since: 9, until: newest, minInputs: 3, maxInputs: 3, outputs: 1, anyType: true, limits: "a computed condition " + clientLimits, lower: lowerWhere},
	{op: "Xor", since: 7, until: newest, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true, clientOnly: true, limits: clientLimits, lower: lowerXor},

	{domain: mlDomain, op: "ArrayFeatureExtractor", since: 1, until: newestML, minInputs: 2, maxInputs: 2, outputs: 1, anyType: true,
		limits: "constant columns, or classes by a computed index, at the end", lower: lowerArrayFeatureExtractor},
	{domain: mlDomain, op: "Binarizer", since: 1, until: newestML, minInputs: 1, maxInputs: 1, outputs: 1, clientOnly: true, attrs: attrKinds{"threshold": kindFloat}, limits: clientLimits, lower: lowerBinarizer},
	{domain: mlDomain, op: "Imputer", since: 1, until: newestML, minInputs: 1, maxInputs: 1, outputs: 1, ints: true, clientOnly: true, limits: clientLimits,
		attrs: attrKinds{"imputed_value_floats": kindFloats, "replaced_value_float": kindFloat, "imputed_value_int64s": kindInts, "replaced_value_int64": kindInt}, lower: lowerImputer},
	{domain: mlDomain, op: "LabelEncoder", since: 2, until: newestML, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, attrs: encoderAttrs,
		limits: "of a classifier's label; else " + clientLimits, lower: lowerLabelEncoder},
	{domain: mlDomain, op: "LinearClassifier", since: 1, until: newestML, minInputs: 1, maxInputs: 1, ints: true, outputs: 2, attrs: classifierAttrs,
		limits: "post_transform NONE, LOGISTIC or SOFTMAX; the label only at the end", lower: lowerLinearClassifier},
	{domain: mlDomain, op: "LinearRegressor", since: 1, until: newestML, minInputs: 1, maxInputs: 1, ints: true, outputs: 1, limits: "post_transform NONE",
		attrs: attrKinds{"coefficients": kindFloats, "intercepts": kindFloats, "targets": kindInt, "post_transform": kindString}, lower: lowerLinearRegressor},
	{domain: mlDomain, op: "Normalizer", since: 1, until: newestML, minInputs: 1, maxInputs: 1, ints: true, outputs: 1, clientOnly: true, attrs: attrKinds{"norm": kindString},
		limits: clientLimits, lower: lowerNormalizer},
	{domain: mlDomain, op: "OneHotEncoder", since: 1, until: newestML, minInputs: 1, maxInputs: 1, outputs: 1, anyType: true, clientOnly: true,
		attrs: attrKinds{"cats_int64s": kindInts, "cats_strings": kindStrings, "zeros": kindInt}, limits: clientLimits, lower: lowerOneHotEncoder},
	{domain: mlDomain, op: "SVMClassifier", since: 1, until: newestML, minInputs: 1, maxInputs: 1, ints: true, outputs: 2, attrs: svmClassifierAttrs,
		limits: "with support vectors; probabilities of two classes only", lower: lowerSVMClassifier},
	{domain: mlDomain, op: "SVMRegressor", since: 1, until: newestML, minInputs: 1, maxInputs: 1, ints: true, outputs: 1, attrs: svmRegressorAttrs,
		limits: "post_transform NONE", lower: lowerSVMRegressor},
	{domain: mlDomain, op: "Scaler", since: 1, until: newestML, minInputs: 1, maxInputs: 1, outputs: 1, ints: true,
		attrs: attrKinds{"offset": kindFloats, "scale": kindFloats}, lower: lowerScaler},
	{domain: mlDomain, op: "ZipMap", since: 1, until: newestML, minInputs: 1, maxInputs: 1, outputs: 1, clientOnly: true,
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
