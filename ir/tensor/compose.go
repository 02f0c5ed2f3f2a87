package tensor

import (
	"math"
	"slices"
)

// Compose is the map x -> outer(inner(x)).
func Compose(outer, inner *Map) *Map {
	m, _ := ComposeWithin(outer, inner, math.MaxInt)
	return m
}

// ComposeWithin is Compose, but gives up, with false, once the product has more entries than most.
func ComposeWithin(outer, inner *Map, most int) (product *Map, ok bool) {
	if inner.IsIdentity() {
		inner, outer = outer, inner
	}
	if outer.IsIdentity() {
		same := *inner
		return &same, len(same.Val) <= most
	}
	if outer.scales() {
		return outer.scaledRows(inner, most)
	}
	if inner.isDiagonal() {
		return outer.scaledColumns(inner, most)
	}
	b, known := NewMapBuilder(inner.Cols), newEqualRows(outer, inner)
	for i := range outer.Rows {
		mid, w := outer.Row(i)
		if row, distance, ok := known.find(i); ok {
			b.repeat(row, distance)
		} else {
			b.addRows(inner, mid, w)
		}
		bias := outer.Bias[i]
		for k, j := range mid {
			bias += w[k] * inner.Bias[j]
		}
		b.EndRow(bias)
		if len(b.m.Val) > most {
			return nil, false
		}
	}
	return b.Map(), true
}

// addRows adds rows of a map, each times a weight.
func (b *MapBuilder) addRows(m *Map, rows []int, weights []float64) {
	for k, j := range rows {
		col, val := m.Row(j)
		for l, c := range col {
			b.Add(c, weights[k]*val[l])
		}
	}
}

// scales says whether each row has one entry at most.
func (m *Map) scales() bool {
	for i := range m.Rows {
		if m.RowPtr[i+1]-m.RowPtr[i] > 1 {
			return false
		}
	}
	return true
}

// isDiagonal says whether the map multiplies each element by a number.
func (m *Map) isDiagonal() bool {
	if m.Rows != m.Cols || len(m.Val) != m.Rows {
		return false
	}
	for i, j := range m.Col {
		if i != j || m.RowPtr[i] != i {
			return false
		}
	}
	return true
}

// scaledColumns is m(inner(x)) for a diagonal map: it shares what says where entries stand, unless some become zero.
func (m *Map) scaledColumns(inner *Map, most int) (*Map, bool) {
	out := &Map{Rows: m.Rows, Cols: m.Cols, RowPtr: m.RowPtr, Col: m.Col, Val: make([]float64, len(m.Val)), Bias: slices.Clone(m.Bias)}
	for i := range m.Rows {
		for k := m.RowPtr[i]; k < m.RowPtr[i+1]; k++ {
			j, w := m.Col[k], m.Val[k]
			out.Bias[i] += w * inner.Bias[j]
			out.Val[k] = w * inner.Val[j]
		}
	}
	if slices.Contains(out.Val, 0) {
		out = out.withoutZeros()
	}
	return out, len(out.Val) <= most
}

// withoutZeros is the map without entries that are zero.
func (m *Map) withoutZeros() *Map {
	out := &Map{Rows: m.Rows, Cols: m.Cols, RowPtr: make([]int, 1, m.Rows+1), Bias: m.Bias}
	for i := range m.Rows {
		col, val := m.Row(i)
		out.appendEntries(col, val, 1)
		out.RowPtr = append(out.RowPtr, len(out.Col))
	}
	return out
}

// scaledRows is m(inner(x)) for a map with one entry a row at most: rows of the inner map, each times a number.
func (m *Map) scaledRows(inner *Map, most int) (*Map, bool) {
	entries := 0
	for _, j := range m.Col {
		entries += inner.RowPtr[j+1] - inner.RowPtr[j]
	}
	if entries > most {
		return nil, false
	}
	out := &Map{Rows: m.Rows, Cols: inner.Cols, RowPtr: make([]int, 1, m.Rows+1),
		Col: make([]int, 0, entries), Val: make([]float64, 0, entries), Bias: slices.Clone(m.Bias)}
	for i := range m.Rows {
		mid, w := m.Row(i)
		for k, j := range mid {
			out.Bias[i] += w[k] * inner.Bias[j]
			col, val := inner.Row(j)
			out.appendEntries(col, val, w[k])
		}
		out.RowPtr = append(out.RowPtr, len(out.Col))
	}
	return out, true
}

// appendEntries adds entries times a number to the last row; those that are zero are left out.
func (m *Map) appendEntries(col []int, val []float64, times float64) {
	for k, v := range val {
		if v *= times; v != 0 {
			m.Col, m.Val = append(m.Col, col[k]), append(m.Val, v)
		}
	}
}

// Times is the map x -> w*m(x).
func (m *Map) Times(w float64) *Map {
	if w == 1 {
		same := *m
		return &same
	}
	return Sum(ZeroMap(m.Rows, m.Cols), m, w)
}

// Sum is the map x -> a(x) + scale*b(x).
func Sum(a, b *Map, scale float64) *Map {
	entries := len(a.Val) + len(b.Val)
	out := &Map{Rows: a.Rows, Cols: a.Cols, RowPtr: make([]int, 1, a.Rows+1),
		Col: make([]int, 0, entries), Val: make([]float64, 0, entries), Bias: make([]float64, a.Rows)}
	for i := range a.Rows {
		ac, av := a.Row(i)
		bc, bv := b.Row(i)
		for len(ac) > 0 && len(bc) > 0 {
			switch {
			case ac[0] < bc[0]:
				out.appendEntries(ac[:1], av[:1], 1)
				ac, av = ac[1:], av[1:]
			case ac[0] > bc[0]:
				out.appendEntries(bc[:1], bv[:1], scale)
				bc, bv = bc[1:], bv[1:]
			default:
				out.appendEntries(ac[:1], []float64{av[0] + scale*bv[0]}, 1)
				ac, av, bc, bv = ac[1:], av[1:], bc[1:], bv[1:]
			}
		}
		out.appendEntries(ac, av, 1)
		out.appendEntries(bc, bv, scale)
		out.RowPtr = append(out.RowPtr, len(out.Col))
		out.Bias[i] = a.Bias[i] + scale*b.Bias[i]
	}
	return out
}
