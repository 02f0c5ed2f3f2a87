package packing

import (
	"slices"

	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/tensor"
	"hecc/passes/polyeval"
)

// emitter writes the chosen state as a circuit.
type emitter struct {
	c     *he.Circuit
	st    *state
	trees []*polyeval.Tree
	at    [][]*he.Value // the ciphertexts of each node, by ID
}

func emit(g *tensor.Graph, slots int, st *state, trees []*polyeval.Tree) *he.Circuit {
	e := &emitter{he.New(g.File, slots), st, trees, make([][]*he.Value, len(g.Nodes))}
	for _, n := range g.Nodes {
		e.at[n.ID] = e.node(n)
	}
	out := g.Outputs[0].Node
	e.c.Input, e.c.Output = st.layouts[g.Input().ID], st.layouts[out.ID]
	e.c.Outputs = e.at[out.ID]
	return dropUnused(e.c)
}

func (e *emitter) node(n *tensor.Node) []*he.Value {
	cts := make([]*he.Value, e.st.layouts[n.ID].Cts())
	if op, ok := n.Op.(tensor.Affine); ok {
		// Sums of the same operands stand together, so that the server can compute them together.
		for ct := range cts {
			cts[ct] = e.diagonals(n, ct)
		}
		for ct := range cts {
			cts[ct] = e.foldAndShift(n, op, ct, cts[ct])
		}
		return cts
	}
	for ct := range cts {
		cts[ct] = e.ciphertext(n, ct)
	}
	return cts
}

func (e *emitter) ciphertext(n *tensor.Node, ct int) *he.Value {
	switch op := n.Op.(type) {
	case tensor.Input:
		return e.c.Add(n.Pos, he.Input{Index: ct})
	case tensor.Mul:
		return e.c.Add(n.Pos, he.Mul{}, e.at[n.In[0].ID][ct], e.at[n.In[1].ID][ct])
	case tensor.Poly:
		return e.poly(n, op, ct)
	}
	panic("packing: " + n.Op.Name())
}

// diagonals emits the products of an affine map.
func (e *emitter) diagonals(n *tensor.Node, ct int) *he.Value {
	var args []*he.Value
	for _, in := range n.In {
		args = append(args, e.at[in.ID]...)
	}
	c := e.st.choices[n.ID]
	if c.sums {
		return args[0]
	}
	return e.linear(n.Pos, c.ops[ct], args)
}

// foldAndShift emits the folds and the bias of an affine map.
func (e *emitter) foldAndShift(n *tensor.Node, op tensor.Affine, ct int, v *he.Value) *he.Value {
	for _, steps := range e.st.choices[n.ID].family.folds {
		v = e.c.Add(n.Pos, he.Fold{Steps: steps}, v)
	}
	bias := make([]float64, n.Size())
	for _, m := range op.Maps {
		for i, b := range m.Bias {
			bias[i] += b
		}
	}
	return e.addPlain(n.Pos, v, e.spread(n, ct, func(i int) float64 { return bias[i] }))
}

// linear drops the operands that no term reads. A single product that is not one with a matrix is a MulPlain.
func (e *emitter) linear(pos diag.Pos, op he.Linear, args []*he.Value) *he.Value {
	var used []*he.Value
	index := map[int]int{}
	terms := make([]he.Term, len(op.Terms))
	for i, t := range op.Terms {
		if _, ok := index[t.Arg]; !ok {
			index[t.Arg] = len(used)
			used = append(used, args[t.Arg])
		}
		terms[i] = t
		terms[i].Arg = index[t.Arg]
	}
	if _, ok := terms[0].Diag.(he.Diagonal); !ok && len(terms) == 1 {
		return e.c.Add(pos, he.MulPlain{Plain: terms[0].Diag}, used[0])
	}
	return e.c.Add(pos, he.Linear{Terms: terms}, used...)
}

// spread writes a number for each element of a node to the slots that hold the element.
func (e *emitter) spread(n *tensor.Node, ct int, of func(i int) float64) he.Plaintext {
	s := he.Spread{Layout: e.st.layouts[n.ID], Ct: ct}
	s.Layout.Dirty = false
	held := slices.DeleteFunc(s.Layout.Elements(ct), func(e int) bool { return e == he.Empty })
	s.First = slices.Min(held)
	for i, last := s.First, slices.Max(held); i <= last; i++ {
		s.Values = append(s.Values, of(i))
	}
	if s.Layout.Slots == 1 {
		return he.Plain(s.Values)
	}
	return s
}

// addPlain adds a plaintext, unless it is zero.
func (e *emitter) addPlain(pos diag.Pos, v *he.Value, p he.Plaintext) *he.Value {
	var values []float64
	switch p := p.(type) {
	case he.Plain:
		values = p
	case he.Spread:
		values = p.Values
	}
	if !slices.ContainsFunc(values, func(x float64) bool { return x != 0 }) {
		return v
	}
	return e.c.Add(pos, he.AddPlain{Plain: p}, v)
}

// dropUnused removes values that no output depends on; inputs stay.
func dropUnused(c *he.Circuit) *he.Circuit {
	live := make([]bool, len(c.Values))
	for _, v := range c.Outputs {
		live[v.ID] = true
	}
	for i := len(c.Values) - 1; i >= 0; i-- {
		if _, ok := c.Values[i].Op.(he.Input); ok {
			live[i] = true
		}
		if live[i] {
			for _, in := range c.Values[i].In {
				live[in.ID] = true
			}
		}
	}
	kept := c.Values[:0:0]
	for i, v := range c.Values {
		if live[i] {
			v.ID = len(kept)
			kept = append(kept, v)
		}
	}
	c.Values = kept
	return c
}
