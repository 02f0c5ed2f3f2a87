package dense

// View is a matrix whose rows, or columns if it is transposed, are parts of a slice.
type View struct {
	Rows, Cols int
	data       []float64
	stride     int // from one of these parts to the next
	transposed bool
}

// RowMajor is a matrix whose rows follow each other.
func RowMajor(rows, cols int, data []float64) View {
	return View{Rows: rows, Cols: cols, data: data[:rows*cols], stride: cols}
}

// Spaced is a matrix whose rows begin so many numbers apart.
func Spaced(rows, cols, stride int, data []float64) View {
	return View{Rows: rows, Cols: cols, data: data[:(rows-1)*stride+cols], stride: stride}
}

// T is the transposed matrix, of the same numbers.
func (v View) T() View {
	v.Rows, v.Cols, v.transposed = v.Cols, v.Rows, !v.transposed
	return v
}

// steps are how far apart the elements of a column and those of a row are.
func (v View) steps() (row, col int) {
	if v.transposed {
		return 1, v.stride
	}
	return v.stride, 1
}

// block is rows i0 up to i1 and columns j0 up to j1 of a matrix that is not transposed.
func (v View) block(i0, i1, j0, j1 int) View {
	return View{Rows: i1 - i0, Cols: j1 - j0, data: v.data[i0*v.stride+j0:], stride: v.stride}
}

// row is a row of a matrix that is not transposed.
func (v View) row(i int) []float64 { return v.data[i*v.stride:][:v.Cols] }
