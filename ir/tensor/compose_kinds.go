package tensor

import (
	"math"
	"math/bits"
	"slices"

	"hecc/ir/text"
)

// equalRows finds rows of a product of maps that are earlier rows, some columns further: a convolution of a convolution has
// few that are not.
type equalRows struct {
	outer *Map
	inner text.Rows
	known map[uint64][]int // rows of the outer map by hash, each unlike the others
}

// newEqualRows is nil where the inner map has no kinds of rows.
func newEqualRows(outer, inner *Map) *equalRows {
	rows := text.RowsOf(inner.RowPtr, inner.Col, inner.Val)
	if rows.Kind == nil {
		return nil
	}
	return &equalRows{outer, rows, map[uint64][]int{}}
}

// find gives the earlier row whose columns are those of row i, less a distance. If there is none, row i is one from now on.
func (e *equalRows) find(i int) (row, distance int, ok bool) {
	if e == nil || e.outer.RowPtr[i] == e.outer.RowPtr[i+1] {
		return 0, 0, false
	}
	hash := e.hash(i)
	at := slices.IndexFunc(e.known[hash], func(row int) bool { return e.equal(row, i) })
	if at < 0 {
		e.known[hash] = append(e.known[hash], i)
		return 0, 0, false
	}
	row = e.known[hash][at]
	return row, e.first(i) - e.first(row), true
}

// first is the column from which those of a row of the product are counted.
func (e *equalRows) first(i int) int { return e.inner.First[e.outer.Col[e.outer.RowPtr[i]]] }

func (e *equalRows) hash(i int) uint64 {
	const odd = 0x9E3779B97F4A7C15 // 2^64 over the golden ratio
	mid, w := e.outer.Row(i)
	hash, first := uint64(len(mid)), e.first(i)
	for k, j := range mid {
		hash = (bits.RotateLeft64(hash, 29) ^ math.Float64bits(w[k])) * odd
		hash = (bits.RotateLeft64(hash, 29) ^ uint64(e.inner.Kind[j])) * odd
		hash = (bits.RotateLeft64(hash, 29) ^ uint64(e.inner.First[j]-first)) * odd
	}
	return hash
}

// equal says whether two rows add up rows of the same kinds, at the same distances, with the same weights to the last bit.
func (e *equalRows) equal(a, b int) bool {
	midA, wA := e.outer.Row(a)
	midB, wB := e.outer.Row(b)
	distance := e.first(b) - e.first(a)
	return slices.EqualFunc(midA, midB, func(i, j int) bool {
		return e.inner.Kind[i] == e.inner.Kind[j] && e.inner.First[j]-e.inner.First[i] == distance
	}) && slices.EqualFunc(wA, wB, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
}

// repeat adds the entries of an earlier row to the current one, so many columns further.
func (b *MapBuilder) repeat(row, distance int) {
	col, val := b.m.Row(row)
	b.m.Col, b.m.Val = slices.Grow(b.m.Col, len(col)), slices.Grow(b.m.Val, len(val))
	for _, c := range col {
		b.m.Col = append(b.m.Col, c+distance)
	}
	b.m.Val = append(b.m.Val, val...)
}
