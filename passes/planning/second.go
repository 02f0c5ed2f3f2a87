package planning

import (
	"math"

	"hecc/ir/he"
)

// A product of two ciphertexts multiplies their noise as well. That is small where noise is, but where it is
// not, as in a sum of squares, it adds up with one sign, since e·e is never negative. It is bounded by the
// mean of |e·e'|, times how strongly all slots of the product together reach an output.

// power is how a sum of products with plaintexts scales the variance of independent noise: for each operand
// the sum of the squares of its diagonals, and that of the rotated ones, as means over the slots that get
// anything.
type power struct {
	args    []float64
	rotated float64
}

func powers(c *he.Circuit) []power {
	out := make([]power, len(c.Values))
	for i, v := range c.Values {
		if v.Op.Rule().Scale == he.ScaleByPlain {
			out[i] = powerOf(v.Op.Meaning().Terms, len(v.In), c.Slots)
		}
	}
	return out
}

func powerOf(terms []he.Term, args, slots int) power {
	p := power{args: make([]float64, args)}
	filled := make([]bool, slots)
	for _, t := range terms {
		sum := 0.0
		for s := range slots {
			if d := t.Diag.At(s); d != 0 {
				sum += d * d
				filled[(s-t.Giant)&(slots-1)] = true
			}
		}
		p.args[t.Arg] += sum
		if t.Baby != 0 || t.Giant != 0 {
			p.rotated += sum
		}
	}
	active := 0.0
	for _, f := range filled {
		if f {
			active++
		}
	}
	active = max(active, 1)
	for k := range p.args {
		p.args[k] /= active
	}
	p.rotated /= active
	return p
}

// secondOrder adds, for each output, the mean of products of noise.
func (m noiseModel) secondOrder(a assigned, pr *profile, added []noise) []float64 {
	out := make([]float64, len(pr.gain[0]))
	variance := make([]float64, len(a.c.Values))
	for i, v := range a.c.Values {
		from := a.origin[v.ID]
		variance[i] = added[i].uniform + added[i].perEnergy*pr.power[from].rotated
		in := func(k int) float64 { return variance[v.In[k].ID] }
		switch does := v.Op.Meaning(); does.Kind {
		case he.Source:
		case he.Product:
			x, y := pr.active[a.origin[v.In[0].ID]], pr.active[a.origin[v.In[1].ID]]
			variance[i] += y*in(0) + x*in(1) + in(0)*in(1)
			for k, reach := range pr.coherent[from] {
				out[k] += reach * math.Sqrt(in(0)*in(1))
			}
		case he.Affine:
			switch {
			case multiplies(v.Op):
				for k := range v.In {
					variance[i] += pr.power[from].args[k] * in(k)
				}
			case len(v.In) == 1:
				variance[i] += float64(len(does.Terms)) * in(0)
			default: // the operands may have the same noise
				both := 0.0
				for k := range v.In {
					both += math.Sqrt(in(k))
				}
				variance[i] += both * both
			}
		default:
			panic("planning: no second order for " + v.Op.Name())
		}
	}
	return out
}
