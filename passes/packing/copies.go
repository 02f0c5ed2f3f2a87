package packing

import (
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/rewrite"
)

// Behind a pooling without a product, most slots hold partial sums, and what reads it can put only few of its
// entries into each plaintext. A product with ones and zeros, which takes a level, cleans these slots, and sums with what lies
// further back fill them with copies.

// withCopies is the search for the same graph with a map that changes nothing behind each pooling that a map without
// windows reads. It fails where there is none.
func (s *search) withCopies() (*search, bool) {
	if s.slots == 1 || s.vectorsOnly {
		return nil, false
	}
	r, users, found := rewrite.New(s.g, tensor.Polynomial), s.g.Users(), false
	for _, n := range s.g.Nodes {
		v := r.Keep(n)
		if isUnitSum(n) && len(users[n.ID]) == 1 && isAffine(users[n.ID][0]) && !s.hasWindows(users[n.ID][0]) {
			r.To[n] = r.Out.MustAdd(n.Pos, tensor.Affine{Shape: n.Shape, Maps: []*tensor.Map{tensor.IdentityMap(n.Size())}}, v)
			found = true
		}
	}
	t := newSearch(r.Finish(), s.ring, s.slots)
	t.matched, t.patterns, t.windows = s.matched, s.patterns, s.windows
	return t, found
}

// isCopy says whether a node is such a map.
func isCopy(n *tensor.Node) bool {
	op := n.Op.(tensor.Affine)
	return len(op.Maps) == 1 && op.Maps[0].IsIdentity()
}

func isAffine(n *tensor.Node) bool {
	_, ok := n.Op.(tensor.Affine)
	return ok
}

// copying is the family of a map that changes nothing which copies its operand into all gaps; each slot takes it
// from the slots before.
func (im *image) copying() family {
	still := make([]int, len(im.out))
	out, collect := make([]bit, len(im.from)), make([]bit, len(im.from))
	f := family{perCt: size(im.out), step: 1, image: true}
	for k := 0; k < len(out); k++ {
		out[k], collect[k] = im.from[k], im.from[k]
		if !im.from[k].gap {
			continue
		}
		end := k
		for ; end < len(out) && im.from[end].gap; end++ {
			out[end], collect[end] = bit{steps: still}, im.from[end]
		}
		slots := 1 << len(out)
		f.folds = append(f.folds, foldSteps(slots-slots>>end, 1<<(end-k))...)
		k = end - 1
	}
	for _, fold := range f.folds {
		for k := range fold {
			fold[k] &= 1<<len(out) - 1
		}
	}
	lead := slices.IndexFunc(collect, func(b bit) bool { return !b.repeats() })
	f.out, f.collect = layoutOf(im.out, out), layoutOf(im.out, collect[lead:])
	f.period = f.collect.Slots
	return f
}
