package tensor

import (
	"fmt"
	"math"
)

// Evaluator computes a graph in clear, reusing its buffers.
type Evaluator struct {
	g      *Graph
	values []operand
}

// NewEvaluator prepares the evaluation of g.
func NewEvaluator(g *Graph) *Evaluator {
	e := &Evaluator{g: g, values: make([]operand, len(g.Nodes))}
	for i, n := range g.Nodes {
		if c, ok := n.Op.(Const); ok {
			e.values[i] = operand{c.Data, n.Shape}
		} else {
			e.values[i] = operand{make([]float64, n.Size()), n.Shape}
		}
	}
	return e
}

// Run evaluates one sample and returns the value of every node by its ID.
// The values are overwritten by the next Run.
func (e *Evaluator) Run(x []float64) (Values, error) {
	in := make([]operand, 0, 4)
	for _, n := range e.g.Nodes {
		out := e.values[n.ID].data
		if _, ok := n.Op.(Input); ok {
			if len(x) != len(out) {
				return nil, fmt.Errorf("sample has %d elements, the model takes %d", len(x), len(out))
			}
			copy(out, x)
			continue
		}
		in = in[:0]
		for _, a := range n.In {
			in = append(in, e.values[a.ID])
		}
		n.Op.eval(in, out)
	}
	return e.values, nil
}

// MustRun is Run on a sample whose length was checked.
func (e *Evaluator) MustRun(x []float64) Values {
	v, err := e.Run(x)
	if err != nil {
		panic(err)
	}
	return v
}

// Eval computes the node from the values of its operands, in the order of In.
func (n *Node) Eval(in [][]float64, out []float64) {
	ops := make([]operand, len(in))
	for i, x := range in {
		ops[i] = operand{x, n.In[i].Shape}
	}
	n.Op.eval(ops, out)
}

// Values are the values of all nodes on one sample.
type Values []operand

// Of is the value of a node.
func (v Values) Of(n *Node) []float64 { return v[n.ID].data }

func (Input) eval([]operand, []float64) {}
func (Const) eval([]operand, []float64) {}

func (Add) eval(in []operand, out []float64) {
	elementwise(in, out, func(a, b float64) float64 { return a + b })
}

func (Sub) eval(in []operand, out []float64) {
	elementwise(in, out, func(a, b float64) float64 { return a - b })
}

func (Mul) eval(in []operand, out []float64) {
	elementwise(in, out, func(a, b float64) float64 { return a * b })
}

func (Div) eval(in []operand, out []float64) {
	elementwise(in, out, func(a, b float64) float64 { return a / b })
}

func elementwise(in []operand, out []float64, f func(a, b float64) float64) {
	a, b := in[0], in[1]
	if len(a.data) == len(out) && len(b.data) == len(out) {
		for i := range out {
			out[i] = f(a.data[i], b.data[i])
		}
		return
	}
	shape, _ := broadcast([][]int{a.shape, b.shape})
	ia, ib := BroadcastIndex(a.shape, shape), BroadcastIndex(b.shape, shape)
	for i := range out {
		out[i] = f(a.data[ia[i]], b.data[ib[i]])
	}
}

// BroadcastIndex lists, for each element of a value of shape to, which element of a
// value of shape from stands there.
func BroadcastIndex(from, to []int) []int {
	index := []int{0}
	stride := size(from)
	for k := len(to) - 1; k >= 0; k-- { // walk axes from the left
		d := to[len(to)-1-k]
		fd := dimFromRight(from, k)
		if k < len(from) {
			stride /= fd
		}
		next := make([]int, 0, len(index)*d)
		for _, base := range index {
			for j := range d {
				if fd == 1 {
					next = append(next, base)
				} else {
					next = append(next, base+j*stride)
				}
			}
		}
		index = next
	}
	return index
}

func (MatMul) eval(in []operand, out []float64) {
	a, b, _, _, _ := matmulShapes(in[0].shape, in[1].shape)
	m, k, n := a[len(a)-2], a[len(a)-1], b[len(b)-1]
	lead, _ := broadcast([][]int{a[:len(a)-2], b[:len(b)-2]})
	ia, ib := BroadcastIndex(a[:len(a)-2], lead), BroadcastIndex(b[:len(b)-2], lead)
	clear(out)
	for p := range ia {
		x, y, z := in[0].data[ia[p]*m*k:], in[1].data[ib[p]*k*n:], out[p*m*n:]
		for i := range m {
			row := z[i*n : (i+1)*n]
			for l := range k {
				if f := x[i*k+l]; f != 0 || math.Signbit(f) {
					axpy(f, y[l*n:(l+1)*n], row)
				}
			}
		}
	}
}

func axpy(f float64, x, y []float64) {
	for j, v := range x {
		y[j] += f * v
	}
}

func (Reshape) eval(in []operand, out []float64) { copy(out, in[0].data) }

func (op Transpose) eval(in []operand, out []float64) {
	for i, j := range TransposeIndex(in[0].shape, op.Perm) {
		out[i] = in[0].data[j]
	}
}

// TransposeIndex lists, for each element of the transposed value, which element of
// the operand of the given shape it is.
func TransposeIndex(shape, perm []int) []int {
	strides := make([]int, len(shape))
	s := 1
	for i := len(shape) - 1; i >= 0; i-- {
		strides[i] = s
		s *= shape[i]
	}
	index := []int{0}
	for _, p := range perm {
		next := make([]int, 0, len(index)*shape[p])
		for _, base := range index {
			for j := range shape[p] {
				next = append(next, base+j*strides[p])
			}
		}
		index = next
	}
	return index
}

func (op Concat) eval(in []operand, out []float64) {
	for k, index := range ConcatIndex(shapesOf(in), op.Axis) {
		for j, i := range index {
			out[i] = in[k].data[j]
		}
	}
}

func shapesOf(in []operand) [][]int {
	shapes := make([][]int, len(in))
	for i, v := range in {
		shapes[i] = v.shape
	}
	return shapes
}

// ConcatIndex lists, for each operand, where its elements go in the joined value.
func ConcatIndex(shapes [][]int, axis int) [][]int {
	total := 0
	for _, s := range shapes {
		total += size(s[axis:])
	}
	out := make([][]int, len(shapes))
	offset := 0
	for k, s := range shapes {
		inner := size(s[axis:])
		for i := range size(s) {
			out[k] = append(out[k], i/inner*total+offset+i%inner)
		}
		offset += inner
	}
	return out
}

func (op Affine) eval(in []operand, out []float64) {
	clear(out)
	for k, m := range op.Maps {
		m.AddTo(in[k].data, out)
	}
}

func (op Softmax) eval(in []operand, out []float64) {
	alongAxis(in[0], op.Axis, func(at func(k int) int, n int) {
		top, sum := math.Inf(-1), 0.0
		for k := range n {
			top = max(top, in[0].data[at(k)])
		}
		for k := range n {
			out[at(k)] = math.Exp(in[0].data[at(k)] - top)
			sum += out[at(k)]
		}
		for k := range n {
			out[at(k)] /= sum
		}
	})
}

func (op ArgMax) eval(in []operand, out []float64) {
	i := 0
	alongAxis(in[0], op.Axis, func(at func(k int) int, n int) {
		best := 0
		for k := range n {
			x, top := in[0].data[at(k)], in[0].data[at(best)]
			if op.Least {
				x, top = -x, -top
			}
			if x > top || op.Last && x == top {
				best = k
			}
		}
		out[i] = float64(best)
		i++
	})
}

// alongAxis visits each line of elements along an axis, in row-major order of the others.
func alongAxis(v operand, axis int, visit func(at func(k int) int, n int)) {
	n, inner := v.shape[axis], size(v.shape[axis+1:])
	for outer := range size(v.shape[:axis]) {
		for j := range inner {
			base := outer*n*inner + j
			visit(func(k int) int { return base + k*inner }, n)
		}
	}
}

// Largest is the index of the largest element, the first of equal ones.
func Largest(v []float64) int {
	best := 0
	for i, x := range v {
		if x > v[best] {
			best = i
		}
	}
	return best
}

func (op Label) eval(in []operand, out []float64) {
	for i, x := range in[0].data {
		out[i] = x
		if k := int(x); len(op.Ints) > 0 && k >= 0 && k < len(op.Ints) {
			out[i] = float64(op.Ints[k])
		}
	}
}

func (ZipMap) eval(in []operand, out []float64) { copy(out, in[0].data) }
