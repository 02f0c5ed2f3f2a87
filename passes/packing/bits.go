package packing

import (
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

// bitsOf takes the layout of a value that has this shape apart, outermost bit of the slots first. It fails
// for layouts along other axes.
func bitsOf(l he.Layout, shape []int) ([]bit, bool) {
	if len(l.Axes) != len(shape) {
		return nil, false
	}
	for a, x := range l.Axes {
		if x.Extent != shape[a] || x.Wrap&(x.Wrap-1) != 0 {
			return nil, false
		}
	}
	var out []bit
	for slots, k := 1, len(l.Dims)-1; slots < l.Slots; k-- {
		d := l.Dims[k]
		for n := 1; n < d.Size; n *= 2 {
			b := bit{gap: d.Gap, steps: slices.Clone(d.Steps)}
			for a, x := range l.Axes {
				if b.steps[a] *= n; x.Wrap > 0 {
					b.steps[a] %= x.Wrap
				}
			}
			out = append(out, b)
		}
		slots *= d.Size
	}
	slices.Reverse(out)
	return out, true
}

// layoutOf puts bits together.
func layoutOf(shape []int, list []bit) he.Layout {
	axes := make([]he.Axis, len(shape))
	for a, n := range shape {
		axes[a].Extent = n
	}
	return sentLayout(axes, nil, list)
}

// sentLayout puts bits together, for several ciphertexts that dimensions count.
func sentLayout(axes []he.Axis, sent []he.Dim, list []bit) he.Layout {
	size, dims := 1, slices.Clone(sent)
	for _, x := range axes {
		size *= x.Extent
	}
	for _, b := range list {
		dims = append(dims, he.Dim{Size: 2, Steps: b.steps, Gap: b.gap})
	}
	return he.NewLayout(size, 1<<len(list), axes, dims...)
}

// move is a bit along an axis.
func move(axis, step, axes int) bit {
	b := bit{steps: make([]int, axes)}
	b.steps[axis] = step
	return b
}

func isPow2(n int) bool { return n&(n-1) == 0 }
