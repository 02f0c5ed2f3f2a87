package he

import (
	"fmt"
	"slices"
)

// Diagonal is one diagonal of a matrix as a plaintext, shifted so that the rotation of the giant step undoes
// it.
type Diagonal struct {
	Of    *Matrix
	Index int // which of Of.Diagonals
	Shift int // slot t+Shift of the plaintext is slot t of the diagonal
}

// Dense writes the weights to their slots. The first call for a matrix finds the places of all weights.
func (d Diagonal) Dense(buf []float64) Plain {
	clear(buf)
	d.nonZero(len(buf), func(slot int, weight float64) { buf[slot] = weight })
	return buf
}

// nonZero calls f for the slots, of so many, that hold a weight.
func (d Diagonal) nonZero(slots int, f func(slot int, weight float64)) {
	runs, values, in := d.runs()
	for _, r := range runs {
		w := values[r.weight]
		for first := r.slot(); w != 0 && first < r.end(); first++ {
			for t := first; t < slots; t += d.Of.Period {
				if in.sameElement(t, first) {
					f((t+d.Shift)&(slots-1), w)
				}
			}
		}
	}
}

// addScattered adds, for the weight w of each slot t and each of so many samples, w·x[t+from] to out[t+to].
func (d Diagonal) addScattered(out, x []float64, samples, to, from int) {
	runs, values, in := d.runs()
	slots := len(out) / samples
	mask := slots - 1
	to, from = to+d.Shift, from+d.Shift
	for _, r := range runs {
		w := values[r.weight]
		for by := 0; r.slot()+by < slots; by += d.Of.Period {
			t, n := r.slot()+by, min(r.end()-r.slot(), slots-r.slot()-by)
			reads, adds := (t+from)&mask, (t+to)&mask
			if in.bySlot == nil && max(reads, adds)+n <= slots {
				addTimes(out[adds*samples:(adds+n)*samples], w, x[reads*samples:])
				continue
			}
			for ; n > 0; t, n = t+1, n-1 {
				if in.sameElement(t, t-by) {
					reads, adds := (t+from)&mask, (t+to)&mask
					addTimes(out[adds*samples:(adds+1)*samples], w, x[reads*samples:])
				}
			}
		}
	}
}

// runs lists the runs of the diagonal, the weights that they refer to and the elements that they meet.
func (d Diagonal) runs() ([]run, []float64, operandElements) {
	d.Of.once.Do(d.Of.findPlaces)
	from := 0
	if d.Index > 0 {
		from = d.Of.ends[d.Index-1]
	}
	reads := d.Of.Diagonals[d.Index]
	return d.Of.runs[from:d.Of.ends[d.Index]], d.Of.Parts[reads.Part].Weights.Val,
		operandElements{d.Of.columns[[2]int{reads.Part, reads.Ct}], reads.Rotation}
}

// operandElements are the elements that the slots of a diagonal meet in its operand, where they do not repeat with the
// matrix's period.
type operandElements struct {
	bySlot   []int // nil: they repeat
	rotation int
}

// sameElement says whether a slot meets the element of another one.
func (e operandElements) sameElement(slot, as int) bool {
	if e.bySlot == nil {
		return true
	}
	mask := len(e.bySlot) - 1
	return e.bySlot[(slot+e.rotation)&mask] == e.bySlot[(as+e.rotation)&mask]
}

func (d Diagonal) check(slots int) error {
	if d.Index < 0 || d.Index >= len(d.Of.Diagonals) || !inRange(d.Shift, slots) {
		return fmt.Errorf("diagonal %d of %d, shifted by %d", d.Index, len(d.Of.Diagonals), d.Shift)
	}
	return nil
}

// run is neighbouring slots with one weight: of a kind of rows that slots with neighbouring places collect for, or a single one.
type run struct {
	slots  uint32 // the first, and from bit runBits on how many follow it
	weight uint32
}

// runBits is enough for a slot.
const runBits = 17

const maxRun = 1 << (32 - runBits)

func (r run) slot() int { return int(r.slots & (1<<runBits - 1)) }
func (r run) end() int  { return r.slot() + int(r.slots>>runBits) + 1 }

// addRun adds a slot with a weight to the runs of the diagonal that begins at a run.
func (m *Matrix) addRun(slot, weight, first int) {
	if last := len(m.runs) - 1; last >= first {
		r := &m.runs[last]
		if int(r.weight) == weight && r.end() == slot && slot-r.slot() < maxRun {
			r.slots += 1 << runBits
			return
		}
	}
	m.runs = append(m.runs, run{uint32(slot), uint32(weight)})
}

func (m *Matrix) findPlaces() {
	f := m.newFilling()
	for _, d := range m.Diagonals {
		f.fillDiagonal(d)
	}
	m.unplaced = f.unplaced
}

// complete rejects a matrix of which some weight has no place.
func (m *Matrix) complete() error {
	m.once.Do(m.findPlaces)
	if m.unplaced > 0 {
		return fmt.Errorf("%d weights of the matrix stand in no diagonal", m.unplaced)
	}
	return nil
}

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
}

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
	return p, entries
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
		k, ok := p.entry(weights, i, j)
		if !ok {
			continue
		}
		begin, _, _ := weights.row(i)
		if at := p.begin[i] + k - begin; !p.placed[at] {
			p.placed[at] = true
			p.unplacedInRow[i]--
			f.unplaced--
			f.m.addRun(t, k, start)
		}
	}
	p.open = still
	f.m.ends = append(f.m.ends, len(f.m.runs))
	return before - f.unplaced
}

// entry finds the entry of a part at row i and column j.
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
