package tensor

import (
	"fmt"
	"math"
	"slices"

	"hecc/ir/text"
)

// Map is a sparse affine map y = A x + Bias in compressed rows: row i has the
// entries RowPtr[i] to RowPtr[i+1] of Col and Val, with columns ascending.
type Map struct {
	Rows, Cols int
	RowPtr     []int
	Col        []int
	Val        []float64
	Bias       []float64
}

// IdentityMap is y = x.
func IdentityMap(n int) *Map {
	perm := make([]int, n)
	for i := range perm {
		perm[i] = i
	}
	return SelectMap(perm, n)
}

// SelectMap is y[i] = x[pick[i]] on vectors x of length cols.
func SelectMap(pick []int, cols int) *Map {
	m := &Map{Rows: len(pick), Cols: cols, RowPtr: make([]int, len(pick)+1), Bias: make([]float64, len(pick))}
	m.Col = append(m.Col, pick...)
	m.Val = make([]float64, len(pick))
	for i := range pick {
		m.RowPtr[i+1] = i + 1
		m.Val[i] = 1
	}
	return m
}

// ZeroMap is y = 0.
func ZeroMap(rows, cols int) *Map {
	return &Map{Rows: rows, Cols: cols, RowPtr: make([]int, rows+1), Bias: make([]float64, rows)}
}

// ScatterMap is y[place[i]] = x[i], zero elsewhere.
func ScatterMap(place []int, rows int) *Map {
	from := make([]int, rows)
	for i := range from {
		from[i] = -1
	}
	for i, p := range place {
		from[p] = i
	}
	b := NewMapBuilder(len(place))
	for _, i := range from {
		if i >= 0 {
			b.Add(i, 1)
		}
		b.EndRow(0)
	}
	return b.Map()
}

// MatMulMap is the product with a constant matrix: x·c if right, else c·x, for x of
// the given shape, with NumPy's rules.
func MatMulMap(c Const, xShape []int, right bool) *Map {
	shapes := [][]int{c.Shape, xShape}
	if right {
		shapes = [][]int{xShape, c.Shape}
	}
	a, b, _, _, _ := matmulShapes(shapes[0], shapes[1])
	m, inner, n := a[len(a)-2], a[len(a)-1], b[len(b)-1]
	lead, _ := broadcast([][]int{a[:len(a)-2], b[:len(b)-2]})
	ia, ib := BroadcastIndex(a[:len(a)-2], lead), BroadcastIndex(b[:len(b)-2], lead)
	out := NewMapBuilder(size(xShape))
	for p := range ia {
		for i := range m {
			for j := range n {
				for l := range inner {
					at, bt := (ia[p]*m+i)*inner+l, (ib[p]*inner+l)*n+j
					if right {
						out.Add(at, c.Data[bt])
					} else {
						out.Add(bt, c.Data[at])
					}
				}
				out.EndRow(0)
			}
		}
	}
	return out.Map()
}

// IsDense says whether every entry is stored.
func (m *Map) IsDense() bool { return len(m.Val) == m.Rows*m.Cols }

// IsIdentity says whether the map is y = x.
func (m *Map) IsIdentity() bool {
	if m.Rows != m.Cols || len(m.Val) != m.Rows {
		return false
	}
	for i := range m.Rows {
		if m.RowPtr[i] != i || m.Col[i] != i || m.Val[i] != 1 || m.Bias[i] != 0 {
			return false
		}
	}
	return true
}

// SumsSeparate says whether the map adds up elements of which each has a single part in the result, as pools of windows that
// do not overlap: no column has two entries, and some row has several.
func (m *Map) SumsSeparate() bool {
	seen := make([]bool, m.Cols)
	for _, j := range m.Col {
		if seen[j] {
			return false
		}
		seen[j] = true
	}
	return len(m.Val) > m.Rows
}

// WithoutBias is the map's linear part.
func (m *Map) WithoutBias() *Map {
	linear := *m
	linear.Bias = make([]float64, m.Rows)
	return &linear
}

// MapBuilder makes a Map row by row.
type MapBuilder struct {
	m   *Map
	acc []float64 // the row under construction, dense
	hit []bool
	cur []int
}

// NewMapBuilder starts a map on vectors of length cols.
func NewMapBuilder(cols int) *MapBuilder {
	return &MapBuilder{m: &Map{Cols: cols, RowPtr: []int{0}}, acc: make([]float64, cols), hit: make([]bool, cols)}
}

// Add adds v to the entry of the current row in the given column.
func (b *MapBuilder) Add(col int, v float64) {
	if !b.hit[col] {
		b.hit[col] = true
		b.cur = append(b.cur, col)
	}
	b.acc[col] += v
}

// EndRow closes the current row with its bias. Entries that are zero are dropped.
func (b *MapBuilder) EndRow(bias float64) {
	slices.Sort(b.cur)
	for _, c := range b.cur {
		if b.acc[c] != 0 {
			b.m.Col = append(b.m.Col, c)
			b.m.Val = append(b.m.Val, b.acc[c])
		}
		b.acc[c], b.hit[c] = 0, false
	}
	b.cur = b.cur[:0]
	b.m.Rows++
	b.m.RowPtr = append(b.m.RowPtr, len(b.m.Col))
	b.m.Bias = append(b.m.Bias, bias)
}

// Map returns the finished map.
func (b *MapBuilder) Map() *Map { return b.m }

// Row gives the columns and values of row i.
func (m *Map) Row(i int) ([]int, []float64) {
	lo, hi := m.RowPtr[i], m.RowPtr[i+1]
	return m.Col[lo:hi], m.Val[lo:hi]
}

// AddTo computes y += A x + Bias.
func (m *Map) AddTo(x, y []float64) {
	for i := range m.Rows {
		col, val := m.Row(i)
		sum := m.Bias[i]
		if len(col) == m.Cols { // a dense row: columns are 0, 1, 2, …
			for k, v := range val {
				sum += v * x[k]
			}
		} else {
			for k, c := range col {
				sum += val[k] * x[c]
			}
		}
		y[i] += sum
	}
}

// check rejects a map whose fields contradict each other.
func (m *Map) check() error {
	if m.Rows < 1 || m.Cols < 1 || len(m.RowPtr) != m.Rows+1 || len(m.Bias) != m.Rows || len(m.Col) != len(m.Val) {
		return fmt.Errorf("map %dx%d with %d row pointers, %d biases, %d columns, %d values",
			m.Rows, m.Cols, len(m.RowPtr), len(m.Bias), len(m.Col), len(m.Val))
	}
	if m.RowPtr[0] != 0 || m.RowPtr[m.Rows] != len(m.Col) {
		return fmt.Errorf("row pointers run from %d to %d for %d entries", m.RowPtr[0], m.RowPtr[m.Rows], len(m.Col))
	}
	for i := range m.Rows {
		if m.RowPtr[i] > m.RowPtr[i+1] || m.RowPtr[i+1] > len(m.Col) {
			return fmt.Errorf("row pointers descend at row %d", i)
		}
		last := -1
		for k := m.RowPtr[i]; k < m.RowPtr[i+1]; k++ {
			if m.Col[k] <= last || m.Col[k] >= m.Cols {
				return fmt.Errorf("column %d out of order or range in row %d", m.Col[k], i)
			}
			last = m.Col[k]
		}
	}
	if err := finite(m.Val); err != nil {
		return err
	}
	return finite(m.Bias)
}

func finite(v []float64) error {
	for i, x := range v {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("element %d is %v", i, x)
		}
	}
	return nil
}

func (m *Map) attrs() []text.Attr {
	rows := text.RowsOf(m.RowPtr, m.Col, m.Val)
	a := append([]text.Attr{{Key: "cols", Value: m.Cols}}, rows.Attrs()...)
	return append(a, text.Attr{Key: "bias", Value: text.Blob(m.Bias)})
}

// readMap is the inverse of attrs.
func readMap(a *text.Attrs) (m *Map, err error) {
	m = &Map{Cols: a.Int("cols")}
	rows, err := a.Rows()
	if err != nil {
		return nil, err
	}
	m.RowPtr, m.Col, m.Val = rows.Entries()
	m.Bias = a.Blob("bias")
	m.Rows = len(m.Bias)
	return m, nil
}
