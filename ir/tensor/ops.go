package tensor

import (
	"hecc/ir/text"
)

// Op is an operation. The implementations are the structs of this package: a
// new operation is a struct with these methods and a line in the table of parse.go.
type Op interface {
	Name() string
	infer(in [][]int) ([]int, error)
	eval(in []operand, out []float64)
	attrs() []text.Attr
}

// operand is the value of a node on one sample.
type operand struct {
	data  []float64
	shape []int
}

type (
	// Input is the sample.
	Input struct {
		Label   string // its name in the model
		Shape   []int
		Columns []Column // the model's inputs, if there are several or other than floating-point numbers
		Words   []string // the strings that the model knows: a cell of a string column is the number of its string here
	}
	// Const is a constant tensor.
	Const struct {
		Shape []int
		Data  []float64
	}
	// Add, Sub, Mul and Div work element by element with NumPy's broadcasting.
	Add struct{}
	Sub struct{}
	Mul struct{}
	Div struct{}
	// MatMul multiplies matrices as numpy.matmul does.
	MatMul struct{}
	// Reshape keeps the elements in their order.
	Reshape struct{ Shape []int }
	// Transpose moves axis Perm[i] to place i.
	Transpose struct{ Perm []int }
	// Concat joins values along an axis.
	Concat struct{ Axis int }
	// Affine is Σ_k Maps[k](x_k) over its flattened operands x_k, one map each; Shape is the result's.
	Affine struct {
		Shape []int
		Maps  []*Map
	}
	// Softmax normalises exp(x) along an axis.
	Softmax struct{ Axis int }
	// ArgMax gives the index of the largest element along an axis, which is removed, or with
	// Least that of the smallest. Of equal elements the first counts, or the last with Last.
	ArgMax struct {
		Axis  int
		Last  bool
		Least bool
	}
	// Label replaces an index by the class of that number. Of Ints and Strings one is set;
	// strings stay an index, which the reader looks up.
	Label struct {
		Ints    []int
		Strings []string
	}
	// ZipMap names the elements along the last axis. Of Ints and Strings one is set.
	ZipMap struct {
		Ints    []int
		Strings []string
	}
)

func (Input) Name() string     { return "input" }
func (Const) Name() string     { return "const" }
func (Add) Name() string       { return "add" }
func (Sub) Name() string       { return "sub" }
func (Mul) Name() string       { return "mul" }
func (Div) Name() string       { return "div" }
func (MatMul) Name() string    { return "matmul" }
func (Reshape) Name() string   { return "reshape" }
func (Transpose) Name() string { return "transpose" }
func (Concat) Name() string    { return "concat" }
func (Affine) Name() string    { return "affine" }
func (Softmax) Name() string   { return "softmax" }
func (ArgMax) Name() string    { return "argmax" }
func (Label) Name() string     { return "label" }
func (ZipMap) Name() string    { return "zipmap" }

func (op Input) attrs() []text.Attr {
	return append([]text.Attr{{Key: "name", Value: op.Label}, {Key: "shape", Value: op.Shape}}, op.columnAttrs()...)
}

func (op Const) attrs() []text.Attr {
	return []text.Attr{{Key: "shape", Value: op.Shape}, {Key: "data", Value: text.Blob(op.Data)}}
}

func (Add) attrs() []text.Attr    { return nil }
func (Sub) attrs() []text.Attr    { return nil }
func (Mul) attrs() []text.Attr    { return nil }
func (Div) attrs() []text.Attr    { return nil }
func (MatMul) attrs() []text.Attr { return nil }

func (op Reshape) attrs() []text.Attr   { return []text.Attr{{Key: "shape", Value: op.Shape}} }
func (op Transpose) attrs() []text.Attr { return []text.Attr{{Key: "perm", Value: op.Perm}} }
func (op Concat) attrs() []text.Attr    { return []text.Attr{{Key: "axis", Value: op.Axis}} }
func (op Softmax) attrs() []text.Attr   { return []text.Attr{{Key: "axis", Value: op.Axis}} }

func (op Affine) attrs() []text.Attr {
	a := []text.Attr{{Key: "shape", Value: op.Shape}, {Key: "maps", Value: len(op.Maps)}}
	for _, m := range op.Maps {
		a = append(a, m.attrs()...)
	}
	return a
}

func (op ArgMax) attrs() []text.Attr {
	a := []text.Attr{{Key: "axis", Value: op.Axis}}
	return append(append(a, flag("last", op.Last)...), flag("least", op.Least)...)
}

func (op Label) attrs() []text.Attr  { return classAttrs(op.Ints, op.Strings) }
func (op ZipMap) attrs() []text.Attr { return classAttrs(op.Ints, op.Strings) }

func classAttrs(ints []int, strs []string) []text.Attr {
	if len(ints) > 0 {
		return []text.Attr{{Key: "ints", Value: ints}}
	}
	return []text.Attr{{Key: "strings", Value: strs}}
}
