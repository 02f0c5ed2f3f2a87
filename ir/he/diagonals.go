package he

import "fmt"

// Diagonal is one diagonal of a matrix as a plaintext, shifted by what a giant step rotates it back.
type Diagonal struct {
	Of    *Matrix
	Index int // which of Of.Diagonals
	Shift int // slot t+Shift of the plaintext is slot t of the diagonal
}

// Dense writes the weights to their slots. The first time for a matrix it looks for the places of all weights.
func (d Diagonal) Dense(buf []float64) Plain {
	d.Of.once.Do(d.Of.findPlaces)
	clear(buf)
	from := 0
	if d.Index > 0 {
		from = d.Of.ends[d.Index-1]
	}
	values := d.Of.Parts[d.Of.Diagonals[d.Index].Part].Weights.Val
	period, mask := d.Of.Collect.Slots, len(buf)-1
	for _, p := range d.Of.places[from:d.Of.ends[d.Index]] {
		for t := int(p.slot) + d.Shift; t < len(buf)+d.Shift; t += period {
			buf[t&mask] = values[p.weight]
		}
	}
	return buf
}

func (d Diagonal) check(slots int) error {
	if d.Index < 0 || d.Index >= len(d.Of.Diagonals) || !inRange(d.Shift, slots) {
		return fmt.Errorf("diagonal %d of %d, shifted by %d", d.Index, len(d.Of.Diagonals), d.Shift)
	}
	return nil
}

// place is where a weight stands.
type place struct{ slot, weight uint32 }

func (m *Matrix) findPlaces() {
	f := m.begin()
	for _, d := range m.Diagonals {
		f.take(d)
	}
	m.missing = f.left
}

// complete rejects a matrix of which some weight has no place.
func (m *Matrix) complete() error {
	m.once.Do(m.findPlaces)
	if m.missing > 0 {
		return fmt.Errorf("%d weights of the matrix stand in no diagonal", m.missing)
	}
	return nil
}

// Filling is a matrix whose diagonals are being chosen.
type Filling struct {
	m     *Matrix
	rows  []int            // of the parts, that each slot of a period collects for, or Empty
	in    map[[2]int][]int // elements by part and ciphertext
	taken [][]bool         // by part and entry
	open  [][]int          // by part: slots that collect for rows with entries left
	more  [][]int          // by part and row: entries left
	left  int              // in all
}

// Fill starts to choose the diagonals of a matrix that has none.
func (m *Matrix) Fill() *Filling {
	f := m.begin()
	m.once.Do(func() {}) // places are found while they are chosen
	m.missing = f.left
	return f
}

func (m *Matrix) begin() *Filling {
	f := &Filling{m: m, rows: m.Collect.Elements(m.Ct), in: map[[2]int][]int{}}
	for t, i := range f.rows {
		if i -= m.First; i < 0 || i >= m.Parts[0].Weights.Rows {
			i = Empty
		}
		f.rows[t] = i
	}
	for k := range m.Parts {
		w := &m.Parts[k].Weights
		more := make([]int, w.Rows)
		for i := range more {
			from, to := w.Row(i)
			more[i] = to - from
		}
		var open []int
		for t, i := range f.rows {
			if i != Empty && more[i] > 0 {
				open = append(open, t)
			}
		}
		f.taken, f.more, f.open = append(f.taken, make([]bool, len(w.Val))), append(f.more, more), append(f.open, open)
		f.left += len(w.Val)
	}
	m.places, m.ends = make([]place, 0, f.left), nil
	return f
}

// Left is how many weights have no place yet.
func (f *Filling) Left() int { return f.left }

// Open is how many slots collect for rows of a part that have entries left: what Try goes through.
func (f *Filling) Open(part int) int { return len(f.open[part]) }

// Taken says whether an entry of a part has a place.
func (f *Filling) Taken(part, entry int) bool { return f.taken[part][entry] }

// Try adds a diagonal to the matrix if some weight's place would be on it, and says how many are.
func (f *Filling) Try(d Meeting) int {
	n := f.take(d)
	if n == 0 {
		f.m.ends = f.m.ends[:len(f.m.ends)-1]
		return 0
	}
	f.m.Diagonals = append(f.m.Diagonals, d)
	f.m.missing = f.left
	return n
}

// take gives weights their places on a diagonal.
func (f *Filling) take(d Meeting) int {
	key := [2]int{d.Part, d.Ct}
	if f.in[key] == nil {
		f.in[key] = f.m.Parts[d.Part].In.Elements(d.Ct)
	}
	columns, weights := f.in[key], &f.m.Parts[d.Part].Weights
	taken, more, open, mask := f.taken[d.Part], f.more[d.Part], f.open[d.Part], len(f.in[key])-1
	before, still := f.left, open[:0]
	for _, t := range open {
		i := f.rows[t]
		if more[i] == 0 {
			continue
		}
		still = append(still, t)
		j := columns[(t+d.Rotation)&mask]
		if j == Empty {
			continue
		}
		if k, ok := weights.entry(i, j); ok && !taken[k] {
			taken[k] = true
			more[i]--
			f.left--
			f.m.places = append(f.m.places, place{uint32(t), uint32(k)})
		}
	}
	f.open[d.Part] = still
	f.m.ends = append(f.m.ends, len(f.m.places))
	return before - f.left
}
