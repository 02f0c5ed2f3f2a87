package passes

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"hecc/ir/tensor"
)

// values holds what a node is on every sample, a row each.
type values struct {
	cols int
	data []float64
}

func newValues(rows, cols int) values { return values{cols, make([]float64, rows*cols)} }

// stack makes a row of each sample.
func stack(samples [][]float64) values {
	v := values{cols: len(samples[0])}
	for _, x := range samples {
		v.data = append(v.data, x...)
	}
	return v
}

func (v values) rows() int           { return len(v.data) / v.cols }
func (v values) row(s int) []float64 { return v.data[s*v.cols : (s+1)*v.cols] }

// slice is the rows from lo up to hi.
func (v values) slice(lo, hi int) values { return values{v.cols, v.data[lo*v.cols : hi*v.cols]} }

// matrix is v for the linear algebra.
func (v values) matrix() blas64.General {
	return blas64.General{Rows: v.rows(), Cols: v.cols, Stride: v.cols, Data: v.data}
}

// column lists element i of every row.
func (v values) column(i int) []float64 {
	out := make([]float64, v.rows())
	for s := range out {
		out[s] = v.data[s*v.cols+i]
	}
	return out
}

// pick gathers rows.
func (v values) pick(rows []int) values {
	out := newValues(len(rows), v.cols)
	for k, s := range rows {
		copy(out.row(k), v.row(s))
	}
	return out
}

// batch holds the values of nodes on the same samples.
type batch map[*tensor.Node]values

// of lists the values of several nodes.
func (b batch) of(nodes []*tensor.Node) []values {
	out := make([]values, len(nodes))
	for k, n := range nodes {
		out[k] = b[n]
	}
	return out
}

// eval computes n on every sample from the values of its operands.
func eval(n *tensor.Node, in []values) values {
	if op, ok := n.Op.(tensor.Affine); ok {
		return evalAffine(op, in)
	}
	out := newValues(in[0].rows(), n.Size())
	forRows(out.rows(), func(lo, hi int) {
		args := make([][]float64, len(in))
		for s := lo; s < hi; s++ {
			for k, a := range in {
				args[k] = a.row(s)
			}
			n.Eval(args, out.row(s))
		}
	})
	return out
}

// evalFrom is every node of a graph on inputs.
func evalFrom(g *tensor.Graph, in values) batch {
	b := batch{}
	for _, n := range g.Nodes {
		if _, ok := n.Op.(tensor.Input); ok {
			b[n] = in
			continue
		}
		b[n] = eval(n, b.of(n.In))
	}
	return b
}

// evalAffine is an affine operation on every sample: a product of matrices where it is dense.
func evalAffine(op tensor.Affine, in []values) values {
	out := newValues(in[0].rows(), op.Maps[0].Rows)
	for k, m := range op.Maps {
		if m.IsDense() {
			w := blas64.General{Rows: m.Rows, Cols: m.Cols, Stride: m.Cols, Data: m.Val}
			blas64.Gemm(blas.NoTrans, blas.Trans, 1, in[k].matrix(), w, 1, out.matrix())
			addRow(out, m.Bias)
			continue
		}
		forRows(out.rows(), func(lo, hi int) {
			for s := lo; s < hi; s++ {
				m.AddTo(in[k].row(s), out.row(s))
			}
		})
	}
	return out
}

// addRow adds the same numbers to every row.
func addRow(v values, x []float64) {
	for s := range v.rows() {
		for i, y := 0, v.row(s); i < len(y); i++ {
			y[i] += x[i]
		}
	}
}

// gap is the largest difference of two lists, infinite where one is not a number.
func gap(a, b []float64) float64 {
	most := 0.0
	for i := range a {
		d := math.Abs(a[i] - b[i])
		if math.IsNaN(d) {
			return math.Inf(1)
		}
		most = max(most, d)
	}
	return most
}

// sumSquares is the square of a list's norm.
func sumSquares(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x * x
	}
	return sum
}
