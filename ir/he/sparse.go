package he

import (
	"fmt"
	"slices"

	"hecc/ir/text"
)

// Sparse is a matrix in compressed rows: row i, of kind k, has the entries RowPtr[k] to RowPtr[k+1], in the columns
// First[i] + Col, ascending. Rows of one kind share their weights, as those of a convolution do at all places. Without Kind each row is a
// kind of its own, and its columns are those in Col. If the matrix has all entries, all lists but Val are nil.
type Sparse struct {
	Rows, Cols  int
	Kind, First []int
	RowPtr, Col []int
	Val         []float64
}

// NewSparse is the matrix whose row i has the entries rowPtr[i] to rowPtr[i+1], by kinds of rows where that is worth it.
func NewSparse(cols int, rowPtr, col []int, val []float64) Sparse {
	r := text.RowsOf(rowPtr, col, val)
	return Sparse{len(rowPtr) - 1, cols, r.Kind, r.First, r.RowPtr, r.Col, r.Val}
}

// asRows is a matrix that lacks entries as it is printed.
func (s *Sparse) asRows() text.Rows {
	if s.Kind == nil {
		return text.RowsOf(s.RowPtr, s.Col, s.Val)
	}
	return text.Rows{Kind: s.Kind, First: s.First, RowPtr: s.RowPtr, Col: s.Col, Val: s.Val}
}

// row gives the range of the entries of a row, and its first column.
func (s *Sparse) row(i int) (from, to, first int) {
	switch {
	case s.RowPtr == nil:
		return i * s.Cols, (i + 1) * s.Cols, 0
	case s.Kind == nil:
		return s.RowPtr[i], s.RowPtr[i+1], 0
	}
	k := s.Kind[i]
	return s.RowPtr[k], s.RowPtr[k+1], s.First[i]
}

// RowEntries is how many entries a row has.
func (s *Sparse) RowEntries(i int) int {
	from, to, _ := s.row(i)
	return to - from
}

// Entries is how many entries all rows have.
func (s *Sparse) Entries() int {
	if s.Kind == nil {
		return len(s.Val)
	}
	n := 0
	for i := range s.Kind {
		n += s.RowEntries(i)
	}
	return n
}

// Each calls f for each entry of a row.
func (s *Sparse) Each(i int, f func(column int, weight float64)) {
	from, to, first := s.row(i)
	for k := from; k < to; k++ {
		f(s.column(k, first), s.Val[k])
	}
}

// column is the column of an entry of a row with a first column.
func (s *Sparse) column(entry, first int) int {
	if s.RowPtr == nil {
		return entry % s.Cols
	}
	return first + s.Col[entry]
}

// between gives the range of the entries of row i whose columns are in [lo, hi).
func (s *Sparse) between(i, lo, hi int) (from, to int) {
	if s.RowPtr == nil {
		return i*s.Cols + lo, i*s.Cols + hi
	}
	a, b, first := s.row(i)
	from, _ = slices.BinarySearch(s.Col[a:b], lo-first)
	to, _ = slices.BinarySearch(s.Col[a:b], hi-first)
	return a + from, a + to
}

// entry finds the entry at row i and column j.
func (s *Sparse) entry(i, j int) (int, bool) {
	if s.RowPtr == nil {
		return i*s.Cols + j, true
	}
	from, to, first := s.row(i)
	k, ok := slices.BinarySearch(s.Col[from:to], j-first)
	return from + k, ok
}

func (s *Sparse) check() error {
	if s.Rows < 1 || s.Cols < 1 || s.Rows > maxSize || s.Cols > maxSize {
		return fmt.Errorf("matrix of %d×%d", s.Rows, s.Cols)
	}
	if s.RowPtr == nil {
		if len(s.Val) != s.Rows*s.Cols || s.Kind != nil {
			return fmt.Errorf("matrix of %d×%d with %d weights", s.Rows, s.Cols, len(s.Val))
		}
		return finite(s.Val)
	}
	kinds := s.Rows
	if s.Kind != nil {
		kinds = len(s.RowPtr) - 1
	}
	if len(s.RowPtr) != kinds+1 || len(s.Col) != len(s.Val) || s.RowPtr[0] != 0 || s.RowPtr[kinds] != len(s.Val) {
		return fmt.Errorf("matrix of %d×%d has rows for %d, columns for %d of %d weights", s.Rows, s.Cols, len(s.RowPtr)-1, len(s.Col), len(s.Val))
	}
	for k := range kinds {
		if err := s.checkKind(k); err != nil {
			return err
		}
	}
	if err := s.checkRows(); err != nil {
		return err
	}
	if s.Entries() == s.Rows*s.Cols {
		return fmt.Errorf("matrix of %d×%d has all entries, and lists them", s.Rows, s.Cols)
	}
	return finite(s.Val)
}

// checkKind rejects columns that do not ascend.
func (s *Sparse) checkKind(k int) error {
	from, to := s.RowPtr[k], s.RowPtr[k+1]
	if from < 0 || from > to || to > len(s.Val) {
		return fmt.Errorf("matrix: row %d from %d to %d", k, from, to)
	}
	last := -1
	for _, j := range s.Col[from:to] {
		if j <= last || j >= s.Cols {
			return fmt.Errorf("matrix: column %d in row %d of %d", j, k, s.Cols)
		}
		last = j
	}
	return nil
}

// checkRows rejects rows of no kind, and such as reach beyond the columns.
func (s *Sparse) checkRows() error {
	if s.Kind == nil {
		return nil
	}
	if len(s.Kind) != s.Rows || len(s.First) != s.Rows {
		return fmt.Errorf("matrix of %d×%d has kinds for %d rows", s.Rows, s.Cols, len(s.Kind))
	}
	for i, k := range s.Kind {
		if k < 0 || k >= len(s.RowPtr)-1 {
			return fmt.Errorf("matrix: row %d of kind %d", i, k)
		}
		if from, to, first := s.row(i); from < to && (first < 0 || first+s.Col[to-1] >= s.Cols) {
			return fmt.Errorf("matrix: row %d begins in column %d", i, first)
		}
	}
	return nil
}
