package packing

import (
	"hecc/ir/he"
	"hecc/ir/tensor"
)

// elementPerCiphertext lays a polynomial graph out on one slot, for as many samples as a ciphertext has
// slots: each element of a value is a ciphertext of its own, each weight a number. Nothing is rotated.
func (s *search) elementPerCiphertext() *state {
	st := &state{}
	for _, n := range s.g.Nodes {
		l := he.Periodic(n.Size(), 1)
		ch, cost := choice{family: family{out: l}}, 0.0
		switch op := n.Op.(type) {
		case tensor.Affine:
			ch.ops = weightedSums(op, n.In)
			for _, sum := range ch.ops {
				cost += s.ring.Op(&he.Value{Op: sum, Degree: 1}, estimatedLimbs(s.remaining[n.ID]))
			}
		case tensor.Mul:
			cost = float64(n.Size()) * s.productCost(n)
		case tensor.Poly:
			cost = float64(n.Size()) * s.polyCost(n)
		}
		st = st.extend(l, ch, cost)
	}
	return st
}

// weightedSums gives the sum of products for each element of an affine map.
func weightedSums(op tensor.Affine, in []*tensor.Node) []he.Linear {
	sums := make([]he.Linear, op.Maps[0].Rows)
	for i := range sums {
		first := 0
		for k, m := range op.Maps {
			cols, vals := m.Row(i)
			for l, j := range cols {
				sums[i].Terms = append(sums[i].Terms, he.Term{Arg: first + j, Diag: he.Plain(vals[l : l+1 : l+1])})
			}
			first += in[k].Size()
		}
		if len(sums[i].Terms) == 0 {
			sums[i].Terms = []he.Term{{Diag: he.Plain{0}}}
		}
	}
	return sums
}
