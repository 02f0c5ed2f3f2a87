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
	places, values, in := d.places()
	for _, p := range places {
		w := values[p.weight]
		for t := int(p.slot); w != 0 && t < slots; t += d.Of.Period {
			if in.sameElement(t, int(p.slot)) {
				f((t+d.Shift)&(slots-1), w)
			}
		}
	}
}

// addScattered adds, for the weight w of each slot t, w·x[t+from] to out[t+to].
func (d Diagonal) addScattered(out, x []float64, to, from int) {
	places, values, in := d.places()
	mask := len(out) - 1
	to, from, x = to+d.Shift, from+d.Shift, x[:len(out)]
	for _, p := range places {
		w := values[p.weight]
		for t := int(p.slot); t < len(out); t += d.Of.Period {
			if in.sameElement(t, int(p.slot)) {
				out[(t+to)&mask] += w * x[(t+from)&mask]
			}
		}
	}
}

// places lists the places of the diagonal, the weights that they refer to and the elements that they meet.
func (d Diagonal) places() ([]place, []float64, operandElements) {
	d.Of.once.Do(d.Of.findPlaces)
	from := 0
	if d.Index > 0 {
		from = d.Of.ends[d.Index-1]
	}
	reads := d.Of.Diagonals[d.Index]
	return d.Of.places[from:d.Of.ends[d.Index]], d.Of.Parts[reads.Part].Weights.Val,
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

// place is the slot of a weight.
type place struct{ slot, weight uint32 }

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
	m             *Matrix
	rows          []int            // row of the parts that each slot of a period collects for, or Empty
	elements      map[[2]int][]int // elements by part and ciphertext
	placed        [][]bool         // by part and entry
	open          [][]int          // by part: slots that collect for rows with unplaced entries
	unplacedInRow [][]int          // by part and row: unplaced entries
	unplaced      int              // in all
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
		w := &m.Parts[k].Weights
		unplacedInRow := make([]int, w.Rows)
		for i := range unplacedInRow {
			from, to := w.Row(i)
			unplacedInRow[i] = to - from
		}
		var open []int
		for t, i := range f.rows {
			if i != Empty && unplacedInRow[i] > 0 {
				open = append(open, t)
			}
		}
		f.placed, f.unplacedInRow, f.open = append(f.placed, make([]bool, len(w.Val))), append(f.unplacedInRow, unplacedInRow), append(f.open, open)
		f.unplaced += len(w.Val)
	}
	m.places, m.ends = make([]place, 0, f.unplaced), nil
	return f
}

// Unplaced is how many weights have no place yet.
func (f *Filling) Unplaced() int { return f.unplaced }

// OpenSlots is how many slots collect for rows of a part with unplaced entries: the cost of a Try.
func (f *Filling) OpenSlots(part int) int { return len(f.open[part]) }

// IsPlaced says whether an entry of a part has a place.
func (f *Filling) IsPlaced(part, entry int) bool { return f.placed[part][entry] }

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
	placed, unplacedInRow, open, mask := f.placed[d.Part], f.unplacedInRow[d.Part], f.open[d.Part], len(f.elements[key])-1
	before, still := f.unplaced, open[:0]
	for _, t := range open {
		i := f.rows[t]
		if unplacedInRow[i] == 0 {
			continue
		}
		still = append(still, t)
		j := columns[(t+d.Rotation)&mask]
		if j == Empty {
			continue
		}
		if k, ok := weights.entry(i, j); ok && !placed[k] {
			placed[k] = true
			unplacedInRow[i]--
			f.unplaced--
			f.m.places = append(f.m.places, place{uint32(t), uint32(k)})
		}
	}
	f.open[d.Part] = still
	f.m.ends = append(f.m.ends, len(f.m.places))
	return before - f.unplaced
}
