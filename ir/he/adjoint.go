package he

// Adjoint adds, to the adjoints of v's operands in the order of v.In, the product of v's own adjoint with the
// transpose of the operation's Jacobian. values holds the slots, by ID, at which the Jacobian is taken, of the
// values that JacobianUses names.
func (v *Value) Adjoint(values [][]float64, own []float64, in [][]float64) {
	switch m := v.Op.Meaning(); m.Kind {
	case Source:
	case Affine:
		var buf []float64
		for _, t := range m.Terms {
			addTransposed(t, own, in[t.Arg], &buf)
		}
	case Product:
		x, y := values[v.In[0].ID], values[v.In[1].ID]
		for s := range own {
			in[0][s] += own[s] * y[s]
			in[1][s] += own[s] * x[s]
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
func addTransposed(t Term, own, in []float64, buf *[]float64) {
	mask := len(own) - 1
	if d, ok := t.Diag.(Diagonal); ok {
		d.addScattered(in, own, t.Baby, -t.Giant)
		return
	}
	diag := dense(t.Diag, buf, len(own))
	if t.Giant == 0 {
		wrap := len(own) - t.Baby
		diag.addProducts(in[t.Baby:], own[:wrap], 0)
		diag.addProducts(in[:t.Baby], own[wrap:], wrap)
		return
	}
	for s := range own {
		in[(s+t.Baby)&mask] += diag.At(s) * own[(s-t.Giant)&mask]
	}
}
