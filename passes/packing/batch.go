package packing

import (
	"hecc/ir/he"
	"hecc/ir/tensor"
)

// packElements writes a polynomial graph on one slot, for as many samples as a ciphertext has slots: each
// element of a value is a ciphertext of its own, each weight a number. Nothing is rotated.
func packElements(g *tensor.Graph) *he.Circuit {
	st := &state{}
	for _, n := range g.Nodes {
		l := he.Layout{Size: n.Size(), Slots: 1, PerCt: 1, Block: 1, Stride: 1, Mod: 1}
		ch := choice{family: family{out: l}}
		if op, ok := n.Op.(tensor.Affine); ok {
			ch.ops = weightedSums(op, n.In)
		}
		st = st.extend(l, ch, 0)
	}
	return emit(g, 1, st)
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
