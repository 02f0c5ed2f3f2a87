package tensor

import (
	"fmt"
	"slices"
)

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

func broadcast(in [][]int) ([]int, error) {
	if err := arity(in, 2); err != nil {
		return nil, err
	}
	return BroadcastShape(in[0], in[1])
}

// BroadcastShape gives the common shape of two operands by NumPy's rule.
func BroadcastShape(a, b []int) ([]int, error) {
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

// ProperAxes leaves out axes of one index. A single number has one axis.
func ProperAxes(shape []int) []int {
	proper := []int{}
	for _, n := range shape {
		if n > 1 {
			proper = append(proper, n)
		}
	}
	if len(proper) == 0 {
		return []int{1}
	}
	return proper
}
