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

// AddProduct adds a·b to c, which must not be transposed. Rows are shared out among the cores if there are more than
// blockRows.
func AddProduct(c, a, b View) { product{c: c, a: a, b: b}.add() }

// AddGram adds xᵀ·x to c, which is symmetric, in half the time.
func AddGram(c, x View) {
	product{c: c, a: x.T(), b: x, upper: true}.add()
	for i := range c.Rows {
		for j, row := 0, c.row(i); j < i; j++ {
			row[j] = c.row(j)[i]
		}
	}
}

// SubtractProduct subtracts a·b from c.
func SubtractProduct(c, a, b View) { product{c: c, a: a, b: b, subtract: true}.add() }

// product is c + a·b, or c - a·b.
type product struct {
	c, a, b  View
	subtract bool
	upper    bool // only on and above the diagonal of c; tiles that are cut by it are whole
}

func (p product) add() {
	if p.a.Cols != p.b.Rows || p.c.Rows != p.a.Rows || p.c.Cols != p.b.Cols || p.c.transposed {
		panic(fmt.Sprintf("%d×%d numbers for a product of %d×%d and %d×%d", p.c.Rows, p.c.Cols, p.a.Rows, p.a.Cols, p.b.Rows, p.b.Cols))
	}
	for lo := 0; lo < p.b.Cols; lo += blockCols {
		for k := 0; k < p.a.Cols; k += blockDepth {
			p.addBlock(lo, min(lo+blockCols, p.b.Cols), k, min(k+blockDepth, p.a.Cols))
		}
	}
}

// addBlock adds what columns k0 up to k1 of a give in columns lo up to hi of c.
func (p product) addBlock(lo, hi, k0, k1 int) {
	depth, cols := k1-k0, p.b.T()
	panels := (hi - lo + tileCols - 1) / tileCols
	buffer := newBuffer(panels * tileCols * depth)
	defer buffers.Put(buffer)
	right := *buffer
	each := serially
	if p.a.Rows > blockRows {
		each = onAllCores
	}
	each(panels, func(j int) {
		cols.packRows(right[j*tileCols*depth:], tileCols, lo+j*tileCols, k0, k1)
	})
	each((p.a.Rows+blockRows-1)/blockRows, func(i int) {
		p.addRows(i*blockRows, right, lo, hi, k0, k1)
	})
}

// addRows does for the block of rows that begins with row, with b packed.
func (p product) addRows(row int, right []float64, lo, hi, k0, k1 int) {
	depth, rows, stride := k1-k0, min(blockRows, p.a.Rows-row), p.c.stride
	buffer := newBuffer(blockRows * depth)
	defer buffers.Put(buffer)
	left := *buffer
	for i := 0; i < rows; i += tileRows {
		panel := left[i*depth:][:tileRows*depth]
		p.a.packRows(panel, tileRows, row+i, k0, k1)
		if p.subtract {
			for k, x := range panel {
				panel[k] = -x
			}
		}
	}
	for j := lo; j < hi; j += tileCols {
		panel := right[(j-lo)*depth:]
		for i := 0; i < rows; i += tileRows {
			if p.upper && j+tileCols <= row+i {
				break
			}
			at := p.c.data[(row+i)*stride+j:]
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
