package sampled

import (
	"math/bits"
	"slices"
	"sync"

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
	byHash := map[uint64][]int{} // numbers of blocks
	for i := range m.Rows {
		cols, _ := m.Row(i)
		if len(cols) == 0 {
			continue
		}
		hash := hashOf(cols)
		at := slices.IndexFunc(byHash[hash], func(b int) bool { return slices.Equal(blocks[b].cols, cols) })
		if at < 0 {
			at = len(byHash[hash])
			byHash[hash] = append(byHash[hash], len(blocks))
			blocks = append(blocks, block{cols: cols})
		}
		b := &blocks[byHash[hash][at]]
		b.rows = append(b.rows, i)
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

// hashOf is the same for equal lists.
func hashOf(list []int) uint64 {
	const odd = 0x9E3779B97F4A7C15 // 2^64 over the golden ratio
	hash := uint64(len(list))
	for _, x := range list {
		hash = (bits.RotateLeft64(hash, 29) ^ uint64(x)) * odd
	}
	return hash
}

// fill takes the weights from the map, as they stand there if rows are equally far apart, as those of channels are.
func (b *block) fill(m *tensor.Map) {
	first := m.RowPtr[b.rows[0]]
	stride := m.RowPtr[b.rows[1]] - first
	for k := range b.rows {
		if m.RowPtr[b.rows[k]] != first+k*stride {
			b.copy(m)
			return
		}
	}
	b.weights = dense.Spaced(len(b.rows), len(b.cols), stride, m.Val[first:])
}

func (b *block) copy(m *tensor.Map) {
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
			b.addProduct(b.weights, b.cols, b.rows, x, y)
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
			b.addProduct(b.weights.T(), b.rows, b.cols, g, to)
		}
	})
}

// addProduct adds w times some rows of x to some rows of y.
func (b *block) addProduct(w dense.View, from, to []int, x, y Matrix) {
	in, out := scratch(len(from), x.Cols), scratch(len(to), x.Cols)
	defer in.free()
	defer out.free()
	for k, i := range from {
		copy(in.Row(k), x.Row(i))
	}
	clear(out.Data)
	dense.AddProduct(out.Dense(), w, in.Dense())
	for k, i := range to {
		addTimes(y.Row(i), 1, out.Row(k))
	}
}

// inSamples shares samples out among the cores: f reads those of in and adds to those of out, which it is given with a
// row for each element.
func inSamples(in, out Matrix, f func(x, y Matrix)) {
	n := in.Rows()
	parallel.Rows((n+blockSamples-1)/blockSamples, func(lo, hi int) {
		for k := lo; k < hi; k++ {
			from, to := k*blockSamples, min((k+1)*blockSamples, n)
			x, y := scratch(in.Cols, to-from), scratch(out.Cols, to-from)
			transpose(in.Slice(from, to), x.Matrix)
			clear(y.Data)
			f(x.Matrix, y.Matrix)
			addTransposed(y.Matrix, out.Slice(from, to))
			x.free()
			y.free()
		}
	})
}

// few is the number of columns that transposing goes through at a time, so that what it writes stays in the cache.
const few = 64

func transpose(v, to Matrix) {
	rows := v.Rows()
	for first := 0; first < v.Cols; first += few {
		last := min(first+few, v.Cols)
		for s := range rows {
			for i, x := range v.Row(s)[first:last] {
				to.Data[(first+i)*rows+s] = x
			}
		}
	}
}

func addTransposed(v, to Matrix) {
	cols := v.Rows()
	for first := 0; first < cols; first += few {
		last := min(first+few, cols)
		for s := range v.Cols {
			row := to.Row(s)[first:last]
			for i := range row {
				row[i] += v.Data[(first+i)*v.Cols+s]
			}
		}
	}
}

// scratchMatrix is one whose memory is used again.
type scratchMatrix struct{ Matrix }

var scratches sync.Pool

// scratch has any numbers.
func scratch(rows, cols int) *scratchMatrix {
	m, ok := scratches.Get().(*scratchMatrix)
	if !ok || cap(m.Data) < rows*cols {
		m = &scratchMatrix{Matrix{Data: make([]float64, rows*cols)}}
	}
	m.Cols, m.Data = cols, m.Data[:rows*cols]
	return m
}

func (m *scratchMatrix) free() { scratches.Put(m) }

// addTimes adds a multiple of one vector to another.
func addTimes(y []float64, factor float64, x []float64) {
	for k, v := range x[:len(y)] {
		y[k] += factor * v
	}
}
