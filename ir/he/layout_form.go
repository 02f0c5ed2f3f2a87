package he

import (
	"fmt"
	"slices"
)

// MaxLanes bounds the samples of a ciphertext.
const MaxLanes = 1 << 17

// Budgets of a layout: a few bytes of a client file may not ask for any amount of memory or time.
const (
	maxSlots = 1 << 17
	maxCts   = 1 << 12
	maxSize  = 1 << 22 // elements: a client file has no room for the range of more
	maxAxes  = 8
	maxDims  = 32
)

// normal is the same layout in normal form: steps are below the wraps; dimensions that act as gaps are gaps;
// none has size 1; neighbours are merged where one continues the other; no axis has a wrap that its indices
// do not reach, and none has a single index and no dimension along it.
func (l Layout) normal() Layout {
	l.Axes = append([]Axis{}, l.Axes...) // JSON has [] for none, not null
	split := l.ciphertextDims()
	ciphertexts, slots := l.merged(l.Dims[:split]), l.merged(l.Dims[split:])
	l.Dims = append(append([]Dim{}, ciphertexts...), slots...)
	for a := range l.Axes {
		if l.reach(a) < l.Axes[a].Wrap {
			l.Axes[a].Wrap = 0
			return l.normal() // steps are no longer taken modulo that wrap
		}
	}
	for a := len(l.Axes) - 1; a >= 0; a-- {
		if l.Axes[a].Extent != 1 || l.reach(a) != 0 {
			continue
		}
		l.Axes = slices.Delete(l.Axes, a, a+1)
		for k := range l.Dims {
			l.Dims[k].Steps = slices.Delete(l.Dims[k].Steps, a, a+1)
		}
	}
	return l
}

// reach is the largest index on an axis before it wraps.
func (l Layout) reach(axis int) int {
	most := 0
	for _, d := range l.Dims {
		most += (d.Size - 1) * d.Steps[axis]
	}
	return most
}

// merged copies dimensions, simplified.
func (l Layout) merged(dims []Dim) []Dim {
	var out []Dim
	for _, d := range dims {
		d = l.simple(d)
		if d.Size == 1 {
			continue
		}
		if n := len(out); n > 0 && l.continues(out[n-1], d) {
			out[n-1] = Dim{out[n-1].Size * d.Size, d.Steps, d.Gap}
			continue
		}
		out = append(out, d)
	}
	return out
}

// simple takes steps modulo the wraps. A dimension whose first step leads beyond its axis becomes a gap.
func (l Layout) simple(d Dim) Dim {
	d.Steps = append([]int{}, d.Steps...)
	for a, x := range l.Axes {
		if x.Wrap > 0 {
			d.Steps[a] %= x.Wrap
		} else if d.Steps[a] >= x.Extent {
			d.Gap = true
		}
	}
	if d.Gap {
		clear(d.Steps)
	}
	return d
}

// continues says whether two neighbours are one dimension.
func (l Layout) continues(outer, inner Dim) bool {
	if outer.Gap != inner.Gap {
		return false
	}
	for a, x := range l.Axes {
		d := outer.Steps[a] - inner.Steps[a]*inner.Size
		if x.Wrap > 0 {
			d %= x.Wrap
		}
		if d != 0 {
			return false
		}
	}
	return true
}

// Check rejects a layout that has invalid numbers, does not hold every element, or is not in normal form, so
// that a layout is written in one way only.
func (l Layout) Check() error {
	if err := l.checkForm(); err != nil {
		return err
	}
	return l.checkHolds()
}

// checkForm makes all checks of Check except that every element is held. It is as fast as reading the layout.
func (l Layout) checkForm() error {
	if err := l.checkNumbers(); err != nil {
		return err
	}
	cts, slots, split := 1, 1, l.ciphertextDims()
	for k, d := range l.Dims {
		if k < split {
			cts *= d.Size
			if d.Gap {
				return fmt.Errorf("layout %v has ciphertexts without elements", l)
			}
		} else {
			slots *= d.Size
		}
		if cts > maxCts || slots > l.Slots {
			break
		}
	}
	if cts > maxCts || slots != l.Slots {
		return fmt.Errorf("layout %v does not fit its slots, %d, or has more than %d ciphertexts", l, l.Slots, maxCts)
	}
	product := 1
	for _, x := range l.Axes {
		if product *= x.Extent; product > maxSize {
			return fmt.Errorf("layout %v has axes for more than %d elements", l, maxSize)
		}
	}
	if l.Size > product || len(l.Axes) > 0 && l.Size <= product-product/l.Axes[0].Extent {
		return fmt.Errorf("layout %v has %d elements on axes for %d", l, l.Size, product)
	}
	if n := l.normal(); !l.Equal(n) {
		return fmt.Errorf("layout %v must be written as %v", l, n)
	}
	return nil
}

// checkNumbers checks each number alone.
func (l Layout) checkNumbers() error {
	if l.Size < 1 || l.Size > maxSize || l.Slots < 1 || l.Slots > maxSlots || l.Slots&(l.Slots-1) != 0 || len(l.Axes) > maxAxes || len(l.Dims) > maxDims {
		return fmt.Errorf("layout of %d elements, %d slots, %d axes, %d dimensions: out of range", l.Size, l.Slots, len(l.Axes), len(l.Dims))
	}
	for _, x := range l.Axes {
		if x.Extent < 1 || x.Extent > maxSize || x.Wrap < 0 || x.Wrap > maxSize {
			return fmt.Errorf("layout: axis %+v out of range", x)
		}
	}
	for _, d := range l.Dims {
		if d.Size < 2 || d.Size > maxSlots || len(d.Steps) != len(l.Axes) {
			return fmt.Errorf("layout: dimension %+v out of range, or not on %d axes", d, len(l.Axes))
		}
		for _, s := range d.Steps {
			if s < 0 || s > maxSize {
				return fmt.Errorf("layout: dimension %+v out of range", d)
			}
		}
	}
	return nil
}

// checkHolds looks for elements that no place holds. Axes that share no dimension are checked separately.
func (l Layout) checkHolds() error {
	for done, a := uint(0), 0; a < len(l.Axes); a++ {
		if done>>a&1 == 1 {
			continue
		}
		group := l.together(a)
		done |= group
		if part := l.along(group); !part.holdsAll() {
			return fmt.Errorf("layout %v does not hold every element", l)
		}
	}
	return nil
}

// together is the set, as bits, of the axes that are connected to an axis by dimensions along several axes.
func (l Layout) together(axis int) uint {
	group := uint(1) << axis
	for grown := true; grown; {
		grown = false
		for _, d := range l.Dims {
			set := uint(0)
			for a, s := range d.Steps {
				if s != 0 {
					set |= 1 << a
				}
			}
			if set&group != 0 && set&^group != 0 {
				group, grown = group|set, true
			}
		}
	}
	return group
}

// along is the part of a layout on a set of axes: these axes, and the dimensions along them.
func (l Layout) along(group uint) Layout {
	part := Layout{Size: 1}
	for a, x := range l.Axes {
		if group>>a&1 == 1 {
			part.Axes = append(part.Axes, x)
			part.Size *= x.Extent
		}
	}
	for _, d := range l.Dims {
		own := Dim{Size: d.Size}
		for a, s := range d.Steps {
			if group>>a&1 == 1 {
				own.Steps = append(own.Steps, s)
			}
		}
		if !own.repeats() {
			part.Dims = append(part.Dims, own)
		}
	}
	return part
}

// holdsAll goes through all places and ticks off elements.
func (l Layout) holdsAll() bool {
	places := 1
	for _, d := range l.Dims {
		if places *= d.Size; places > maxSize {
			return false // the budget of this check
		}
	}
	if places < l.Size {
		return false
	}
	seen, missing := make([]bool, l.Size), l.Size
	for w := l.cursorAt(0, 0); places > 0 && missing > 0; places-- {
		if e := w.element(); e != Empty && !seen[e] {
			seen[e] = true
			missing--
		}
		w.next()
	}
	return missing == 0
}
