package packing

import (
	"slices"

	"hecc/ir/he"
	"hecc/ir/tensor"
	"hecc/passes/windows"
)

// Choices for the layout of an image that the client encrypts.
var (
	phaseFactors = []int{1, 2, 4} // strides whose phases stand in bits of their own
	tapGroups    = []int{1, 2}    // copies that are moved on by a part of a window
)

// form is a choice for the layout of an image.
type form struct {
	factor int // phases on each axis
	groups int // copies in the slots that a part of the window moves on
	inside int // repetitions inside of the phases
	sent   sending
}

// imageInputs lists layouts for an input that maps read in windows: a raster on the axes that results follow,
// outside of it channels, repetitions for the results' channels, phases of strides, and copies that a part of
// the window moves on, so that each copy meets other weights; and several ciphertexts that differ by such moves.
// All that costs the server little.
func (s *search) imageInputs(n *tensor.Node) []he.Layout {
	var out []he.Layout
	shape := shapeOf(n)
	for _, u := range s.g.Nodes {
		if _, ok := u.Op.(tensor.Affine); !ok || u.In[0] != n {
			continue
		}
		maps := otherAxes(u, s.windowsOf(u))
		moves := byOperandAxis(s.windowsOf(u), len(shape))
		if !slices.ContainsFunc(moves, func(w windows.Follow) bool { return w.Axis != windows.None }) {
			continue
		}
		for _, f := range forms(maps) {
			l, ok := s.raster(shape, moves, f)
			if ok && l.Check() == nil && !slices.ContainsFunc(out, l.Equal) {
				out = append(out, l)
			}
		}
	}
	return out
}

// forms lists the choices for an image from which so many maps are made.
func forms(maps int) (list []form) {
	for _, factor := range phaseFactors {
		for _, groups := range tapGroups {
			for _, inside := range []int{1, maps, 2 * maps} {
				list = append(list, form{factor, groups, inside, sentOnce})
			}
			for _, sent := range []sending{sentHalf, sentWhole} { // then no bit of the slots matters more than others
				list = append(list, form{factor, groups, maps, sent})
			}
		}
	}
	return list
}

// otherAxes is the number of elements of a result on the axes that follow none of the operand's.
func otherAxes(u *tensor.Node, found []windows.Follow) int {
	n := u.Size()
	for p, w := range found {
		if w.Axis != windows.None {
			n /= shapeOf(u)[p]
		}
	}
	return n
}

// byOperandAxis sorts windows by the operand's axes; axes that nothing follows have none.
func byOperandAxis(found []windows.Follow, axes int) []windows.Follow {
	out := make([]windows.Follow, axes)
	for q := range out {
		out[q].Axis = windows.None
	}
	for _, w := range found {
		if w.Axis != windows.None {
			out[w.Axis] = w
		}
	}
	return out
}

// raster is an image's layout of some form, if it fits. Repetitions inside of the phases are
// for maps of the result; others stand outside, where they outlast the folds of phases.
func (s *search) raster(shape []int, moves []windows.Follow, f form) (he.Layout, bool) {
	var phases, channels, raster []bit
	axes := make([]he.Axis, len(shape))
	widest := windows.None
	for q, w := range moves {
		axes[q].Extent = shape[q]
		if w.Axis == windows.None {
			channels = append(channels, movesOn(q, 1, shape[q], len(shape))...)
			continue
		}
		n := f.factor
		if w.Num > 1 && !isPow2(w.Num) { // a stride that is no power of two has its own phases
			n = w.Num
		}
		phases = append(phases, movesOn(q, 1, n, len(shape))...)
		raster = append(raster, movesOn(q, n, (shape[q]+n-1)/n, len(shape))...)
		axes[q].Wrap = n * he.CeilPow2((shape[q]+n-1)/n)
		if widest == windows.None || w.Width() > moves[widest].Width() {
			widest = q
		}
	}
	sent, groups, ok := f.moved(moves, axes, widest)
	list := append(append(groups, phases...), channels...)
	for n := 1; n < f.inside && 1<<(len(list)+len(raster)) < s.slots; n *= 2 {
		list = append(list, bit{steps: make([]int, len(shape))})
	}
	list = append(list, raster...)
	for 1<<len(list) < s.slots {
		list = append([]bit{{steps: make([]int, len(shape))}}, list...)
	}
	return sentLayout(axes, sent, list), ok && 1<<len(list) == s.slots
}

// movesOn are bits for n steps along an axis.
func movesOn(axis, step, n, axes int) []bit {
	var list []bit
	for m := he.CeilPow2(n) / 2; m > 0; m /= 2 {
		list = append(list, move(axis, m*step, axes))
	}
	return list
}
