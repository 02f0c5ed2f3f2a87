package sampled

import (
	"encoding/binary"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/internal/dense"
	"hecc/passes/internal/parallel"
)

// Rows of a sparse map that read the same columns, as all channels of a convolution do at one place, are a dense block: its
// products with many samples are those of matrices.

// block is such rows of a map.
type block struct {
	cols, rows []int
	weights    dense.View // rows × cols
}

// leastBlock is the number of rows from which copying what they read pays.
const leastBlock = 4

// blockSamples is how many samples are computed at once, with the numbers of an element side by side: a multiple of a
// tile's columns, of few enough that what a block reads stays in the cache.
const blockSamples = 48

// blocksOf takes a map apart into blocks, in the order of their first rows, and other rows; rows
// without entries are left out.
func blocksOf(m *tensor.Map) (blocks []block, others []int) {
	index := map[string]int{}
	var key []byte
	for i := range m.Rows {
		cols, _ := m.Row(i)
		if len(cols) == 0 {
			continue
		}
		key = key[:0]
		for _, c := range cols {
			key = binary.LittleEndian.AppendUint32(key, uint32(c))
		}
		b, ok := index[string(key)]
		if !ok {
			b = len(blocks)
			index[string(key)] = b
			blocks = append(blocks, block{cols: cols})
		}
		blocks[b].rows = append(blocks[b].rows, i)
	}
	for _, b := range blocks {
		if len(b.rows) < leastBlock {
			others = append(others, b.rows...)
		}
	}
	blocks = slices.DeleteFunc(blocks, func(b block) bool { return len(b.rows) < leastBlock })
	for k := range blocks {
		blocks[k].fill(m)
	}
	return blocks, others
}

func (b *block) fill(m *tensor.Map) {
	values := make([]float64, 0, len(b.rows)*len(b.cols))
	for _, i := range b.rows {
		_, val := m.Row(i)
		values = append(values, val...)
	}
	b.weights = dense.RowMajor(len(b.rows), len(b.cols), values)
}

// sparseAffine adds a sparse map's value on every sample.
func sparseAffine(m *tensor.Map, in, out Matrix) {
	blocks, others := blocksOf(m)
	inSamples(in, out, func(x, y Matrix) {
		for _, i := range others {
			cols, val := m.Row(i)
			for l, c := range cols {
				addTimes(y.Row(i), val[l], x.Row(c))
			}
		}
		for _, b := range blocks {
			part := NewMatrix(len(b.rows), y.Cols)
			dense.AddProduct(part.Dense(), b.weights, x.Pick(b.cols).Dense())
			part.addRowsTo(b.rows, y)
		}
	})
	addRow(out, m.Bias)
}

// backwardSparse adds the derivatives with respect to a sparse map's operand.
func backwardSparse(m *tensor.Map, by, byIn Matrix) {
	blocks, others := blocksOf(m)
	inSamples(by, byIn, func(g, to Matrix) {
		for _, i := range others {
			cols, val := m.Row(i)
			for l, c := range cols {
				addTimes(to.Row(c), val[l], g.Row(i))
			}
		}
		for _, b := range blocks {
			part := NewMatrix(len(b.cols), to.Cols)
			dense.AddProduct(part.Dense(), b.weights.T(), g.Pick(b.rows).Dense())
			part.addRowsTo(b.cols, to)
		}
	})
}

// inSamples shares samples out among the cores: f reads those of in and adds to those of out, which it is given with a
// row for each element.
func inSamples(in, out Matrix, f func(x, y Matrix)) {
	n := in.Rows()
	parallel.Rows((n+blockSamples-1)/blockSamples, func(lo, hi int) {
		for k := lo; k < hi; k++ {
			from, to := k*blockSamples, min((k+1)*blockSamples, n)
			y := out.Slice(from, to).transposed()
			f(in.Slice(from, to).transposed(), y)
			copy(out.Slice(from, to).Data, y.transposed().Data)
		}
	})
}

// transposed goes through columns by the few, so that what is written stays in the cache.
func (v Matrix) transposed() Matrix {
	const few = 16
	rows := v.Rows()
	out := NewMatrix(v.Cols, rows)
	for first := 0; first < v.Cols; first += few {
		last := min(first+few, v.Cols)
		for s := range rows {
			for i, x := range v.Row(s)[first:last] {
				out.Data[(first+i)*rows+s] = x
			}
		}
	}
	return out
}

// addRowsTo adds rows to those of another matrix.
func (v Matrix) addRowsTo(rows []int, to Matrix) {
	for k, i := range rows {
		addTimes(to.Row(i), 1, v.Row(k))
	}
}

// addTimes adds a multiple of one vector to another.
func addTimes(y []float64, factor float64, x []float64) {
	for k, v := range x[:len(y)] {
		y[k] += factor * v
	}
}
