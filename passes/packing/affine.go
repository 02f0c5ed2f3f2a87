package packing

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"hecc/ir/he"
	"hecc/ir/tensor"
	"hecc/passes/internal/parallel"
)

// choice is how one affine map is computed.
type choice struct {
	family family
	ops    []he.Linear // for each ciphertext of the result; nil during the search, which only prices families
	sums   bool        // folds add up the operand itself
}

// expandAffine lists the ways to lay out the result of an affine map.
func (s *search) expandAffine(st *state, n *tensor.Node) []*state {
	parts := partsOf(st, n)
	limbs := estimatedLimbs(s.remaining[n.ID])
	var out, skews []*state
	for _, f := range s.families(n, parts) {
		if cost, ok := s.price(&f, n, parts, limbs); ok {
			out = append(out, st.extend(f.out, choice{family: f}, cost))
		}
	}
	if s.last[n.ID] == len(s.g.Nodes) || !s.vectorsOnly && s.hasWindows(n) {
		return out // partial sums in the output would only take precision
	}
	for _, f := range skewed(n.Size(), parts) {
		if cost, ok := s.price(&f, n, parts, limbs); ok {
			skews = append(skews, st.extend(f.out, choice{family: f}, cost))
		}
	}
	slices.SortStableFunc(skews, byCost)
	return append(out, skews[:min(len(skews), skewedWidth)]...)
}

func byCost(a, b *state) int { return cmp.Compare(a.cost, b.cost) }

// partsOf are the operands of an affine map.
func partsOf(st *state, n *tensor.Node) []part {
	parts := make([]part, len(n.In))
	for k, in := range n.In {
		parts[k] = part{n.Op.(tensor.Affine).Maps[k], st.layouts[in.ID]}
	}
	return parts
}

// families lists the result layouts worth trying. Where windows move over an image, no others come near those of
// images, and matching them would take most of the time.
func (s *search) families(n *tensor.Node, parts []part) []family {
	if s.vectorsOnly {
		return families(n.Size(), parts)
	}
	list := s.images(n, parts)
	if len(list) > 0 && s.hasWindows(n) {
		return list
	}
	return append(families(n.Size(), parts), list...)
}

// families lists the layouts for vectors.
func families(size int, parts []part) []family {
	h := he.CeilPow2(size)
	out := []family{cyclic(size, h, parts)}
	for _, p := range parts {
		if c := p.in.Spread(); c > h {
			out = append(out, cyclic(size, c, parts))
		}
	}
	if f, ok := contiguous(size, parts); ok {
		out = append(out, f)
	}
	return out
}

// price is the cost of a family for an affine map. It fails if the family does not fit.
func (s *search) price(f *family, n *tensor.Node, parts []part, limbs int) (float64, bool) {
	total := 0.0
	for _, diagonals := range s.match(*f, n, parts) {
		if diagonals == nil {
			return 0, false
		}
		m := &he.Matrix{Diagonals: diagonals}
		for _, p := range parts {
			m.Parts = append(m.Parts, he.Part{In: p.in})
		}
		op, cost := f.babyGiant(m, argIndex(parts), s.ring, limbs)
		if f.sumsInPlace(n, parts[0], op) {
			cost = 0
			f.out.Dirty = f.out.Dirty || !readsAll(parts[0])
		}
		total += cost + s.foldCost(*f, limbs)
	}
	return total, true
}

// match gives the diagonals of a family for each ciphertext of the result, nil where they do not cover the map.
// They are found once for maps with entries in the same places.
func (s *search) match(f family, n *tensor.Node, parts []part) [][]he.RotatedOperand {
	if f.skewed > 0 {
		var diagonals []he.RotatedOperand
		for k := range parts {
			for by := range f.skewed {
				diagonals = append(diagonals, he.RotatedOperand{Part: k, Rotation: by})
			}
		}
		return [][]he.RotatedOperand{diagonals}
	}
	key := fmt.Sprint(f.collect, f.step, f.image)
	for _, p := range parts {
		if key += fmt.Sprintln(p.in, p.m.Rows); !p.m.IsDense() {
			key += fmt.Sprintln(s.patterns.Of(p.m))
		}
	}
	if _, ok := s.matched[key]; !ok && f.image {
		var diagonals []he.RotatedOperand
		for k, p := range parts {
			diagonals = append(diagonals, f.coverPart(k, p)...)
		}
		s.matched[key] = [][]he.RotatedOperand{diagonals}
	} else if !ok {
		for ct := range f.out.Cts() {
			m, ok := f.match(parts, ct)
			if m.Diagonals = append([]he.RotatedOperand{}, m.Diagonals...); !ok {
				m.Diagonals = nil
			}
			s.matched[key] = append(s.matched[key], m.Diagonals)
		}
	}
	return s.matched[key]
}

// complete writes the linear maps of a state as operations.
func (s *search) complete(st *state) error {
	return parallel.For(context.Background(), len(s.g.Nodes), func(id int) error {
		n := s.g.Nodes[id]
		if _, ok := n.Op.(tensor.Affine); !ok {
			return nil
		}
		parts, c := partsOf(st, n), &st.choices[n.ID]
		for ct := range c.family.out.Cts() {
			m, ok := c.family.matchByKinds(parts, ct)
			if !ok {
				return fmt.Errorf("%%%d %s: diagonals from %v do not cover the map to %v", n.ID, n.Op.Name(), parts[0].in, c.family.out)
			}
			op, _ := c.family.babyGiant(m, argIndex(parts), s.ring, estimatedLimbs(s.remaining[n.ID]))
			c.ops = append(c.ops, op)
			c.sums = c.family.sumsInPlace(n, parts[0], op)
		}
		return nil
	})
}

// foldCost is the cost of a family's folds for one ciphertext.
func (s *search) foldCost(f family, limbs int) float64 {
	total := 0.0
	for _, steps := range f.folds {
		total += s.ring.Op(&he.Value{Op: he.Fold{Steps: steps}, Degree: 1}, limbs)
	}
	return total
}

// argIndex numbers the ciphertexts of all operands.
func argIndex(parts []part) func(operand, ct int) int {
	return func(operand, ct int) int {
		for _, p := range parts[:operand] {
			ct += p.in.Cts()
		}
		return ct
	}
}
