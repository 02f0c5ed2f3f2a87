package he

import "fmt"

// Eval computes the circuit in clear, slot for slot. After each value, observe (if
// not nil) sees it and may change it: that is how noise is simulated.
func (c *Circuit) Eval(inputs [][]float64, observe func(v *Value, slots []float64)) ([][]float64, error) {
	return c.EvalMany(inputs, 1, observe)
}

// EvalMany is Eval of several samples at once, so many side by side: what is given, seen and returned has the numbers of all
// samples in slot 0, then those in slot 1, and so on. The weights of a matrix are looked up once for all.
func (c *Circuit) EvalMany(inputs [][]float64, samples int, observe func(v *Value, slots []float64)) ([][]float64, error) {
	if len(inputs) != c.Input.Cts() {
		return nil, fmt.Errorf("%d input ciphertexts given, the circuit takes %d", len(inputs), c.Input.Cts())
	}
	values := make([][]float64, len(c.Values))
	last := c.LastUse()
	var free [][]float64
	for _, v := range c.Values {
		out := take(&free, samples*c.Slots)
		evalOp(v, samples, inputs, values, out)
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
func evalOp(v *Value, samples int, inputs, values [][]float64, out []float64) {
	switch m := v.Op.Meaning(); m.Kind {
	case Source:
		copy(out, inputs[m.Index])
	case Affine:
		evalTerms(m.Terms, samples, v.In, values, out)
		if m.Offset != nil {
			slots := len(out) / samples
			offset := m.Offset.Dense(make([]float64, slots))
			for t := range slots {
				for k := t * samples; k < (t+1)*samples; k++ {
					out[k] += offset.At(t)
				}
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
func evalTerms(terms []Term, samples int, in []*Value, values [][]float64, out []float64) {
	slots := len(out) / samples
	var giants []int
	inner := map[int][]float64{}
	var buf []float64
	for _, term := range terms {
		x := values[in[term.Arg].ID]
		if d, ok := term.Diag.(Diagonal); ok {
			d.addScattered(out, x, samples, -term.Giant, term.Baby)
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
		wrap, diag := slots-term.Baby, dense(term.Diag, &buf, slots)
		diag.addProducts(acc[:wrap*samples], x[term.Baby*samples:], samples, 0)
		diag.addProducts(acc[wrap*samples:], x, samples, wrap)
	}
	for _, g := range giants {
		addRotated(out, inner[g], g*samples)
	}
}

// addProducts adds p·x, for so many samples, to acc, whose first slot is number first.
func (p Plain) addProducts(acc, x []float64, samples, first int) {
	if len(p) == 1 {
		addTimes(acc, p[0], x)
		return
	}
	if samples == 1 {
		p, x = p[first:first+len(acc)], x[:len(acc)]
		for t, v := range x {
			acc[t] += p[t] * v
		}
		return
	}
	for t := 0; t < len(acc); t += samples {
		addTimes(acc[t:t+samples], p[first+t/samples], x[t:])
	}
}

// addTimes adds factor·x to acc, four numbers at a time.
func addTimes(acc []float64, factor float64, x []float64) {
	x = x[:len(acc)]
	for len(acc) >= 4 && len(x) >= 4 {
		acc[0] += factor * x[0]
		acc[1] += factor * x[1]
		acc[2] += factor * x[2]
		acc[3] += factor * x[3]
		acc, x = acc[4:], x[4:]
	}
	for k := range acc {
		acc[k] += factor * x[k]
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
