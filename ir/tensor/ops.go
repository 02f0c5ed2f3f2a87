package tensor

import (
	"fmt"
	"slices"

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

func arity(in [][]int, n int) error {
	if len(in) != n {
		return fmt.Errorf("takes %d operands, has %d", n, len(in))
	}
	return nil
}

func (op Input) infer(in [][]int) ([]int, error) {
	if err := arity(in, 0); err != nil {
		return nil, err
	}
	if err := checkShape(op.Shape); err != nil {
		return nil, err
	}
	return op.Shape, op.checkColumns()
}

func (op Const) infer(in [][]int) ([]int, error) {
	if err := arity(in, 0); err != nil {
		return nil, err
	}
	if err := checkShape(op.Shape); err != nil {
		return nil, err
	}
	if size(op.Shape) != len(op.Data) {
		return nil, fmt.Errorf("shape %v has %d elements, the data %d", op.Shape, size(op.Shape), len(op.Data))
	}
	return op.Shape, nil
}

func (Add) infer(in [][]int) ([]int, error) { return broadcast(in) }
func (Sub) infer(in [][]int) ([]int, error) { return broadcast(in) }
func (Mul) infer(in [][]int) ([]int, error) { return broadcast(in) }
func (Div) infer(in [][]int) ([]int, error) { return broadcast(in) }

// broadcast gives the common shape of two operands by NumPy's rule.
func broadcast(in [][]int) ([]int, error) {
	if err := arity(in, 2); err != nil {
		return nil, err
	}
	a, b := in[0], in[1]
	out := make([]int, max(len(a), len(b)))
	for i := range out {
		x, y := dimFromRight(a, len(out)-1-i), dimFromRight(b, len(out)-1-i)
		switch {
		case x == y || y == 1:
			out[i] = x
		case x == 1:
			out[i] = y
		default:
			return nil, fmt.Errorf("shapes %v and %v do not broadcast", a, b)
		}
	}
	return out, checkShape(out)
}

func dimFromRight(shape []int, k int) int {
	if k >= len(shape) {
		return 1
	}
	return shape[len(shape)-1-k]
}

func (MatMul) infer(in [][]int) ([]int, error) {
	if err := arity(in, 2); err != nil {
		return nil, err
	}
	a, b, vecA, vecB, err := matmulShapes(in[0], in[1])
	if err != nil {
		return nil, err
	}
	lead, err := broadcast([][]int{a[:len(a)-2], b[:len(b)-2]})
	if err != nil {
		return nil, err
	}
	out := slices.Clone(lead)
	if !vecA {
		out = append(out, a[len(a)-2])
	}
	if !vecB {
		out = append(out, b[len(b)-1])
	}
	return out, checkShape(out)
}

// matmulShapes promotes vectors to matrices: a row on the left, a column on the right.
func matmulShapes(a, b []int) (pa, pb []int, vecA, vecB bool, err error) {
	if len(a) == 0 || len(b) == 0 {
		return nil, nil, false, false, fmt.Errorf("cannot multiply a matrix by a single number")
	}
	if vecA = len(a) == 1; vecA {
		a = []int{1, a[0]}
	}
	if vecB = len(b) == 1; vecB {
		b = []int{b[0], 1}
	}
	if a[len(a)-1] != b[len(b)-2] {
		return nil, nil, false, false, fmt.Errorf("shapes %v and %v do not multiply: %d columns, %d rows", a, b, a[len(a)-1], b[len(b)-2])
	}
	return a, b, vecA, vecB, nil
}

func (op Reshape) infer(in [][]int) ([]int, error) {
	if err := arity(in, 1); err != nil {
		return nil, err
	}
	if err := checkShape(op.Shape); err != nil {
		return nil, err
	}
	if size(op.Shape) != size(in[0]) {
		return nil, fmt.Errorf("cannot reshape %v to %v", in[0], op.Shape)
	}
	return op.Shape, nil
}

func (op Transpose) infer(in [][]int) ([]int, error) {
	if err := arity(in, 1); err != nil {
		return nil, err
	}
	out := make([]int, len(op.Perm))
	seen := make([]bool, len(op.Perm))
	if len(op.Perm) != len(in[0]) {
		return nil, fmt.Errorf("permutation %v of a value of shape %v", op.Perm, in[0])
	}
	for i, p := range op.Perm {
		if p < 0 || p >= len(seen) || seen[p] {
			return nil, fmt.Errorf("%v is no permutation", op.Perm)
		}
		seen[p] = true
		out[i] = in[0][p]
	}
	return out, nil
}

func (op Concat) infer(in [][]int) ([]int, error) {
	if len(in) == 0 {
		return nil, fmt.Errorf("nothing to join")
	}
	if err := checkAxis(op.Axis, in[0]); err != nil {
		return nil, err
	}
	out := slices.Clone(in[0])
	for _, s := range in[1:] {
		if len(s) != len(out) {
			return nil, fmt.Errorf("cannot join shapes %v and %v", in[0], s)
		}
		for i := range s {
			if i == op.Axis {
				out[i] += s[i]
			} else if s[i] != out[i] {
				return nil, fmt.Errorf("cannot join shapes %v and %v along axis %d", in[0], s, op.Axis)
			}
		}
	}
	return out, checkShape(out)
}

func checkAxis(axis int, shape []int) error {
	if axis < 0 || axis >= len(shape) {
		return fmt.Errorf("no axis %d in shape %v", axis, shape)
	}
	return nil
}

func (op Affine) infer(in [][]int) ([]int, error) {
	if len(in) == 0 || len(in) != len(op.Maps) {
		return nil, fmt.Errorf("%d maps for %d operands", len(op.Maps), len(in))
	}
	if err := checkShape(op.Shape); err != nil {
		return nil, err
	}
	for k, m := range op.Maps {
		if err := m.check(); err != nil {
			return nil, err
		}
		if m.Cols != size(in[k]) || m.Rows != size(op.Shape) {
			return nil, fmt.Errorf("map %dx%d from shape %v to %v", m.Rows, m.Cols, in[k], op.Shape)
		}
	}
	return op.Shape, nil
}

func (op Softmax) infer(in [][]int) ([]int, error) {
	if err := arity(in, 1); err != nil {
		return nil, err
	}
	return in[0], checkAxis(op.Axis, in[0])
}

func (op ArgMax) infer(in [][]int) ([]int, error) {
	if err := arity(in, 1); err != nil {
		return nil, err
	}
	if err := checkAxis(op.Axis, in[0]); err != nil {
		return nil, err
	}
	return slices.Delete(slices.Clone(in[0]), op.Axis, op.Axis+1), nil
}

func (op Label) infer(in [][]int) ([]int, error) {
	if err := arity(in, 1); err != nil {
		return nil, err
	}
	if (len(op.Ints) == 0) == (len(op.Strings) == 0) {
		return nil, fmt.Errorf("needs a table of classes, of integers or of strings")
	}
	return in[0], nil
}

func (op ZipMap) infer(in [][]int) ([]int, error) {
	if err := arity(in, 1); err != nil {
		return nil, err
	}
	keys := len(op.Ints) + len(op.Strings)
	if len(in[0]) == 0 || in[0][len(in[0])-1] != keys || (len(op.Ints) > 0 && len(op.Strings) > 0) {
		return nil, fmt.Errorf("%d keys for a value of shape %v", keys, in[0])
	}
	return in[0], nil
}

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
