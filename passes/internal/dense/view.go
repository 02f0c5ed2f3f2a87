package dense

// View is a matrix as rows of a slice, or as its columns.
type View struct {
	Rows, Cols int
	data       []float64
	transposed bool
}

// RowMajor is a matrix whose rows follow each other.
func RowMajor(rows, cols int, data []float64) View {
	return View{Rows: rows, Cols: cols, data: data[:rows*cols]}
}

// T is the transposed matrix, of the same numbers.
func (v View) T() View { return View{v.Cols, v.Rows, v.data, !v.transposed} }

// steps are how far apart the elements of a column and those of a row are.
func (v View) steps() (row, col int) {
	if v.transposed {
		return 1, v.Rows
	}
	return v.Cols, 1
}
