package packing

import (
	"fmt"
	"slices"

	"hecc/ir/he"
	"hecc/ir/tensor"
	"hecc/passes/windows"
)

// images lists families for maps whose result follows an axis of their first operand, as those of
// convolutions do, and for maps that read images. Elements of the result stand where the operand has those that they follow,
// so that a window takes one rotation for each of its places, and no map puts elements in order again. With a
// stride, results stand further apart: the bits of slots that count phases of the stride become free, as do all
// bits that the operand has for other axes, for repetitions and for gaps. Free bits hold the other axes of the
// result, each choice of neighbouring bits being a family, or collect partial sums.
func (s *search) images(n *tensor.Node, parts []part) []family {
	in, out := shapeOf(n.In[0]), shapeOf(n)
	if len(in) == 1 && len(out) == 1 {
		return nil
	}
	from, ok := bitsOf(parts[0].in, in)
	if !ok || len(parts) > 1 && slices.ContainsFunc(parts, func(p part) bool { return p.in.Cts() > 1 }) {
		return nil
	}
	im := newImage(from, s.windowsOf(n), out)
	if isCopy(n) {
		return []family{im.copying()}
	}
	clean := slices.ContainsFunc(s.g.Nodes, func(u *tensor.Node) bool { return u.Op.Name() == "poly" && u.In[0] == n })
	var list []family
	for _, choice := range im.choices() {
		f := im.family(choice, clean)
		if f.out.Check() == nil && !slices.ContainsFunc(list, func(g family) bool { return g.out.Equal(f.out) && g.collect.Equal(f.collect) }) {
			list = append(list, f)
		}
	}
	return list
}

// windowsOf are those of a node's first map, found once for maps with entries in the same places.
func (s *search) windowsOf(n *tensor.Node) []windows.Follow {
	m := n.Op.(tensor.Affine).Maps[0]
	key := fmt.Sprint(s.patterns.Of(m), shapeOf(n.In[0]), shapeOf(n))
	if s.windows[key] == nil {
		s.windows[key] = windows.Of(m, shapeOf(n.In[0]), shapeOf(n))
	}
	return s.windows[key]
}

// hasWindows says whether a map's result follows its operand on some axis.
func (s *search) hasWindows(n *tensor.Node) bool {
	return len(shapeOf(n))+len(shapeOf(n.In[0])) > 2 && slices.ContainsFunc(s.windowsOf(n), func(w windows.Follow) bool { return w.Axis != windows.None })
}

// movesOverImage says whether a node is a map whose windows can move over its operand as a state has laid it out.
func (s *search) movesOverImage(st *state, n *tensor.Node) bool {
	_, affine := n.Op.(tensor.Affine)
	return affine && !s.vectorsOnly && s.hasWindows(n) && len(s.images(n, partsOf(st, n))) > 0
}

// shapeOf is a node's shape without axes of one index.
func shapeOf(n *tensor.Node) []int { return tensor.ProperAxes(n.Shape) }

// image is the layout of a map's operand, and what its bits are to the result.
type image struct {
	from    []bit // of the operand
	carried []bit // of the result, where its axes follow the operand's; else without steps
	free    []int // bits that are not carried, outermost first
	need    []bit // bits of the result that free ones must hold, outermost first
	out     []int // the result's shape
}

func newImage(from []bit, moves []windows.Follow, out []int) *image {
	im := &image{from: from, carried: make([]bit, len(from)), out: out}
	has := make([]map[int]bool, len(out)) // steps on the result's axes
	for p := range has {
		has[p] = map[int]bool{}
	}
	for k := len(from) - 1; k >= 0; k-- {
		p, step := carriedBy(from[k], moves)
		if p == windows.None || step >= out[p] || has[p][step] {
			im.free = append([]int{k}, im.free...)
			continue
		}
		has[p][step] = true
		im.carried[k] = move(p, step, len(out))
	}
	for p, n := range out {
		for step := he.CeilPow2(n) / 2; step > 0; step /= 2 {
			if !has[p][step] {
				im.need = append(im.need, move(p, step, len(out)))
			}
		}
	}
	return im
}

// carriedBy is the axis of the result, and the step on it, that a bit of the operand moves along, or none.
func carriedBy(b bit, moves []windows.Follow) (axis, step int) {
	q := b.along()
	for p, w := range moves {
		if w.Axis == q && q != windows.None && b.steps[q]*w.Den%w.Num == 0 && isPow2(b.steps[q]*w.Den/w.Num) {
			return p, b.steps[q] * w.Den / w.Num
		}
	}
	return windows.None, 0
}

// choices lists which free bits hold the bits that are needed: neighbours, or repetitions first.
func (im *image) choices() [][]int {
	var list [][]int
	for first := 0; first+len(im.need) <= len(im.free); first++ {
		list = append(list, im.free[first:first+len(im.need)])
	}
	if len(list) == 0 {
		return nil
	}
	byUse := slices.Clone(im.free)
	slices.SortStableFunc(byUse, func(a, b int) int { return im.use(a) - im.use(b) })
	chosen := byUse[:len(im.need)]
	slices.Sort(chosen)
	return append(list, chosen)
}

// use orders free bits by what holding elements of the result costs: nothing for repetitions.
func (im *image) use(k int) int {
	switch {
	case im.from[k].repeats():
		return 0
	case im.from[k].gap:
		return 1
	}
	return 2
}

// family is the family that holds the needed bits in a choice of free bits. If the result must be clean, no partial
// sums are collected where folding them would leave others.
func (im *image) family(choice []int, mustBeClean bool) family {
	out, collect := slices.Clone(im.carried), slices.Clone(im.carried)
	for i, k := range choice {
		out[k], collect[k] = im.need[i], im.need[i]
	}
	still, clean, lead := make([]int, len(im.out)), true, 0
	f := family{perCt: size(im.out), step: 1, image: true}
	dirty := false
	for k := 0; k < len(out); k++ {
		if out[k].steps != nil {
			clean = false
			continue
		}
		switch {
		case im.from[k].repeats() && lead == k: // every repetition does the same
			lead++
			out[k] = bit{steps: still}
		case im.from[k].repeats() || im.from[k].gap || mustBeClean && !clean:
			out[k], collect[k] = bit{steps: still, gap: true}, bit{steps: still, gap: true}
			clean = false
		default: // partial sums
			end := k
			for end < len(out) && out[end].steps == nil && !im.from[end].repeats() && !im.from[end].gap {
				collect[end] = bit{steps: still}
				out[end] = bit{steps: still, gap: !clean}
				end++
			}
			dirty = dirty || !clean
			f.folds = append(f.folds, foldSteps(1<<(len(out)-end), 1<<(end-k))...)
			k = end - 1
		}
	}
	f.out, f.collect = layoutOf(im.out, out), layoutOf(im.out, collect[lead:])
	f.out.Dirty = dirty
	f.period = f.collect.Slots
	return f
}

func size(shape []int) int {
	n := 1
	for _, x := range shape {
		n *= x
	}
	return n
}
