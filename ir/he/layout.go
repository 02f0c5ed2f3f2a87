package he

import "slices"

// Layout says which slot of which ciphertext holds which element of a value.
//
// A value has axes, as an image has rows and columns; its elements are numbered in row-major order. A place,
// slot t of ciphertext c, is the number c·Slots+t. The dimensions split that number into digits as the sizes
// of an array split the number of an entry, the last dimension's digit changing fastest. The first dimensions
// count ciphertexts, the others, whose sizes multiply to Slots, count slots. A step along a dimension
//
//   - increases the index on an axis (on several axes: Rotom's roll), modulo the axis's wrap if it has one,
//   - or leads to the same element once more: a repetition, whose steps are zero,
//   - or, in slots, leads into a gap: only places whose digit is 0 there hold an element.
//
// So the indices are a linear function of the digits. A place whose index is beyond some axis's extent holds
// no element. This generalises CuTe's shapes and strides by a stride for each axis, and the layouts of bits
// in Fhelipe, since every dimension of slots is a power of two.
//
//	784, i<784 mod 832: [64:13i] [128:i]                  copies, each 13 further than the one before
//	100, i<100: [128:i] [64:gap]                          spread out
//	784, i<28, j<28: [2:i] [2:j] [8:rep] [16:2i] [16:2j]  an image in four phases of rasters, for eight maps
//	2000, i<4, j<512: [4:i] | [2:rep] [512:j]             four ciphertexts
type Layout struct {
	Size  int    `json:"size"`  // elements of the value
	Slots int    `json:"slots"` // of a ciphertext
	Axes  []Axis `json:"axes"`
	Dims  []Dim  `json:"dims"`
	Dirty bool   `json:"dirty"` // slots without an element may hold anything; else they hold zero
}

// Axis is an axis of a value. The first one may be longer than the value's elements fill.
type Axis struct {
	Extent int `json:"extent"` // indices in [0, Extent) have elements
	Wrap   int `json:"wrap"`   // indices are taken modulo it; 0: they do not wrap
}

// Dim is a dimension of places.
type Dim struct {
	Size  int   `json:"size"`
	Steps []int `json:"steps"` // for each axis, by how much one step moves the index
	Gap   bool  `json:"gap"`   // a gap; all steps are zero
}

// Empty is what Element returns for a slot without an element.
const Empty = -1

// NewLayout is the layout with these dimensions, outermost first, in its normal form: see Check. The axes are
// copied.
func NewLayout(size, slots int, axes []Axis, dims ...Dim) Layout {
	l := Layout{Size: size, Slots: slots, Axes: axes, Dims: dims}
	return l.normal()
}

// Move is a dimension along one axis, with the given step, of a value with so many axes.
func Move(size, axis, step, axes int) Dim {
	d := Dim{Size: size, Steps: make([]int, axes)}
	d.Steps[axis] = step
	return d
}

// Repeat is a dimension that repeats elements of a value with so many axes.
func Repeat(size, axes int) Dim { return Dim{Size: size, Steps: make([]int, axes)} }

// Gap is a dimension that spreads out elements of a value with so many axes.
func Gap(size, axes int) Dim { return Dim{Size: size, Steps: make([]int, axes), Gap: true} }

// Vector lays out a vector, perCt elements in each ciphertext, along dimensions of slots: it has two axes,
// the first of which counts ciphertexts.
func Vector(size, slots, perCt, wrap int, dims ...Dim) Layout {
	cts := (size + perCt - 1) / perCt
	return NewLayout(size, slots, []Axis{{Extent: cts}, {Extent: perCt, Wrap: wrap}}, append([]Dim{Move(cts, 0, 1, 2)}, dims...)...)
}

// Periodic repeats a vector with the least power of two as its period; a vector
// longer than the slots takes several ciphertexts.
func Periodic(size, slots int) Layout {
	period := min(CeilPow2(size), slots)
	return Vector(size, slots, min(size, period), 0, Repeat(slots/period, 2), Move(period, 1, 1, 2))
}

// CeilPow2 is the least power of two that is at least n.
func CeilPow2(n int) int {
	p := 1
	for p < n {
		p *= 2
	}
	return p
}

// Equal says whether two layouts have the same dimensions. Two layouts in normal form that put all elements
// in the same places are nearly always equal.
func (l Layout) Equal(o Layout) bool {
	same := func(a, b Dim) bool { return a.Size == b.Size && a.Gap == b.Gap && slices.Equal(a.Steps, b.Steps) }
	return l.Size == o.Size && l.Slots == o.Slots && l.Dirty == o.Dirty && slices.Equal(l.Axes, o.Axes) && slices.EqualFunc(l.Dims, o.Dims, same)
}

// ciphertextDims is the number of dimensions that count ciphertexts: the sizes of the dimensions after them
// multiply to Slots.
func (l Layout) ciphertextDims() int {
	k, n := len(l.Dims), 1
	for ; k > 0 && n < l.Slots; k-- {
		n *= l.Dims[k-1].Size
	}
	return k
}

// Cts is the number of ciphertexts.
func (l Layout) Cts() int {
	n := 1
	for _, d := range l.Dims[:l.ciphertextDims()] {
		n *= d.Size
	}
	return n
}

// Period is the number of slots after which a ciphertext repeats itself.
func (l Layout) Period() int {
	if slots := l.Dims[l.ciphertextDims():]; len(slots) > 0 && slots[0].repeats() {
		return l.Slots / slots[0].Size
	}
	return l.Slots
}

// Spread is the distance between neighbouring places that may hold elements: the size of the innermost gap.
func (l Layout) Spread() int {
	if n := len(l.Dims); n > l.ciphertextDims() && l.Dims[n-1].Gap {
		return l.Dims[n-1].Size
	}
	return 1
}

// repeats says whether a dimension leads to the same element again.
func (d Dim) repeats() bool {
	return !d.Gap && !slices.ContainsFunc(d.Steps, func(s int) bool { return s != 0 })
}
