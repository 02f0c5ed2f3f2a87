package he

import "fmt"

// Eval computes the circuit in clear, slot for slot. After each value, observe (if
// not nil) sees it and may change it: that is how noise is simulated.
func (c *Circuit) Eval(inputs [][]float64, observe func(v *Value, slots []float64)) ([][]float64, error) {
	if len(inputs) != c.Input.Cts() {
		return nil, fmt.Errorf("%d input ciphertexts given, the circuit takes %d", len(inputs), c.Input.Cts())
	}
	values := make([][]float64, len(c.Values))
	last := c.LastUse()
	var free [][]float64
	for _, v := range c.Values {
		out := take(&free, c.Slots)
		evalOp(v, inputs, values, out)
		if observe != nil {
			observe(v, out)
		}
		values[v.ID] = out
		for _, in := range v.In {
			if last[in.ID] == v.ID && values[in.ID] != nil {
				free = append(free, values[in.ID])
				values[in.ID] = nil
			}
		}
	}
	outs := make([][]float64, len(c.Outputs))
	for i, v := range c.Outputs {
		outs[i] = values[v.ID]
	}
	return outs, nil
}

// take reuses a buffer, cleared, or makes one.
func take(free *[][]float64, n int) []float64 {
	if k := len(*free); k > 0 {
		buf := (*free)[k-1]
		*free = (*free)[:k-1]
		clear(buf)
		return buf
	}
	return make([]float64, n)
}

// evalOp computes an operation on the values of its operands, by ID, into slots that hold zero.
func evalOp(v *Value, inputs, values [][]float64, out []float64) {
	switch m := v.Op.Meaning(); m.Kind {
	case Source:
		copy(out, inputs[m.Index])
	case Affine:
		evalTerms(m.Terms, v.In, values, out)
		if m.Offset != nil {
			offset := m.Offset.Dense(make([]float64, len(out)))
			for t := range out {
				out[t] += offset.At(t)
			}
		}
	case Product:
		x, y := values[v.In[0].ID], values[v.In[1].ID]
		for t := range out {
			out[t] = x[t] * y[t]
		}
	default:
		panic(noKind(v.Op))
	}
}

// evalTerms adds up the terms of each giant step, and then rotates the sums. Weights of a matrix go straight to
// their slots.
func evalTerms(terms []Term, in []*Value, values [][]float64, out []float64) {
	var giants []int
	inner := map[int][]float64{}
	var buf []float64
	for _, term := range terms {
		x := values[in[term.Arg].ID]
		if d, ok := term.Diag.(Diagonal); ok {
			d.addScattered(out, x, -term.Giant, term.Baby)
			continue
		}
		acc := out
		if term.Giant != 0 {
			if acc = inner[term.Giant]; acc == nil {
				acc = make([]float64, len(out))
				inner[term.Giant] = acc
				giants = append(giants, term.Giant)
			}
		}
		wrap, diag := len(out)-term.Baby, dense(term.Diag, &buf, len(out))
		diag.addProducts(acc[:wrap], x[term.Baby:], 0)
		diag.addProducts(acc[wrap:], x, wrap)
	}
	for _, g := range giants {
		addRotated(out, inner[g], g)
	}
}

// addProducts adds p·x to acc, whose first slot is number first.
func (p Plain) addProducts(acc, x []float64, first int) {
	x = x[:len(acc)]
	if len(p) == 1 {
		for t, v := range x {
			acc[t] += p[0] * v
		}
		return
	}
	p = p[first : first+len(acc)]
	for t, v := range x {
		acc[t] += p[t] * v
	}
}

// addRotated adds rot(x, by) to out.
func addRotated(out, x []float64, by int) {
	wrap := len(out) - by
	for t, v := range x[by:] {
		out[t] += v
	}
	for t, v := range x[:by] {
		out[wrap+t] += v
	}
}
