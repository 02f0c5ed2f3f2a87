package packing

import (
	"cmp"
	"slices"

	"hecc/ir/he"
)

// preference is the order in which rotations are tried: first the multiples of a step, ascending, then all
// others, ascending; or, if the operand is spread out, all in descending order, so that its elements move
// into the gaps. The step is a power of two, and 1 in descending order.
type preference struct {
	slots, step int
	down        bool
}

func (f family) preference(in he.Layout) preference {
	return preference{in.Slots, f.step, f.step == 1 && in.Spread() > 1}
}

// at is multiple number n of the step, as a rotation.
func (p preference) at(n int) int {
	if p.down {
		n = -n
	}
	return n * p.step & (p.slots - 1)
}

// compare orders rotations by when they are tried.
func (p preference) compare(a, b int) int {
	if p.down {
		return cmp.Compare(-a&(p.slots-1), -b&(p.slots-1))
	}
	if late := cmp.Compare(min(a%p.step, 1), min(b%p.step, 1)); late != 0 {
		return late
	}
	return cmp.Compare(a, b)
}

// places lists, for each number from a first one on, the slots that have it, ascending.
type places struct {
	first        int
	begin, slots []int
}

func newPlaces(first, count int, numbers []int) places {
	p := places{first: first, begin: make([]int, count+1)}
	for _, e := range numbers {
		if e != he.Empty {
			p.begin[e-first+1]++
		}
	}
	for e := range count {
		p.begin[e+1] += p.begin[e]
	}
	p.slots = make([]int, p.begin[count])
	next := slices.Clone(p.begin)
	for t, e := range numbers {
		if e != he.Empty {
			p.slots[next[e-first]] = t
			next[e-first]++
		}
	}
	return p
}

func (p places) of(e int) []int { return p.slots[p.begin[e-p.first]:p.begin[e-p.first+1]] }

// ifHeld is what of gives, or none if the element is out of range.
func (p places) ifHeld(e int) []int {
	if e < p.first || e >= p.first+len(p.begin)-1 {
		return nil
	}
	return p.of(e)
}

// slotsByElement lists the slots of a period of a ciphertext by the element that they hold.
func slotsByElement(in he.Layout, ct int) places {
	elements := in.Elements(ct)[:in.Period()]
	lo, hi := in.Size, 0
	for _, e := range elements {
		if e != he.Empty {
			lo, hi = min(lo, e), max(hi, e+1)
		}
	}
	return newPlaces(lo, max(0, hi-lo), elements)
}

// collectors are the slots that collect for each row, in residue classes modulo the step of the preference: a
// rotation by a multiple of the step brings a slot to one of its own class. Slots are taken modulo a period
// of both the operand and the collectors, since a rotation by it changes nothing.
type collectors struct {
	slots  places // by row and class
	period int
	class  int // classes of a row
	prefer preference
}

func collectorsOf(m *he.Matrix, period int, prefer preference) collectors {
	c := collectors{period: period, class: min(prefer.step, period), prefer: prefer}
	rows, own := m.Parts[0].Weights.Rows, m.Collect.Period()
	elements := m.Collect.Elements(m.Ct)
	folds := own / period // slots that are equal modulo the period are neighbours in numbers
	numbers := make([]int, own)
	for t := range own {
		i := elements[t] - m.First
		if numbers[t%period*folds+t/period] = i*c.class + t%c.class; t >= m.Period || elements[t] == he.Empty || i < 0 || i >= rows {
			numbers[t%period*folds+t/period] = he.Empty
		}
	}
	c.slots = newPlaces(0, rows*c.class, numbers)
	for k := range c.slots.slots {
		c.slots.slots[k] /= folds
	}
	return c
}

// rotation is the first rotation in the order of preference that brings a slot to a collector of a row, or
// -1.
func (c collectors) rotation(row, slot int) int {
	slot %= c.period
	if by := c.nearest(row*c.class+slot%c.class, slot); by >= 0 {
		return by
	}
	best := -1
	for k := range c.class {
		if by := c.nearest(row*c.class+k, slot); by >= 0 && (best < 0 || c.prefer.compare(by, best) < 0) {
			best = by
		}
	}
	return best
}

// nearest is the first rotation in the order of preference that brings a slot to a collector of a class of a
// row, or -1.
func (c collectors) nearest(class, slot int) int {
	list := c.slots.of(class)
	if len(list) == 0 {
		return -1
	}
	k, exact := slices.BinarySearch(list, slot)
	if c.prefer.down { // the element moves up to the next collector
		up := (list[k%len(list)] - slot) & (c.period - 1)
		return -up & (c.prefer.slots - 1)
	}
	if !exact {
		k += len(list) - 1
	}
	return (slot - list[k%len(list)]) & (c.period - 1)
}
