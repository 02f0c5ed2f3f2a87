package he

import (
	"fmt"
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
