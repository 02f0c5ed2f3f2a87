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
		if in, ok := v.Op.(Input); ok {
			copy(out, inputs[in.Index])
		} else {
			evalOp(v, values, out)
		}
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

func evalOp(v *Value, values [][]float64, out []float64) {
	var x, y []float64
	x = values[v.In[0].ID]
	if len(v.In) > 1 {
		y = values[v.In[1].ID]
	}
	switch op := v.Op.(type) {
	case Linear:
		evalLinear(op, v.In, values, out)
	case Fold:
		for _, s := range op.Steps {
			addRotated(out, x, s)
		}
	case Add:
		for t := range out {
			out[t] = x[t] + y[t]
		}
	case Sub:
		for t := range out {
			out[t] = x[t] - y[t]
		}
	case Mul:
		for t := range out {
			out[t] = x[t] * y[t]
		}
	case MulPlain:
		for t := range out {
			out[t] = x[t] * op.Plain.At(t)
		}
	case AddPlain:
		for t := range out {
			out[t] = x[t] + op.Plain.At(t)
		}
	default: // Relin, Rescale
		copy(out, x)
	}
}

func evalLinear(op Linear, in []*Value, values [][]float64, out []float64) {
	inner := map[int][]float64{0: out}
	for _, term := range op.Terms {
		acc := inner[term.Giant]
		if acc == nil {
			acc = make([]float64, len(out))
			inner[term.Giant] = acc
		}
		x, wrap := values[in[term.Arg].ID], len(out)-term.Baby
		term.Diag.addProducts(acc[:wrap], x[term.Baby:], 0)
		term.Diag.addProducts(acc[wrap:], x, wrap)
	}
	if len(inner) == 1 {
		return
	}
	_, giants := op.Rotations()
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
