package sampled

import (
	"math"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/internal/dense"
)

// Matrix has a node's values on many samples, one row for each.
type Matrix struct {
	Cols int
	Data []float64
}

func NewMatrix(rows, cols int) Matrix { return Matrix{cols, make([]float64, rows*cols)} }

// Stack makes a row of each sample.
func Stack(samples [][]float64) Matrix {
	v := Matrix{Cols: len(samples[0])}
	for _, x := range samples {
		v.Data = append(v.Data, x...)
	}
	return v
}

func (v Matrix) Rows() int           { return len(v.Data) / v.Cols }
func (v Matrix) Row(s int) []float64 { return v.Data[s*v.Cols : (s+1)*v.Cols] }

// Slice is the rows from lo up to hi.
func (v Matrix) Slice(lo, hi int) Matrix { return Matrix{v.Cols, v.Data[lo*v.Cols : hi*v.Cols]} }

// Dense is v as an operand of products.
func (v Matrix) Dense() dense.View { return dense.RowMajor(v.Rows(), v.Cols, v.Data) }

// Clone is a copy of v.
func (v Matrix) Clone() Matrix { return Matrix{v.Cols, slices.Clone(v.Data)} }

// Column lists element i of every row.
func (v Matrix) Column(i int) []float64 {
	out := make([]float64, v.Rows())
	for s := range out {
		out[s] = v.Data[s*v.Cols+i]
	}
	return out
}

// Pick gathers rows.
func (v Matrix) Pick(rows []int) Matrix {
	out := NewMatrix(len(rows), v.Cols)
	for k, s := range rows {
		copy(out.Row(k), v.Row(s))
	}
	return out
}

// Values holds the values of nodes on the same samples.
type Values map[*tensor.Node]Matrix

// Of lists the values of several nodes.
func (b Values) Of(nodes []*tensor.Node) []Matrix {
	out := make([]Matrix, len(nodes))
	for k, n := range nodes {
		out[k] = b[n]
	}
	return out
}

// Affine computes an affine operation on every sample: by a matrix product where it is dense.
func Affine(op tensor.Affine, in []Matrix) Matrix {
	out := NewMatrix(in[0].Rows(), op.Maps[0].Rows)
	for k, m := range op.Maps {
		if m.IsDense() {
			dense.AddProduct(out.Dense(), in[k].Dense(), dense.RowMajor(m.Rows, m.Cols, m.Val).T())
			addRow(out, m.Bias)
			continue
		}
		sparseAffine(m, in[k], out)
	}
	return out
}

// addRow adds a vector to every row.
func addRow(v Matrix, x []float64) {
	for s := range v.Rows() {
		for i, y := 0, v.Row(s); i < len(y); i++ {
			y[i] += x[i]
		}
	}
}

// MaxAbsDiff is the largest absolute difference of two vectors, infinite where it is not a number.
func MaxAbsDiff(a, b []float64) float64 {
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

// SumSquares is the squared norm of a vector.
func SumSquares(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x * x
	}
	return sum
}
