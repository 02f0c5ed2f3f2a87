package onnx

import (
	"math"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"hecc/frontend/onnx/onnxpb"
)

// grid is a value of a naive computation, of samples, channels and space.
type grid struct {
	shape []int
	data  []float64
}

func newGrid(shape ...int) grid { return grid{shape, make([]float64, product(shape))} }

func (g grid) at(index ...int) *float64 {
	at := 0
	for k, i := range index {
		at = at*g.shape[k] + i
	}
	return &g.data[at]
}

// eachIndex visits all indices of a shape.
func eachIndex(shape []int, visit func(index []int)) {
	index := make([]int, len(shape))
	var walk func(k int)
	walk = func(k int) {
		if k == len(shape) {
			visit(index)
			return
		}
		for index[k] = range shape[k] {
			walk(k + 1)
		}
	}
	walk(0)
}

// padded puts a number around space.
func (g grid) padded(before, after []int, fill float64) grid {
	shape := append([]int{}, g.shape...)
	for k := range before {
		shape[k+2] += before[k] + after[k]
	}
	out := newGrid(shape...)
	for i := range out.data {
		out.data[i] = fill
	}
	eachIndex(g.shape, func(index []int) {
		to := append([]int{}, index...)
		for k := range before {
			to[k+2] += before[k]
		}
		*out.at(to...) = *g.at(index...)
	})
	return out
}

// geometry is a random node on a random value.
type geometry struct {
	x                          grid
	batched                    bool
	kernel, strides, dilations []int
	before, after              []int
	auto                       string
	node                       *onnxpb.NodeProto
	weights                    []*onnxpb.TensorProto
	axes                       int
}

func drawGeometry(t *rapid.T, op string, channels int) *geometry {
	small := func(name string, lo, hi int) []int {
		return rapid.SliceOfN(rapid.IntRange(lo, hi), 3, 3).Draw(t, name)
	}
	axes := rapid.IntRange(1, 3).Draw(t, "axes")
	g := &geometry{axes: axes, batched: rapid.Bool().Draw(t, "batched"), kernel: small("kernel", 1, 3)[:axes], strides: small("strides", 1, 3)[:axes],
		dilations: small("dilations", 1, 2)[:axes], before: small("before", 0, 2)[:axes], after: small("after", 0, 2)[:axes],
		auto: rapid.SampledFrom([]string{"", notSet, sameUpper, sameLower, valid}).Draw(t, "auto")}
	if g.auto != "" && g.auto != notSet {
		g.before, g.after = make([]int, axes), make([]int, axes)
	}
	size := small("size", 1, 6)[:axes]
	for k := range size { // a window fits
		size[k] = max(size[k], (g.kernel[k]-1)*g.dilations[k]+1)
	}
	g.x = newGrid(append([]int{rapid.IntRange(1, 2).Draw(t, "samples"), channels}, size...)...)
	g.x.data = numbers(t, "x", len(g.x.data))
	g.node = opNode(op, "y", "x")
	g.node.Attribute = []*onnxpb.AttributeProto{intsAttr("strides", g.strides), intsAttr("dilations", g.dilations)}
	if g.auto != "" {
		g.node.Attribute = append(g.node.Attribute, &onnxpb.AttributeProto{Name: proto.String("auto_pad"), Type: kindString.Enum(), S: []byte(g.auto)})
	}
	if g.auto == "" || g.auto == notSet {
		g.node.Attribute = append(g.node.Attribute, intsAttr("pads", append(append([]int{}, g.before...), g.after...)))
	}
	return g
}

// samePads are the pads for which there is a window for each stride, the larger half behind in UPPER.
func (g *geometry) samePads() {
	if g.auto != sameUpper && g.auto != sameLower {
		return
	}
	for k, n := range g.x.shape[2:] {
		windows := int(math.Ceil(float64(n) / float64(g.strides[k])))
		for (windows-1)*g.strides[k]+(g.kernel[k]-1)*g.dilations[k]+1 > n+g.before[k]+g.after[k] {
			if g.before[k] < g.after[k] || g.before[k] == g.after[k] && g.auto == sameLower {
				g.before[k]++
			} else {
				g.after[k]++
			}
		}
	}
}

// windows counts the windows of a padded axis; ceil counts one more that leaves it.
func (g *geometry) windows(k int, ceil bool) int {
	n, count := g.x.shape[k+2]+g.before[k]+g.after[k], 0
	for o := 0; o*g.strides[k]+(g.kernel[k]-1)*g.dilations[k] < n; o++ {
		count = o + 1
	}
	last := (count-1)*g.strides[k] + (g.kernel[k]-1)*g.dilations[k]
	if next := count * g.strides[k]; ceil && last < n-1 && next < g.before[k]+g.x.shape[k+2] {
		count++
	}
	return count
}

func (g *geometry) out(channels int, ceil bool) grid {
	shape := []int{g.x.shape[0], channels}
	for k := range g.axes {
		shape = append(shape, g.windows(k, ceil))
	}
	return newGrid(shape...)
}

// reads visits what a window reads of a padded channel: places in the kernel and in the value. Places outside
// the padding are left out.
func (g *geometry) reads(in grid, sample, channel int, window []int, visit func(kernel []int, x float64)) {
	eachIndex(g.kernel, func(kernel []int) {
		index := []int{sample, channel}
		for k := range kernel {
			index = append(index, window[k]*g.strides[k]+kernel[k]*g.dilations[k])
			if index[k+2] >= in.shape[k+2] {
				return
			}
		}
		visit(kernel, *in.at(index...))
	})
}

// check imports the node and compares its result.
func (g *geometry) check(t *rapid.T, opset int64, want grid) {
	in := &onnxpb.TypeProto_Tensor{ElemType: proto.Int32(int32(float64Type)), Shape: &onnxpb.TensorShapeProto{}}
	for _, n := range g.x.shape {
		in.Shape.Dim = append(in.Shape.Dim, &onnxpb.TensorShapeProto_Dimension{Value: &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: int64(n)}})
	}
	out := &onnxpb.TypeProto_Tensor{ElemType: in.ElemType}
	value := func(name string, t *onnxpb.TypeProto_Tensor) []*onnxpb.ValueInfoProto {
		return []*onnxpb.ValueInfoProto{{Name: &name, Type: &onnxpb.TypeProto{Value: &onnxpb.TypeProto_TensorType{TensorType: t}}}}
	}
	m := &onnxpb.ModelProto{IrVersion: proto.Int64(8), OpsetImport: []*onnxpb.OperatorSetIdProto{{Version: &opset}},
		Graph: &onnxpb.GraphProto{Node: []*onnxpb.NodeProto{g.node}, Input: value("x", in), Output: value("y", out), Initializer: g.weights}}
	if g.batched {
		openBatch(m.Graph.Input[0])
	}
	data, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	graph, err := Import("random", data)
	if err != nil {
		t.Fatal(err)
	}
	got, err := runAll(graph, g.x.data)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want.data) {
		t.Fatalf("%d results, want %d of shape %v", len(got), len(want.data), want.shape)
	}
	for i := range got {
		if !(math.Abs(got[i]-want.data[i]) <= 1e-12*(1+math.Abs(want.data[i]))) {
			t.Fatalf("element %d of %v is %v, want %v", i, want.shape, got[i], want.data[i])
		}
	}
}

func numbers(t *rapid.T, name string, n int) []float64 {
	return rapid.SliceOfN(rapid.Float64Range(-1, 1), n, n).Draw(t, name)
}

func intsAttr(name string, list []int) *onnxpb.AttributeProto {
	a := &onnxpb.AttributeProto{Name: &name, Type: kindInts.Enum()}
	for _, n := range list {
		a.Ints = append(a.Ints, int64(n))
	}
	return a
}

// weight adds an operand of random numbers.
func (g *geometry) weight(t *rapid.T, name string, shape ...int) grid {
	w := newGrid(shape...)
	w.data = numbers(t, name, len(w.data))
	p := &onnxpb.TensorProto{Name: &name, DataType: proto.Int32(int32(float64Type)), DoubleData: w.data}
	for _, n := range shape {
		p.Dims = append(p.Dims, int64(n))
	}
	g.weights, g.node.Input = append(g.weights, p), append(g.node.Input, name)
	return w
}
