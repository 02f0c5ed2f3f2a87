package onnx

import (
	"math"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"

	"hecc/frontend/onnx/onnxpb"
)

func TestHalf(t *testing.T) {
	for bits, want := range map[uint16]float64{
		0x0000: 0, 0x3c00: 1, 0xc000: -2, 0x3555: 0.333251953125, 0x7bff: 65504,
		0x0001: math.Ldexp(1, -24), 0x03ff: math.Ldexp(1023, -24), 0x0400: math.Ldexp(1, -14),
		0x7c00: math.Inf(1), 0xfc00: math.Inf(-1),
	} {
		if got := short(float16Type, bits); got != want {
			t.Errorf("short(%#04x) = %v, want %v", bits, got, want)
		}
	}
	if !math.IsNaN(short(float16Type, 0x7e00)) {
		t.Error("0x7e00 is a number")
	}
}

// TestStorage reads each type from raw and from typed data.
func TestStorage(t *testing.T) {
	tensors := map[string]*onnxpb.TensorProto{
		"float raw":     {DataType: proto.Int32(int32(float32Type)), RawData: []byte{0, 0, 0, 0xc0}},
		"float typed":   {DataType: proto.Int32(int32(float32Type)), FloatData: []float32{-2}},
		"double raw":    {DataType: proto.Int32(int32(float64Type)), RawData: []byte{0, 0, 0, 0, 0, 0, 0, 0xc0}},
		"double typed":  {DataType: proto.Int32(int32(float64Type)), DoubleData: []float64{-2}},
		"float16 raw":   {DataType: proto.Int32(int32(float16Type)), RawData: []byte{0, 0xc0}},
		"float16 typed": {DataType: proto.Int32(int32(float16Type)), Int32Data: []int32{0xc000}},
		"int32 raw":     {DataType: proto.Int32(int32(int32Type)), RawData: []byte{0xfe, 0xff, 0xff, 0xff}},
		"int32 typed":   {DataType: proto.Int32(int32(int32Type)), Int32Data: []int32{-2}},
		"int64 raw":     {DataType: proto.Int32(int32(int64Type)), RawData: []byte{0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
		"int64 typed":   {DataType: proto.Int32(int32(int64Type)), Int64Data: []int64{-2}},
	}
	for name, p := range tensors {
		v, err := decodeTensor(p)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := v.numbers(); len(got) != 1 || got[0] != -2 {
			t.Errorf("%s: got %v, want [-2]", name, got)
		}
	}
}

// TestIntegerTypes decodes the ends of each type, raw and typed, and what no type can hold.
func TestIntegerTypes(t *testing.T) {
	for elem, r := range integerRange {
		width := widths[elem]
		for _, n := range []int64{r.least, r.most, 1} {
			var raw []byte
			for k := range width {
				raw = append(raw, byte(n>>(8*k)))
			}
			p := &onnxpb.TensorProto{DataType: proto.Int32(int32(elem)), Dims: []int64{1}, RawData: raw}
			checkInteger(t, p, n)
			p.RawData = nil
			switch fieldOf[elem] {
			case "int32_data":
				p.Int32Data = []int32{int32(n)}
			case "int64_data":
				p.Int64Data = []int64{n}
			default:
				p.Uint64Data = []uint64{uint64(n)}
			}
			checkInteger(t, p, n)
		}
		if width < 4 {
			p := &onnxpb.TensorProto{DataType: proto.Int32(int32(elem)), Dims: []int64{1}, Int32Data: []int32{int32(r.most) + 1}}
			if _, err := decodeTensor(p); err == nil {
				t.Errorf("%v: %d is taken", elem, r.most+1)
			}
		}
	}
	p := &onnxpb.TensorProto{DataType: proto.Int32(int32(onnxpb.TensorProto_UINT64)), Dims: []int64{1}, Uint64Data: []uint64{1 << 63}}
	if _, err := decodeTensor(p); err == nil {
		t.Error("2^63 is taken")
	}
}

func checkInteger(t *testing.T, p *onnxpb.TensorProto, want int64) {
	t.Helper()
	v, err := decodeTensor(p)
	if err != nil || v.array.ints[0].n != want {
		t.Errorf("%v: %v, error %v, want %d", v.elem, v.array.ints, err, want)
	}
}

func TestBfloat16(t *testing.T) {
	p := &onnxpb.TensorProto{DataType: proto.Int32(int32(bfloat16Type)), Dims: []int64{3}, RawData: []byte{0x80, 0x3f, 0x20, 0xc0, 0x00, 0x00}}
	v, err := decodeTensor(p)
	if err != nil || !slices.Equal(v.array.floats, []float64{1, -2.5, 0}) {
		t.Errorf("%v, error %v", v.array.floats, err)
	}
}
