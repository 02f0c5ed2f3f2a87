package packing

import (
	"slices"

	"hecc/ir/he"
	"hecc/ir/tensor"
)

// Choices for the layout of an image that the client encrypts.
var (
	phaseFactors = []int{1, 2, 4, 8} // strides whose phases stand in bits of their own
	tapGroups    = []int{1, 2, 4}    // copies that are moved on by a part of a window
)

// imageInputs lists layouts for an input that maps read in windows: a raster on the axes that results follow,
// outside of it channels, repetitions for the results' channels, phases of strides, and copies that a part of
// the window moves on, so that each copy meets other weights. All that costs the server nothing.
func (s *search) imageInputs(n *tensor.Node) []he.Layout {
	var out []he.Layout
	shape := shapeOf(n)
	for _, u := range s.g.Nodes {
		if _, ok := u.Op.(tensor.Affine); !ok || u.In[0] != n {
			continue
		}
		windows := axesOf(s.windowsOf(u), len(shape))
		if !slices.ContainsFunc(windows, func(w follows) bool { return w.axis != none }) {
			continue
		}
		for _, factor := range phaseFactors {
			for _, groups := range tapGroups {
				for _, outside := range []bool{false, true} {
					l, ok := s.raster(shape, windows, factor, groups, outside)
					if ok && l.Check() == nil && !slices.ContainsFunc(out, l.Equal) {
						out = append(out, l)
					}
				}
			}
		}
	}
	return out
}

// axesOf sorts windows by the operand's axes; axes that nothing follows have none.
func axesOf(windows []follows, axes int) []follows {
	out := make([]follows, axes)
	for q := range out {
		out[q].axis = none
	}
	for _, w := range windows {
		if w.axis != none {
			out[w.axis] = w
		}
	}
	return out
}

// raster is an image's layout with this many phases on each axis in a window, if it fits. Repetitions stand
// outside of the phases or between them and the raster.
func (s *search) raster(shape []int, windows []follows, factor, groups int, outside bool) (he.Layout, bool) {
	var phases, channels, raster []bit
	widest := none
	for q, w := range windows {
		if w.axis == none {
			channels = append(channels, movesOn(q, 1, shape[q], len(shape))...)
			continue
		}
		f := max(factor, 1)
		if w.num > 1 && w.num&(w.num-1) != 0 { // a stride that is no power of two has its own phases
			f = w.num
		}
		phases = append(phases, movesOn(q, 1, f, len(shape))...)
		raster = append(raster, movesOn(q, f, (shape[q]+f-1)/f, len(shape))...)
		if widest == none || w.width > windows[widest].width {
			widest = q
		}
	}
	if groups > 1 {
		step := factor * ((windows[widest].width + factor*groups - 1) / (factor * groups))
		phases = append(movesOn(widest, step, groups, len(shape)), phases...)
	}
	used := append(append(slices.Clone(phases), channels...), raster...)
	var repeats []bit
	for 1<<(len(used)+len(repeats)) < s.slots {
		repeats = append(repeats, bit{steps: make([]int, len(shape))})
	}
	list := append(append(append(phases, channels...), repeats...), raster...)
	if outside {
		list = append(repeats, used...)
	}
	return layoutOf(shape, list), 1<<len(list) == s.slots
}

// movesOn are bits for n steps along an axis.
func movesOn(axis, step, n, axes int) []bit {
	var list []bit
	for m := he.CeilPow2(n) / 2; m > 0; m /= 2 {
		list = append(list, move(axis, m*step, axes))
	}
	return list
}
