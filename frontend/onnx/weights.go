package onnx

import (
	"encoding/binary"
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/x448/float16"

	"hecc/frontend/onnx/onnxpb"
	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// elemType is the type of a value's elements.
type elemType = onnxpb.TensorProto_DataType

const (
	float32Type  = onnxpb.TensorProto_FLOAT
	float64Type  = onnxpb.TensorProto_DOUBLE
	float16Type  = onnxpb.TensorProto_FLOAT16
	bfloat16Type = onnxpb.TensorProto_BFLOAT16
	int32Type    = onnxpb.TensorProto_INT32
	int64Type    = onnxpb.TensorProto_INT64
	boolType     = onnxpb.TensorProto_BOOL
	stringType   = onnxpb.TensorProto_STRING
	mapType      = onnxpb.TensorProto_UNDEFINED // the result of ZipMap, which is no tensor
)

func isFloat(t elemType) bool {
	return t == float32Type || t == float64Type || t == float16Type || t == bfloat16Type
}

func isInt(t elemType) bool {
	_, ok := integerRange[t]
	return ok
}

// integerRange is what each integer type can hold, as far as int64 can.
var integerRange = map[elemType]struct{ least, most int64 }{
	onnxpb.TensorProto_INT8:   {math.MinInt8, math.MaxInt8},
	onnxpb.TensorProto_UINT8:  {0, math.MaxUint8},
	onnxpb.TensorProto_INT16:  {math.MinInt16, math.MaxInt16},
	onnxpb.TensorProto_UINT16: {0, math.MaxUint16},
	int32Type:                 {math.MinInt32, math.MaxInt32},
	onnxpb.TensorProto_UINT32: {0, math.MaxUint32},
	int64Type:                 {math.MinInt64, math.MaxInt64},
	onnxpb.TensorProto_UINT64: {0, math.MaxInt64},
}

// widths are the bytes of an element in raw data.
var widths = map[elemType]int{float32Type: 4, float64Type: 8, float16Type: 2, bfloat16Type: 2, boolType: 1,
	onnxpb.TensorProto_INT8: 1, onnxpb.TensorProto_UINT8: 1, onnxpb.TensorProto_INT16: 2, onnxpb.TensorProto_UINT16: 2,
	int32Type: 4, onnxpb.TensorProto_UINT32: 4, int64Type: 8, onnxpb.TensorProto_UINT64: 8}

// readTensor decodes a stored tensor into a constant. what names it in errors.
func readTensor(pos diag.Pos, what string, t *onnxpb.TensorProto) (*value, error) {
	if t.GetDataLocation() == onnxpb.TensorProto_EXTERNAL || len(t.ExternalData) > 0 {
		return nil, external(pos, what, t)
	}
	v, err := decodeTensor(t)
	if err != nil {
		return nil, diag.At(pos, "%s: %v", what, err).Cure("%s", weightCure(t))
	}
	return v, nil
}

// weightCure says what to do about a tensor that cannot be read.
func weightCure(t *onnxpb.TensorProto) string {
	elem := elemType(t.GetDataType())
	if _, ok := widths[elem]; elem != mapType && !ok && elem != stringType {
		return "store it as float32: model.float() in PyTorch, or export the model before it is quantised"
	}
	if isFloat(elem) && len(t.Dims) > 0 && t.Segment == nil {
		return "if the model gives this answer after training, it has diverged: look for NaN, infinity or missing weights; if not, the file is damaged: export the model again"
	}
	return damaged
}

func external(pos diag.Pos, what string, t *onnxpb.TensorProto) error {
	location := ""
	for _, e := range t.ExternalData {
		if e.GetKey() == "location" {
			location = e.GetValue()
		}
	}
	return diag.At(pos, "%s is stored in another file, %q, which hecc reads only for initializers of a model that is a file itself", what, location).
		Cure(`save the model as one file: onnx.save(onnx.load("model.onnx"), "one.onnx")`)
}

func decodeTensor(t *onnxpb.TensorProto) (*value, error) {
	elem := elemType(t.GetDataType())
	if _, ok := widths[elem]; !ok && elem != stringType {
		return nil, fmt.Errorf("elements of type %v are not supported", elem)
	}
	if t.Segment != nil {
		return nil, fmt.Errorf("it is stored in segments, which are not supported")
	}
	shape, n, err := readDims(t.Dims)
	if err != nil {
		return nil, err
	}
	v := &value{elem: elem, array: &array{shape: shape}}
	if err := checkStored(t, elem, n); err != nil {
		return nil, err
	}
	switch {
	case isFloat(elem):
		v.array.floats, err = readFloats(t, elem, n)
	case elem == stringType:
		v.array.strings, err = readStrings(t)
	default:
		v.array.ints, err = readInts(t, elem, n)
	}
	return v, err
}

// readDims multiplies dimensions without overflow.
func readDims(dims []int64) (shape []int, n int, err error) {
	if len(dims) > maxRank {
		return nil, 0, fmt.Errorf("it has %d axes, more than %d", len(dims), maxRank)
	}
	shape, n = make([]int, len(dims)), 1
	for i, d := range dims {
		if d < 0 {
			return nil, 0, fmt.Errorf("dimension %d of %v is negative", d, dims)
		}
		if d > tensor.MaxElements || n*int(d) > tensor.MaxElements {
			return nil, 0, fmt.Errorf("shape %v has more than %d elements", dims, tensor.MaxElements)
		}
		shape[i] = int(d)
		n *= int(d)
	}
	return shape, n, nil
}

// checkStored checks that the tensor has its n elements in one field, the one of its type.
func checkStored(t *onnxpb.TensorProto, elem elemType, n int) error {
	typed := map[string]int{
		"float_data": len(t.FloatData), "double_data": len(t.DoubleData), "int32_data": len(t.Int32Data),
		"int64_data": len(t.Int64Data), "string_data": len(t.StringData), "uint64_data": len(t.Uint64Data),
	}
	total := 0
	for _, k := range typed {
		total += k
	}
	if t.RawData != nil {
		switch {
		case total > 0:
			return fmt.Errorf("its elements are stored twice, raw and typed")
		case elem == stringType:
			return fmt.Errorf("its strings are stored as raw data")
		case len(t.RawData)%widths[elem] != 0 || len(t.RawData)/widths[elem] != n:
			return fmt.Errorf("shape %v needs %d elements of %d bytes, the file has %d bytes", t.Dims, n, widths[elem], len(t.RawData))
		}
		return nil
	}
	field := fieldOf[elem]
	if typed[field] != total {
		return fmt.Errorf("its elements of type %v are not stored in %s", elem, field)
	}
	if total != n {
		return fmt.Errorf("shape %v needs %d elements, the file has %d", t.Dims, n, total)
	}
	return nil
}

// fieldOf names the field that typed data of each type stand in.
var fieldOf = map[elemType]string{
	float32Type: "float_data", float64Type: "double_data", float16Type: "int32_data", bfloat16Type: "int32_data",
	onnxpb.TensorProto_INT8: "int32_data", onnxpb.TensorProto_UINT8: "int32_data",
	onnxpb.TensorProto_INT16: "int32_data", onnxpb.TensorProto_UINT16: "int32_data",
	int32Type: "int32_data", boolType: "int32_data", int64Type: "int64_data", stringType: "string_data",
	onnxpb.TensorProto_UINT32: "uint64_data", onnxpb.TensorProto_UINT64: "uint64_data",
}

func readFloats(t *onnxpb.TensorProto, elem elemType, n int) ([]float64, error) {
	out := make([]float64, n)
	for i := range out {
		switch {
		case elem == float32Type && t.RawData != nil:
			out[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(t.RawData[4*i:])))
		case elem == float32Type:
			out[i] = float64(t.FloatData[i])
		case elem == float64Type && t.RawData != nil:
			out[i] = math.Float64frombits(binary.LittleEndian.Uint64(t.RawData[8*i:]))
		case elem == float64Type:
			out[i] = t.DoubleData[i]
		case t.RawData != nil:
			out[i] = short(elem, binary.LittleEndian.Uint16(t.RawData[2*i:]))
		default:
			bits := t.Int32Data[i]
			if bits < 0 || bits > math.MaxUint16 {
				return nil, fmt.Errorf("element %d is no %v", i, elem)
			}
			out[i] = short(elem, uint16(bits))
		}
	}
	return out, checkFinite(out)
}

// short decodes a number of 16 bits. A bfloat16 is the upper half of a float32.
func short(elem elemType, bits uint16) float64 {
	if elem == bfloat16Type {
		return float64(math.Float32frombits(uint32(bits) << 16))
	}
	return float64(float16.Frombits(bits).Float32())
}

func checkFinite(data []float64) error {
	for i, x := range data {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("element %d is %v: constants must be finite", i, x)
		}
	}
	return nil
}

func readInts(t *onnxpb.TensorProto, elem elemType, n int) ([]integer, error) {
	out := make([]integer, n)
	for i := range out {
		switch {
		case t.RawData != nil:
			out[i].n = rawInteger(t.RawData[i*widths[elem]:], elem)
		case len(t.Uint64Data) > 0:
			out[i].n = int64(t.Uint64Data[i])
		case elem == int64Type:
			out[i].n = t.Int64Data[i]
		default:
			out[i].n = int64(t.Int32Data[i])
		}
		if elem == boolType && out[i].n&^1 != 0 {
			return nil, fmt.Errorf("element %d is %d: no truth value", i, out[i].n)
		}
		if r, ok := integerRange[elem]; ok && (out[i].n < r.least || out[i].n > r.most) {
			return nil, fmt.Errorf("element %d does not fit the type %v, or int64", i, elem)
		}
	}
	return out, nil
}

// rawInteger decodes the first element of the data.
func rawInteger(b []byte, elem elemType) int64 {
	var u uint64
	for k := range widths[elem] {
		u |= uint64(b[k]) << (8 * k)
	}
	if r := integerRange[elem]; r.least < 0 { // a signed type: its top bit counts down
		shift := 64 - 8*widths[elem]
		return int64(u<<shift) >> shift
	}
	return int64(u)
}

func readStrings(t *onnxpb.TensorProto) ([]string, error) {
	out := make([]string, len(t.StringData))
	for i, s := range t.StringData {
		if !utf8.Valid(s) {
			return nil, fmt.Errorf("string %d is not valid UTF-8", i)
		}
		out[i] = string(s)
	}
	return out, nil
}
