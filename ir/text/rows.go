package text

import (
	"fmt"
	"hash/maphash"
	"math"
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

// RowAttrs lists the attributes of a matrix in compressed rows: row i has the entries rowPtr[i] to rowPtr[i+1].
func RowAttrs(rowPtr, col []int, val []float64) []Attr {
	if k, ok := kindsOf(rowPtr, col, val); ok {
		out := []Attr{{Key: "kind", Value: IntBlob(k.kind)}, {Key: "first", Value: IntBlob(k.first)}}
		rowPtr, col, val = k.rowPtr, k.col, k.val
		return append(out, rowAttrs(rowPtr, col, val)...)
	}
	return rowAttrs(rowPtr, col, val)
}

func rowAttrs(rowPtr, col []int, val []float64) []Attr {
	return []Attr{{Key: "rowptr", Value: IntBlob(rowPtr)}, {Key: "col", Value: IntBlob(col)}, {Key: "val", Value: Blob(val)}}
}

// Rows reads what RowAttrs lists, from the next attribute on. It does not check the order and range of columns.
func (a *Attrs) Rows() (rowPtr, col []int, val []float64, err error) {
	k := kinds{}
	shared := a.Next() == "kind"
	if shared {
		k.kind, k.first = a.wholeNumbers("kind"), a.wholeNumbers("first")
	}
	k.rowPtr, k.col, k.val = a.wholeNumbers("rowptr"), a.wholeNumbers("col"), a.Blob("val")
	if a.err != nil || !shared {
		return k.rowPtr, k.col, k.val, a.err
	}
	return k.expand(a.room)
}

// kinds is a matrix by the kinds of its rows.
type kinds struct {
	kind, first []int // of each row

	rowPtr, col []int // of each kind; columns from its first on
	val         []float64
}

// worthKinds is the share of the numbers of a matrix that its kinds take at most.
const worthKinds = 0.5

// kindsOf finds the kinds of a matrix, if they are worth it.
func kindsOf(rowPtr, col []int, val []float64) (k kinds, ok bool) {
	rows := len(rowPtr) - 1
	most := int(worthKinds * float64(len(rowPtr)+2*len(val)))
	seed, known := maphash.MakeSeed(), map[uint64][]int{} // kinds by hash
	k.rowPtr = []int{0}
	for i := range rows {
		c, v := col[rowPtr[i]:rowPtr[i+1]], val[rowPtr[i]:rowPtr[i+1]]
		hash := hashOf(seed, c, v)
		at := slices.IndexFunc(known[hash], func(kind int) bool { return k.has(kind, c, v) })
		if at < 0 {
			known[hash] = append(known[hash], len(k.rowPtr)-1)
			at = len(known[hash]) - 1
			for _, j := range c {
				k.col = append(k.col, j-c[0])
			}
			k.val = append(k.val, v...)
			k.rowPtr = append(k.rowPtr, len(k.val))
			if 2*rows+len(k.rowPtr)+2*len(k.val) > most {
				return k, false
			}
		}
		k.kind, k.first = append(k.kind, known[hash][at]), append(k.first, firstOf(c))
	}
	return k, true
}

func firstOf(col []int) int {
	if len(col) == 0 {
		return 0
	}
	return col[0]
}

func hashOf(seed maphash.Seed, col []int, val []float64) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	for l, j := range col {
		maphash.WriteComparable(&h, j-col[0])
		maphash.WriteComparable(&h, math.Float64bits(val[l]))
	}
	return h.Sum64()
}

// has says whether a row is of a kind, to the last bit.
func (k *kinds) has(kind int, col []int, val []float64) bool {
	from, to := k.rowPtr[kind], k.rowPtr[kind+1]
	if to-from != len(col) {
		return false
	}
	for l, j := range col {
		if k.col[from+l] != j-col[0] || math.Float64bits(k.val[from+l]) != math.Float64bits(val[l]) {
			return false
		}
	}
	return true
}

// expand writes out every row.
func (k *kinds) expand(room *Room) (rowPtr, col []int, val []float64, err error) {
	if err := k.check(); err != nil {
		return nil, nil, nil, err
	}
	rowPtr = make([]int, 1, len(k.kind)+1)
	for _, kind := range k.kind {
		rowPtr = append(rowPtr, rowPtr[len(rowPtr)-1]+k.rowPtr[kind+1]-k.rowPtr[kind])
	}
	entries := rowPtr[len(rowPtr)-1]
	if room == nil || room.left < entries {
		return nil, nil, nil, fmt.Errorf("a matrix of %d entries in %d kinds of rows is too large", entries, len(k.rowPtr)-1)
	}
	room.left -= entries
	col, val = make([]int, 0, entries), make([]float64, 0, entries)
	for i, kind := range k.kind {
		for l := k.rowPtr[kind]; l < k.rowPtr[kind+1]; l++ {
			col, val = append(col, k.first[i]+k.col[l]), append(val, k.val[l])
		}
	}
	return rowPtr, col, val, nil
}

func (k *kinds) check() error {
	last := len(k.rowPtr) - 1
	if last < 0 || k.rowPtr[0] != 0 || k.rowPtr[last] != len(k.col) || len(k.col) != len(k.val) || !slices.IsSorted(k.rowPtr) {
		return fmt.Errorf("kinds of rows with %d pointers, %d columns and %d values", len(k.rowPtr), len(k.col), len(k.val))
	}
	if len(k.kind) != len(k.first) {
		return fmt.Errorf("%d rows have a kind, %d a first column", len(k.kind), len(k.first))
	}
	for _, kind := range k.kind {
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
