package packing

import (
	"math/bits"

	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/tensor"
)

// emitter writes the chosen state as a circuit.
type emitter struct {
	c  *he.Circuit
	st *state
	at [][]*he.Value // the ciphertexts of each node, by ID
}

func emit(g *tensor.Graph, slots int, st *state) *he.Circuit {
	e := &emitter{he.New(g.File, slots), st, make([][]*he.Value, len(g.Nodes))}
	for _, n := range g.Nodes {
		e.at[n.ID] = e.node(n)
	}
	out := g.Outputs[0].Node
	e.c.Input, e.c.Output = st.layouts[g.Input().ID], st.layouts[out.ID]
	e.c.Outputs = e.at[out.ID]
	return dropUnused(e.c)
}

func (e *emitter) node(n *tensor.Node) []*he.Value {
	var cts []*he.Value
	for ct := range e.st.layouts[n.ID].Cts() {
		cts = append(cts, e.ciphertext(n, ct))
	}
	return cts
}

func (e *emitter) ciphertext(n *tensor.Node, ct int) *he.Value {
	switch op := n.Op.(type) {
	case tensor.Input:
		return e.c.Add(n.Pos, he.Input{Index: ct})
	case tensor.Affine:
		return e.affine(n, op, ct)
	case tensor.Mul:
		return e.c.Add(n.Pos, he.Mul{}, e.at[n.In[0].ID][ct], e.at[n.In[1].ID][ct])
	case tensor.Poly:
		return e.poly(n, op, ct)
	}
	panic("packing: " + n.Op.Name())
}

// affine emits the diagonals, the folds and the bias.
func (e *emitter) affine(n *tensor.Node, op tensor.Affine, ct int) *he.Value {
	var args []*he.Value
	for _, in := range n.In {
		args = append(args, e.at[in.ID]...)
	}
	ch := e.st.choices[n.ID]
	v := e.linear(n.Pos, ch.ops[ct], args)
	for _, steps := range ch.family.folds {
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

// linear drops the operands that no term reads; a single product without rotation is a
// MulPlain, which also takes operands of degree 2.
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
	if len(terms) == 1 && terms[0].Baby == 0 {
		return e.c.Add(pos, he.MulPlain{Plain: terms[0].Diag}, used[0])
	}
	return e.c.Add(pos, he.Linear{Terms: terms}, used...)
}

// spread puts a number for each element of a node into the slots that hold the element.
func (e *emitter) spread(n *tensor.Node, ct int, of func(i int) float64) he.Plain {
	l := e.st.layouts[n.ID]
	p := make(he.Plain, l.Slots)
	for t := range p {
		if i := l.Element(ct, t); i != he.Empty {
			p[t] = of(i)
		}
	}
	return p
}

func (e *emitter) addPlain(pos diag.Pos, v *he.Value, p he.Plain) *he.Value {
	for _, x := range p {
		if x != 0 {
			return e.c.Add(pos, he.AddPlain{Plain: p}, v)
		}
	}
	return v
}

// PolyDepth is the multiplicative depth of a polynomial: powers, coefficients, and the
// last product where there is one.
func PolyDepth(degree int) int {
	if degree < 1 {
		return 1
	}
	return bits.Len(uint(degree)) + 1
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
