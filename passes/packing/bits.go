package packing

import (
	"math/bits"
	"slices"

	"hecc/ir/he"
	"hecc/passes/windows"
)

// bit is a dimension of size 2: one bit of the number of a slot.
type bit struct {
	steps []int // for each axis of the value
	gap   bool
}

func (b bit) repeats() bool {
	return !b.gap && !slices.ContainsFunc(b.steps, func(s int) bool { return s != 0 })
}

// along is the only axis that a bit moves on, or none.
func (b bit) along() int {
	axis := windows.None
	for a, s := range b.steps {
		switch {
		case s != 0 && axis != windows.None:
			return windows.None
		case s != 0:
			axis = a
		}
	}
	return axis
}

// bitsOf takes the layout of a value that has this shape and one ciphertext apart, outermost bit first. It fails
// for layouts along other axes.
func bitsOf(l he.Layout, shape []int) ([]bit, bool) {
	if l.Cts() > 1 || len(l.Axes) != len(shape) {
		return nil, false
	}
	for a, x := range l.Axes {
		if x.Extent != shape[a] || x.Wrap != 0 {
			return nil, false
		}
	}
	var out []bit
	for _, d := range l.Dims {
		for k := bits.Len(uint(d.Size)) - 2; k >= 0; k-- {
			b := bit{gap: d.Gap}
			for _, s := range d.Steps {
				b.steps = append(b.steps, s<<k)
			}
			out = append(out, b)
		}
	}
	return out, true
}

// layoutOf puts bits together.
func layoutOf(shape []int, list []bit) he.Layout {
	size, axes := 1, make([]he.Axis, len(shape))
	for a, n := range shape {
		size *= n
		axes[a].Extent = n
	}
	dims := make([]he.Dim, len(list))
	for k, b := range list {
		dims[k] = he.Dim{Size: 2, Steps: b.steps, Gap: b.gap}
	}
	return he.NewLayout(size, 1<<len(list), axes, dims...)
}

// move is a bit along an axis.
func move(axis, step, axes int) bit {
	b := bit{steps: make([]int, axes)}
	b.steps[axis] = step
	return b
}
