package dense

import (
	"context"
	"fmt"

	"hecc/passes/internal/parallel"
)

// Blocks for the caches, after Goto and van de Geijn, 2008: a panel of b for the first (24 KiB), a block of a for the
// second (128 KiB), a block of b for the third (4 MiB). Results do not depend on them.
const (
	blockDepth = 256
	blockRows  = 64
	blockCols  = 2048
)

// AddProduct adds a·b to c, which has its rows one after the other. Rows are shared out among the cores if there are more than
// blockRows.
func AddProduct(c []float64, a, b View) {
	if a.Cols != b.Rows || len(c) != a.Rows*b.Cols {
		panic(fmt.Sprintf("product of %d×%d and %d×%d in %d numbers", a.Rows, a.Cols, b.Rows, b.Cols, len(c)))
	}
	for lo := 0; lo < b.Cols; lo += blockCols {
		for k := 0; k < a.Cols; k += blockDepth {
			addBlock(c, a, b, lo, min(lo+blockCols, b.Cols), k, min(k+blockDepth, a.Cols))
		}
	}
}

// addBlock adds what columns k0 up to k1 of a give in columns lo up to hi of c.
func addBlock(c []float64, a, b View, lo, hi, k0, k1 int) {
	depth, rows := k1-k0, b.T()
	panels := (hi - lo + tileCols - 1) / tileCols
	buffer := newBuffer(panels * tileCols * depth)
	defer buffers.Put(buffer)
	right := *buffer
	each := serially
	if a.Rows > blockRows {
		each = onAllCores
	}
	each(panels, func(j int) {
		rows.packRows(right[j*tileCols*depth:], tileCols, lo+j*tileCols, k0, k1)
	})
	each((a.Rows+blockRows-1)/blockRows, func(i int) {
		addRows(c, a, right, i*blockRows, lo, hi, b.Cols, k0, k1)
	})
}

// addRows does for the block of rows that begins with row, with b packed.
func addRows(c []float64, a View, right []float64, row, lo, hi, stride, k0, k1 int) {
	depth, rows := k1-k0, min(blockRows, a.Rows-row)
	buffer := newBuffer(blockRows * depth)
	defer buffers.Put(buffer)
	left := *buffer
	for i := 0; i < rows; i += tileRows {
		a.packRows(left[i*depth:], tileRows, row+i, k0, k1)
	}
	for j := lo; j < hi; j += tileCols {
		panel := right[(j-lo)*depth:]
		for i := 0; i < rows; i += tileRows {
			at := c[(row+i)*stride+j:]
			if rows-i < tileRows || hi-j < tileCols {
				edge(at, stride, min(tileRows, rows-i), min(tileCols, hi-j), left[i*depth:], panel, depth)
			} else {
				tile(at, stride, left[i*depth:], panel, depth)
			}
		}
	}
}

func serially(n int, f func(i int)) {
	for i := range n {
		f(i)
	}
}

func onAllCores(n int, f func(i int)) {
	_ = parallel.For(context.Background(), n, func(i int) error {
		f(i)
		return nil
	})
}
