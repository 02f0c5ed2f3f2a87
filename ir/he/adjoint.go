package he

// Adjoint adds, to the adjoints of v's operands in the order of v.In, the product of v's own adjoint with the
// transpose of the operation's Jacobian. values holds the slots, by ID, at which the Jacobian is taken, of the
// values that JacobianUses names. There are as many adjoints side by side, of several outputs, as numbers for each slot.
func (v *Value) Adjoint(values [][]float64, slots int, own []float64, in [][]float64) {
	outputs := len(own) / slots
	switch m := v.Op.Meaning(); m.Kind {
	case Source:
	case Affine:
		var buf []float64
		for _, t := range m.Terms {
			addTransposed(t, outputs, own, in[t.Arg], &buf)
		}
	case Product:
		x, y := values[v.In[0].ID], values[v.In[1].ID]
		for s := range slots {
			for k := s * outputs; k < (s+1)*outputs; k++ {
				in[0][k] += own[k] * y[s]
				in[1][k] += own[k] * x[s]
			}
		}
	default:
		panic(noKind(v.Op))
	}
}

// JacobianUses says of each value, by ID, whether Adjoint reads its slots.
func (c *Circuit) JacobianUses() []bool {
	used := make([]bool, len(c.Values))
	for _, v := range c.Values {
		if v.Op.Meaning().Kind == Product {
			for _, x := range v.In {
				used[x.ID] = true
			}
		}
	}
	return used
}

// addTransposed adds the transpose of a term, applied to own, to in.
func addTransposed(t Term, outputs int, own, in []float64, buf *[]float64) {
	if d, ok := t.Diag.(Diagonal); ok {
		d.addScattered(in, own, outputs, t.Baby, -t.Giant)
		return
	}
	slots := len(own) / outputs
	mask, diag := slots-1, dense(t.Diag, buf, slots)
	if t.Giant == 0 {
		wrap := slots - t.Baby
		diag.addProducts(in[t.Baby*outputs:], own[:wrap*outputs], outputs, 0)
		diag.addProducts(in[:t.Baby*outputs], own[wrap*outputs:], outputs, wrap)
		return
	}
	for s := range slots {
		to, from := (s+t.Baby)&mask, (s-t.Giant)&mask
		addTimes(in[to*outputs:(to+1)*outputs], diag.At(s), own[from*outputs:])
	}
}
