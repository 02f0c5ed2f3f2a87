package he

import (
	"fmt"
	"slices"
)

// Element is the element that a slot of ciphertext ct holds, or Empty.
func (l Layout) Element(ct, slot int) int {
	w := l.cursorAt(ct, slot)
	return w.element()
}

// Elements lists what Element gives for all slots of a ciphertext.
func (l Layout) Elements(ct int) []int {
	out := make([]int, l.Slots)
	l.fill(out, l.ciphertextDims(), l.cursorAt(ct, 0).index)
	return out
}

// fill lists the elements along the dimensions from the k-th on, from given indices.
func (l *Layout) fill(out []int, k int, index []int) {
	if k == len(l.Dims) {
		out[0] = l.number(index)
		return
	}
	d, n := l.Dims[k], len(out)/l.Dims[k].Size
	for digit := range d.Size {
		switch part := out[digit*n : (digit+1)*n]; {
		case digit == 0 || !d.Gap && !d.repeats():
			l.fill(part, k+1, index)
		case d.Gap:
			for t := range part {
				part[t] = Empty
			}
		default:
			copy(part, out[:n])
		}
		for a, s := range d.Steps {
			index[a] += s
		}
	}
	for a, s := range d.Steps {
		index[a] -= d.Size * s
	}
}

// cursor is a position in a layout that moves from place to place.
type cursor struct {
	l      *Layout
	digits []int
	index  []int // on each axis, not wrapped
	gaps   int   // dimensions of gaps whose digit is not zero
}

func (l *Layout) cursorAt(ct, slot int) cursor {
	w := cursor{l, make([]int, len(l.Dims)), make([]int, len(l.Axes)), 0}
	at := ct*l.Slots + slot
	for k := len(l.Dims) - 1; k >= 0; k-- {
		w.step(k, at%l.Dims[k].Size)
		at /= l.Dims[k].Size
	}
	return w
}

// step moves along a dimension, from or to digit 0.
func (w *cursor) step(k, by int) {
	d := &w.l.Dims[k]
	w.digits[k] += by
	for a, s := range d.Steps {
		w.index[a] += by * s
	}
	if d.Gap && by != 0 {
		w.gaps++
		if by < 0 {
			w.gaps -= 2
		}
	}
}

// next goes to the next place, and from the last to the first.
func (w *cursor) next() {
	for k := len(w.digits) - 1; k >= 0; k-- {
		d := &w.l.Dims[k]
		if w.digits[k] == d.Size-1 {
			w.step(k, -w.digits[k])
			continue
		}
		if w.digits[k]++; d.Gap && w.digits[k] == 1 {
			w.gaps++
		}
		for a, s := range d.Steps {
			w.index[a] += s
		}
		return
	}
}

func (w *cursor) element() int {
	if w.gaps > 0 {
		return Empty
	}
	return w.l.number(w.index)
}

// number is the element with these indices, which are not wrapped yet, or Empty.
func (l *Layout) number(index []int) int {
	e := 0
	for a, x := range l.Axes {
		i := index[a]
		if x.Wrap > 0 {
			i %= x.Wrap
		}
		if i >= x.Extent {
			return Empty
		}
		e = e*x.Extent + i
	}
	if e >= l.Size {
		return Empty
	}
	return e
}

// Full says whether every slot of every ciphertext holds an element.
func (l Layout) Full() bool {
	for ct := range l.Cts() {
		if slices.Contains(l.Elements(ct), Empty) {
			return false
		}
	}
	return true
}

// Find lists the first place of every element as ct*Slots+slot.
func (l Layout) Find() ([]int, error) {
	at := make([]int, l.Size)
	for i := range at {
		at[i] = Empty
	}
	once := l.withoutRepeats()
	for w, n := once.cursorAt(0, 0), once.places(); n > 0; n-- {
		if e := w.element(); e != Empty && at[e] == Empty {
			at[e] = l.place(w.digits)
		}
		w.next()
	}
	for e, place := range at {
		if place == Empty {
			return nil, fmt.Errorf("layout %v holds element %d nowhere", l, e)
		}
	}
	return at, nil
}

// withoutRepeats is the layout without repetitions and gaps: of their dimensions only the digit 0 is left.
func (l Layout) withoutRepeats() Layout {
	l.Dims = slices.Clone(l.Dims)
	for k, d := range l.Dims {
		if d.Gap || d.repeats() {
			l.Dims[k].Size = 1
		}
	}
	return l
}

// places is how many digits there are.
func (l Layout) places() int {
	n := 1
	for _, d := range l.Dims {
		n *= d.Size
	}
	return n
}

// place is the number with these digits.
func (l Layout) place(digits []int) int {
	at := 0
	for k, d := range l.Dims {
		at = at*d.Size + digits[k]
	}
	return at
}

// Pack writes the elements of x to the slots of every ciphertext, and zero elsewhere.
func (l Layout) Pack(x []float64) [][]float64 {
	cts := make([][]float64, l.Cts())
	for ct := range cts {
		cts[ct] = make([]float64, l.Slots)
		for t, e := range l.Elements(ct) {
			if e != Empty {
				cts[ct][t] = x[e]
			}
		}
	}
	return cts
}

// Unpack reads the elements back from their first places.
func (l Layout) Unpack(cts [][]float64) ([]float64, error) {
	at, err := l.Find()
	if err != nil {
		return nil, err
	}
	x := make([]float64, l.Size)
	for e, place := range at {
		x[e] = cts[place/l.Slots][place%l.Slots]
	}
	return x, nil
}
