package dense

import "sync"

// Operands are copied into panels, so that the kernel reads both from one address to the next.

// packRows lists the elements of rows from lo on and columns k0 up to k1: the first column's of width rows, then the
// next one's. Rows beyond the last are 0.
func (v View) packRows(dst []float64, width, lo, k0, k1 int) {
	dst = dst[:width*(k1-k0)]
	step, next := v.steps()
	rows := min(width, v.Rows-lo)
	if rows < width {
		clear(dst)
	}
	if step == 1 {
		for k := k0; k < k1; k++ {
			copy(dst[(k-k0)*width:], v.data[k*next+lo:][:rows])
		}
		return
	}
	row := func(i int) []float64 { return v.data[(lo+i)*step:][k0:k1] }
	i := 0
	for ; i+4 <= rows; i += 4 {
		interleave(dst[i:], width, row(i), row(i+1), row(i+2), row(i+3))
	}
	for ; i < rows; i++ {
		for k, x := range row(i) {
			dst[k*width+i] = x
		}
	}
}

// interleave writes four rows at once, since a line of the cache has room for more than one number.
func interleave(dst []float64, width int, r0, r1, r2, r3 []float64) {
	for k, x := range r0 {
		to := dst[k*width:][:4]
		to[0], to[1], to[2], to[3] = x, r1[k], r2[k], r3[k]
	}
}

// buffers are reused: a new one would have to be cleared.
var buffers sync.Pool

func newBuffer(n int) *[]float64 {
	if b, ok := buffers.Get().(*[]float64); ok && cap(*b) >= n {
		*b = (*b)[:n]
		return b
	}
	b := make([]float64, n)
	return &b
}
