package he

import "slices"

// Filling is a matrix whose diagonals are being chosen.
type Filling struct {
	m        *Matrix
	rows     []int            // row of the parts that each slot of a period collects for, or Empty
	elements map[[2]int][]int // elements by part and ciphertext
	parts    []partFilling
	unplaced int // in all parts
}

// partFilling is one part.
type partFilling struct {
	begin         []int    // by row: its first entry in placed
	placed        []bool   // by entry
	open          []int    // slots that collect for rows with unplaced entries
	unplacedInRow []int    // by row: unplaced entries
	last          []lookup // by kind of rows; nil without kinds

	// Of a map without kinds that has many of its entries: these, or none where there is none or it is placed; first those of
	// the diagonal on which columns are rows, since slots mostly go along diagonals.
	table []int32
}

// none is no entry.
const none = -1

// manyEntries is the share of its entries that a map must have for a table.
const manyEntries = 1.0 / 4

// lookup is where a row of a kind has its entry in a column, counted from the row's first. Along a diagonal that is mostly the
// same column, so the last answer is kept.
type lookup struct {
	column, entry int
	ok            bool
}

// Fill starts the choice of diagonals for a matrix that has none.
func (m *Matrix) Fill() *Filling {
	f := m.newFilling()
	m.once.Do(func() {}) // places are found while they are chosen
	m.unplaced = f.unplaced
	return f
}

func (m *Matrix) newFilling() *Filling {
	f := &Filling{m: m, rows: m.Collect.Elements(m.Ct)[:m.Period], elements: map[[2]int][]int{}}
	if slices.ContainsFunc(m.Parts, func(p Part) bool { return m.Period%p.In.Period() != 0 }) {
		m.columns = f.elements
	}
	for t, i := range f.rows {
		if i -= m.First; i < 0 || i >= m.Parts[0].Weights.Rows {
			i = Empty
		}
		f.rows[t] = i
	}
	for k := range m.Parts {
		p, entries := newPartFilling(&m.Parts[k].Weights, f.rows)
		f.parts = append(f.parts, p)
		f.unplaced += entries
	}
	m.runs, m.ends = nil, nil
	return f
}

func newPartFilling(w *Sparse, rows []int) (p partFilling, entries int) {
	p.begin, p.unplacedInRow = make([]int, w.Rows), make([]int, w.Rows)
	if w.Kind != nil {
		p.last = slices.Repeat([]lookup{{column: -1}}, len(w.RowPtr)-1)
	}
	for i := range p.begin {
		p.begin[i], p.unplacedInRow[i] = entries, w.RowEntries(i)
		entries += p.unplacedInRow[i]
	}
	for t, i := range rows {
		if i != Empty && p.unplacedInRow[i] > 0 {
			p.open = append(p.open, t)
		}
	}
	p.placed = make([]bool, entries)
	if w.Kind == nil && w.RowPtr != nil && float64(entries) >= manyEntries*float64(w.Rows)*float64(w.Cols) {
		p.fillTable(w)
	}
	return p, entries
}

func (p *partFilling) fillTable(w *Sparse) {
	p.table = slices.Repeat([]int32{none}, w.Rows*w.Cols)
	for i := range w.Rows {
		for k := w.RowPtr[i]; k < w.RowPtr[i+1]; k++ {
			p.table[p.inTable(w, i, w.Col[k])] = int32(k)
		}
	}
}

// inTable is where the entry of a row and a column stands.
func (p *partFilling) inTable(w *Sparse, i, j int) int {
	diagonal := j - i
	for diagonal < 0 {
		diagonal += w.Cols
	}
	return diagonal*w.Rows + i
}

// Unplaced is how many weights have no place yet.
func (f *Filling) Unplaced() int { return f.unplaced }

// OpenSlots is how many slots collect for rows of a part with unplaced entries: the cost of a Try.
func (f *Filling) OpenSlots(part int) int { return len(f.parts[part].open) }

// EachUnplaced calls visit for each entry of a part in the columns from lo up to hi that has no place yet.
func (f *Filling) EachUnplaced(part, lo, hi int, visit func(row, column int)) {
	w, p := &f.m.Parts[part].Weights, &f.parts[part]
	for i, unplaced := range p.unplacedInRow {
		if unplaced == 0 {
			continue
		}
		begin, _, first := w.row(i)
		from, to := w.between(i, lo, hi)
		for k := from; k < to; k++ {
			if !p.placed[p.begin[i]+k-begin] {
				visit(i, w.column(k, first))
			}
		}
	}
}

// Try adds a diagonal to the matrix if it gives some weights a place, and says how many.
func (f *Filling) Try(d RotatedOperand) int {
	n := f.fillDiagonal(d)
	if n == 0 {
		f.m.ends = f.m.ends[:len(f.m.ends)-1]
		return 0
	}
	f.m.Diagonals = append(f.m.Diagonals, d)
	f.m.unplaced = f.unplaced
	return n
}

// fillDiagonal gives weights their places on a diagonal.
func (f *Filling) fillDiagonal(d RotatedOperand) int {
	key := [2]int{d.Part, d.Ct}
	if f.elements[key] == nil {
		f.elements[key] = f.m.Parts[d.Part].In.Elements(d.Ct)
	}
	columns, weights := f.elements[key], &f.m.Parts[d.Part].Weights
	p, mask := &f.parts[d.Part], len(f.elements[key])-1
	before, still, start := f.unplaced, p.open[:0], len(f.m.runs)
	for _, t := range p.open {
		i := f.rows[t]
		if p.unplacedInRow[i] == 0 {
			continue
		}
		still = append(still, t)
		j := columns[(t+d.Rotation)&mask]
		if j == Empty {
			continue
		}
		k := p.unplaced(weights, i, j)
		if k == none {
			continue
		}
		p.place(weights, i, j, k)
		f.unplaced--
		f.m.addRun(t, k, start)
	}
	p.open = still
	f.m.ends = append(f.m.ends, len(f.m.runs))
	return before - f.unplaced
}

// unplaced finds the entry at row i and column j, if it has no place yet.
func (p *partFilling) unplaced(w *Sparse, i, j int) int {
	if p.table != nil {
		return int(p.table[p.inTable(w, i, j)])
	}
	k, ok := p.entry(w, i, j)
	if !ok {
		return none
	}
	if begin, _, _ := w.row(i); p.placed[p.begin[i]+k-begin] {
		return none
	}
	return k
}

func (p *partFilling) place(w *Sparse, i, j, k int) {
	begin, _, _ := w.row(i)
	p.placed[p.begin[i]+k-begin] = true
	p.unplacedInRow[i]--
	if p.table != nil {
		p.table[p.inTable(w, i, j)] = none
	}
}

// entry finds the entry at row i and column j.
func (p *partFilling) entry(w *Sparse, i, j int) (int, bool) {
	if p.last == nil {
		return w.entry(i, j)
	}
	last, column := &p.last[w.Kind[i]], j-w.First[i]
	if column < 0 {
		return 0, false
	}
	if last.column != column {
		last.column = column
		last.entry, last.ok = w.entry(i, j)
	}
	return last.entry, last.ok
}
