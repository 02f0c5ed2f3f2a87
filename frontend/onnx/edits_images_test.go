package onnx

import (
	"runtime"
	"testing"

	"google.golang.org/protobuf/proto"

	"hecc/frontend/onnx/onnxpb"
)

// imageEdits are changes of operators on pictures and signals that must be refused.
var imageEdits = []edit{
	{"stride 0", "conv_uneven", func(m *onnxpb.ModelProto) { attribute(m, "Conv", "strides").Ints[0] = 0 }},
	{"stride of 2^62", "conv_uneven", func(m *onnxpb.ModelProto) { attribute(m, "Conv", "strides").Ints[0] = 1 << 62 }},
	{"a stride too many", "conv_uneven", func(m *onnxpb.ModelProto) { attribute(m, "Conv", "strides").Ints = []int64{1, 1, 1} }},
	{"dilation of 2^25", "conv_uneven", func(m *onnxpb.ModelProto) { attribute(m, "Conv", "dilations").Ints[0] = 1 << 25 }},
	{"pads below 0", "conv_uneven", func(m *onnxpb.ModelProto) { attribute(m, "Conv", "pads").Ints[0] = -1 }},
	{"pads of 2^25", "conv_uneven", func(m *onnxpb.ModelProto) { attribute(m, "Conv", "pads").Ints[1] = 1 << 25 }},
	{"pads of 2^63", "conv_uneven", func(m *onnxpb.ModelProto) { attribute(m, "Conv", "pads").Ints[1] = -1 << 63 }},
	{"pads of one axis", "conv_uneven", func(m *onnxpb.ModelProto) { attribute(m, "Conv", "pads").Ints = []int64{1, 1} }},
	{"another kernel_shape", "conv_uneven", func(m *onnxpb.ModelProto) { attribute(m, "Conv", "kernel_shape").Ints[0] = 3 }},
	{"kernel of one axis more", "conv_uneven", func(m *onnxpb.ModelProto) { weight(m, "w").Dims = []int64{3, 2, 2, 3, 1} }},
	{"kernel without elements", "conv_uneven", func(m *onnxpb.ModelProto) {
		w := weight(m, "w")
		w.Dims, w.RawData = []int64{3, 2, 0, 3}, []byte{}
	}},
	{"kernel for other channels", "conv_uneven", func(m *onnxpb.ModelProto) { weight(m, "w").Dims = []int64{2, 3, 2, 3} }},
	{"auto_pad and pads", "conv_uneven", func(m *onnxpb.ModelProto) {
		find(m, "Conv").Attribute = append(find(m, "Conv").Attribute, &onnxpb.AttributeProto{Name: proto.String("auto_pad"), Type: kindString.Enum(), S: []byte(sameUpper)})
	}},
	{"group 0", "conv_valid", func(m *onnxpb.ModelProto) { withInt(find(m, "Conv"), "group", 0) }},
	{"group of 2^63", "conv_valid", func(m *onnxpb.ModelProto) { withInt(find(m, "Conv"), "group", -1<<63) }},
	{"group that does not divide", "convtranspose_group", func(m *onnxpb.ModelProto) { *attribute(m, "ConvTranspose", "group").I = 3 }},
	{"bias of other channels", "torch_cnn", func(m *onnxpb.ModelProto) {
		b := weight(m, find(m, "Conv").Input[2])
		b.Dims, b.RawData = []int64{1}, b.RawData[:4]
	}},
	{"bias by the input", "conv_valid", func(m *onnxpb.ModelProto) { find(m, "Conv").Input = append(find(m, "Conv").Input, "x") }},
	{"convolution of vectors", "torch_relu", func(m *onnxpb.ModelProto) {
		n := find(m, "Gemm")
		n.OpType, n.Attribute = proto.String("Conv"), nil
	}},
	{"pads cut all off", "convtranspose_group", func(m *onnxpb.ModelProto) { attribute(m, "ConvTranspose", "pads").Ints[0] = 9 }},
	{"stride of 2^25", "convtranspose_group", func(m *onnxpb.ModelProto) { attribute(m, "ConvTranspose", "strides").Ints[0] = 1 << 25 }},
	{"output_shape of 2^25", "convtranspose_shape", func(m *onnxpb.ModelProto) { attribute(m, "ConvTranspose", "output_shape").Ints[0] = 1 << 25 }},
	{"output_shape 0", "convtranspose_shape", func(m *onnxpb.ModelProto) { attribute(m, "ConvTranspose", "output_shape").Ints[0] = 0 }},
	{"no kernel_shape", "averagepool_ceil", func(m *onnxpb.ModelProto) { attribute(m, "AveragePool", "kernel_shape").Ints = nil }},
	{"kernel_shape of 2^25", "averagepool_ceil", func(m *onnxpb.ModelProto) { attribute(m, "AveragePool", "kernel_shape").Ints[0] = 1 << 25 }},
	{"kernel_shape and pads of 2^25", "averagepool_border", func(m *onnxpb.ModelProto) {
		attribute(m, "AveragePool", "kernel_shape").Ints = []int64{1 << 25, 1 << 25}
		attribute(m, "AveragePool", "pads").Ints = []int64{1 << 25, 1 << 25, 1 << 25, 1 << 25}
	}},
	{"dilations of an old opset", "averagepool_opset19", func(m *onnxpb.ModelProto) { m.OpsetImport[0].Version = proto.Int64(18) }},
	{"maximum of 65 elements", "maxpool_opset8", func(m *onnxpb.ModelProto) {
		m.Graph.Input[0].Type.GetTensorType().Shape.Dim[2] = fixedAt(65)
		attribute(m, "MaxPool", "kernel_shape").Ints[0] = 65
	}},
	{"maximum of padding", "maxpool_opset7", func(m *onnxpb.ModelProto) { attribute(m, "MaxPool", "pads").Ints = []int64{3, 3, 3, 3} }},
	{"norm of no kind", "globallppool", func(m *onnxpb.ModelProto) { *attribute(m, "GlobalLpPool", "p").I = -1 }},
	{"blocksize 0", "spacetodepth", func(m *onnxpb.ModelProto) { *attribute(m, "SpaceToDepth", "blocksize").I = 0 }},
	{"blocksize of 2^62", "spacetodepth", func(m *onnxpb.ModelProto) { *attribute(m, "SpaceToDepth", "blocksize").I = 1 << 62 }},
	{"blocks of 3", "depthtospace_crd", func(m *onnxpb.ModelProto) { *attribute(m, "DepthToSpace", "blocksize").I = 3 }},
	{"another mode", "depthtospace_crd", func(m *onnxpb.ModelProto) { attribute(m, "DepthToSpace", "mode").S = []byte("RCD") }},
	{"no factors", "upsample_opset7", func(m *onnxpb.ModelProto) { attribute(m, "Upsample", "scales").Floats = nil }},
	{"factor 0", "upsample_opset7", func(m *onnxpb.ModelProto) { attribute(m, "Upsample", "scales").Floats[2] = 0 }},
	{"factor of 10^30", "upsample_opset7", func(m *onnxpb.ModelProto) { attribute(m, "Upsample", "scales").Floats[2] = 1e30 }},
	{"factors by the input", "resize_opset10", func(m *onnxpb.ModelProto) { find(m, "Resize").Input[1] = "x" }},
	{"sizes and factors", "resize_opset11", func(m *onnxpb.ModelProto) { find(m, "Resize").Input = append(find(m, "Resize").Input, "s") }},
	{"size of 2^40", "resize_opset18", func(m *onnxpb.ModelProto) { setList(m, "n", 1<<40, 1) }},
	{"an axis that there is not", "resize_opset18", func(m *onnxpb.ModelProto) { attribute(m, "Resize", "axes").Ints[0] = 4 }},
	{"place of no kind", "resize_opset11", func(m *onnxpb.ModelProto) {
		attribute(m, "Resize", "coordinate_transformation_mode").S = []byte("tf_crop_and_resize")
	}},
	{"rounding of no kind", "resize_opset11", func(m *onnxpb.ModelProto) { attribute(m, "Resize", "nearest_mode").S = []byte("away") }},
	{"uneven corners", "resize_linear", func(m *onnxpb.ModelProto) {
		attribute(m, "Resize", "coordinate_transformation_mode").S = []byte("align_corners")
		weight(m, "s").RawData[14] = 0x06 // a factor of 2.09
	}},
	{"smaller, in an old opset", "upsample_opset7", func(m *onnxpb.ModelProto) { attribute(m, "Upsample", "scales").Floats[3] = 0.75 }},
	{"many channels of large pictures", "conv_same_upper", func(m *onnxpb.ModelProto) {
		shape := m.Graph.Input[0].Type.GetTensorType().Shape
		shape.Dim[1], shape.Dim[2], shape.Dim[3] = fixedAt(64), fixedAt(64), fixedAt(64)
		w := weight(m, "w")
		w.Dims, w.RawData = []int64{256, 64, 3, 3}, make([]byte, 4*256*64*9)
	}},
}

func fixedAt(n int64) *onnxpb.TensorShapeProto_Dimension {
	return &onnxpb.TensorShapeProto_Dimension{Value: &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: n}}
}

// TestHostileImagesAreCheap: what a file claims of windows is refused before memory is set aside for it.
func TestHostileImagesAreCheap(t *testing.T) {
	const most = 32 << 20
	for _, e := range imageEdits {
		data := e.apply(t)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := Import(e.name, data); err == nil {
			t.Errorf("%s: accepted", e.name)
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > most {
			t.Errorf("%s: %d MiB were set aside", e.name, n>>20)
		}
	}
}
