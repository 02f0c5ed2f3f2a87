package text

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// Rows of one kind have the same weights at the same distances, as those of a convolution have at all places. A sparse matrix
// that has few kinds of rows is printed as these, their columns counted from the first, and as the kind and the first column of
// each row: a convolution is its filters.

// Room is how many numbers the lines of a document may stand for that are not printed in it.
type Room struct{ left int }

// Within lets the attributes stand for more numbers than are printed, within what is left of room.
func (a *Attrs) Within(room *Room) *Attrs {
	a.room = room
	return a
}

// NewRoom is room for the largest networks that are compiled.
func NewRoom() *Room { return &Room{1 << 27} }

// Rows is a sparse matrix in compressed rows: row i, of kind k, has the entries RowPtr[k] to RowPtr[k+1], in the columns
// First[i] + Col. Without Kind each row is a kind of its own, and its columns are those in Col.
type Rows struct {
	Kind, First []int // of each row

	RowPtr, Col []int // of each kind
	Val         []float64
}

// RowsOf is a matrix whose row i has the entries rowPtr[i] to rowPtr[i+1], by kinds if that takes at most half as many numbers.
func RowsOf(rowPtr, col []int, val []float64) Rows {
	if r, ok := kindsOf(rowPtr, col, val); ok {
		return r
	}
	return Rows{RowPtr: rowPtr, Col: col, Val: val}
}

// Attrs lists the attributes of a matrix.
func (r *Rows) Attrs() []Attr {
	list := []Attr{{Key: "rowptr", Value: IntBlob(r.RowPtr)}, {Key: "col", Value: IntBlob(r.Col)}, {Key: "val", Value: Blob(r.Val)}}
	if r.Kind == nil {
		return list
	}
	return append([]Attr{{Key: "kind", Value: IntBlob(r.Kind)}, {Key: "first", Value: IntBlob(r.First)}}, list...)
}

// Rows reads what Rows.Attrs lists, from the next attribute on. It does not check the order and range of columns.
func (a *Attrs) Rows() (r Rows, err error) {
	shared := a.Next() == "kind"
	if shared {
		r.Kind, r.First = a.wholeNumbers("kind"), a.wholeNumbers("first")
	}
	r.RowPtr, r.Col, r.Val = a.wholeNumbers("rowptr"), a.wholeNumbers("col"), a.Blob("val")
	if a.err != nil || !shared {
		return r, a.err
	}
	if err := r.check(); err != nil {
		return Rows{}, err
	}
	return r, a.room.spend(&r)
}

// spend takes the entries of a matrix from what is left.
func (room *Room) spend(r *Rows) error {
	entries := r.entries()
	if room == nil || room.left < entries {
		return fmt.Errorf("a matrix of %d entries in %d kinds of rows is too large", entries, len(r.RowPtr)-1)
	}
	room.left -= entries
	return nil
}

// entries is how many entries all rows have.
func (r *Rows) entries() int {
	n := 0
	for _, kind := range r.Kind {
		n += r.RowPtr[kind+1] - r.RowPtr[kind]
	}
	return n
}

// worthKinds is the share of the numbers of a matrix that its kinds take at most.
const worthKinds = 0.5

// kindsOf finds the kinds of a matrix, if they are worth it.
func kindsOf(rowPtr, col []int, val []float64) (r Rows, ok bool) {
	rows := len(rowPtr) - 1
	most := int(worthKinds * float64(len(rowPtr)+2*len(val)))
	known := map[uint64][]int{} // kinds by hash
	r = Rows{Kind: make([]int, 0, rows), First: make([]int, 0, rows), RowPtr: []int{0}}
	for i := range rows {
		c, v := col[rowPtr[i]:rowPtr[i+1]], val[rowPtr[i]:rowPtr[i+1]]
		hash := hashOf(c, v)
		at := slices.IndexFunc(known[hash], func(kind int) bool { return r.has(kind, c, v) })
		if at < 0 {
			known[hash] = append(known[hash], len(r.RowPtr)-1)
			at = len(known[hash]) - 1
			for _, j := range c {
				r.Col = append(r.Col, j-c[0])
			}
			r.Val = append(r.Val, v...)
			r.RowPtr = append(r.RowPtr, len(r.Val))
			if 2*rows+len(r.RowPtr)+2*len(r.Val) > most {
				return r, false
			}
		}
		r.Kind, r.First = append(r.Kind, known[hash][at]), append(r.First, firstOf(c))
	}
	return r, true
}

func firstOf(col []int) int {
	if len(col) == 0 {
		return 0
	}
	return col[0]
}

// hashOf is the same for rows of one kind. Rows that it confuses only take longer.
func hashOf(col []int, val []float64) uint64 {
	const odd = 0x9E3779B97F4A7C15 // 2^64 over the golden ratio
	hash := uint64(len(col))
	for l, j := range col {
		hash = (bits.RotateLeft64(hash, 29) ^ math.Float64bits(val[l])) * odd
		hash = (bits.RotateLeft64(hash, 29) ^ uint64(j-col[0])) * odd
	}
	return hash
}

// has says whether a row is of a kind, to the last bit.
func (r *Rows) has(kind int, col []int, val []float64) bool {
	from, to := r.RowPtr[kind], r.RowPtr[kind+1]
	if to-from != len(col) {
		return false
	}
	for l, j := range col {
		if r.Col[from+l] != j-col[0] || math.Float64bits(r.Val[from+l]) != math.Float64bits(val[l]) {
			return false
		}
	}
	return true
}

// Entries writes out every row: row i has the entries rowPtr[i] to rowPtr[i+1].
func (r *Rows) Entries() (rowPtr, col []int, val []float64) {
	if r.Kind == nil {
		return r.RowPtr, r.Col, r.Val
	}
	rowPtr = make([]int, 1, len(r.Kind)+1)
	entries := r.entries()
	col, val = make([]int, 0, entries), make([]float64, 0, entries)
	for i, kind := range r.Kind {
		from, to := r.RowPtr[kind], r.RowPtr[kind+1]
		for _, j := range r.Col[from:to] {
			col = append(col, r.First[i]+j)
		}
		val = append(val, r.Val[from:to]...)
		rowPtr = append(rowPtr, len(val))
	}
	return rowPtr, col, val
}

func (r *Rows) check() error {
	last := len(r.RowPtr) - 1
	if last < 0 || r.RowPtr[0] != 0 || r.RowPtr[last] != len(r.Col) || len(r.Col) != len(r.Val) || !slices.IsSorted(r.RowPtr) {
		return fmt.Errorf("kinds of rows with %d pointers, %d columns and %d values", len(r.RowPtr), len(r.Col), len(r.Val))
	}
	if len(r.Kind) != len(r.First) {
		return fmt.Errorf("%d rows have a kind, %d a first column", len(r.Kind), len(r.First))
	}
	for _, kind := range r.Kind {
		if kind >= last {
			return fmt.Errorf("a row of kind %d of %d", kind, last)
		}
	}
	return nil
}

// IntBlob is a list of whole numbers as a blob.
func IntBlob(list []int) Blob {
	out := make(Blob, len(list))
	for k, x := range list {
		out[k] = float64(x)
	}
	return out
}

// WholeNumbers is the inverse of IntBlob, for numbers up to 2^31.
func (b Blob) WholeNumbers() ([]int, error) {
	out := make([]int, len(b))
	for k, x := range b {
		if x != math.Trunc(x) || math.Signbit(x) || x > 1<<31 {
			return nil, fmt.Errorf("index %v is not a small whole number", x)
		}
		out[k] = int(x)
	}
	return out, nil
}

// wholeNumbers reads a blob of whole numbers.
func (a *Attrs) wholeNumbers(key string) []int {
	list, err := a.Blob(key).WholeNumbers()
	if err != nil {
		a.fail(err)
	}
	return list
}
