package packing

import (
	"encoding/binary"

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

// streamed puts the operations of a circuit with an element in each ciphertext into the order in which few ciphertexts are
// held at once: each right before the first that reads it, so that pictures go through the layers of a network row by row.
// Sums of the same operands stand together, as those of all channels at one place, so that the server computes them together.
func streamed(c *he.Circuit) *he.Circuit {
	s := &stream{alike: map[string][]*he.Value{}, done: make([]bool, len(c.Values))}
	for _, v := range c.Values {
		if _, ok := v.Op.(he.Linear); ok {
			key := operands(v)
			s.alike[key] = append(s.alike[key], v)
		}
	}
	for id, last := range c.LastUse() {
		if last == id { // an input that nothing reads
			s.add(c.Values[id])
		}
	}
	for _, v := range c.Outputs {
		s.visit(v)
	}
	c.Values = s.order
	for id, v := range c.Values {
		v.ID = id
	}
	return c
}

// stream is the order so far.
type stream struct {
	alike map[string][]*he.Value // sums by their operands
	done  []bool                 // by the ID that values had
	order []*he.Value
}

func (s *stream) add(v *he.Value) {
	if !s.done[v.ID] {
		s.done[v.ID] = true
		s.order = append(s.order, v)
	}
}

// visit adds a value behind those that it needs, and behind it all sums of the same operands.
func (s *stream) visit(v *he.Value) {
	if s.done[v.ID] {
		return
	}
	for _, in := range v.In {
		s.visit(in)
	}
	if _, ok := v.Op.(he.Linear); !ok {
		s.add(v)
		return
	}
	for _, u := range s.alike[operands(v)] {
		s.add(u)
	}
}

func operands(v *he.Value) string {
	key := make([]byte, 0, 4*len(v.In))
	for _, in := range v.In {
		key = binary.LittleEndian.AppendUint32(key, uint32(in.ID))
	}
	return string(key)
}
