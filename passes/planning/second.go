package planning

import (
	"math"

	"hecc/ir/he"
)

// The product of two ciphertexts also contains the product of their noises. That is usually negligible, but in
// a sum of squares it adds up with one sign, since e·e is never negative. A bound on its mean is the mean of
// |e·e'| times the sum of |∂output/∂slot| over the slots of the product.

// varianceGain is the factor by which a sum of products with plaintexts scales the variance of independent
// noise: for each operand the sum of the squares of its diagonals, and that of the rotated ones, as means
// over the slots that have a nonzero weight.
type varianceGain struct {
	args    []float64
	rotated float64
}

func varianceGains(c *he.Circuit) []varianceGain {
	out := make([]varianceGain, len(c.Values))
	for i, v := range c.Values {
		if v.Op.Rule().Scale == he.ScaleByPlain {
			out[i] = varianceGainOf(v.Op.Meaning().Terms, len(v.In), c.Slots)
		}
	}
	return out
}

func varianceGainOf(terms []he.Term, args, slots int) varianceGain {
	p := varianceGain{args: make([]float64, args)}
	filled := make([]bool, slots)
	for _, t := range terms {
		sum := 0.0
		he.NonZero(t.Diag, slots, func(s int, d float64) {
			sum += d * d
			filled[(s-t.Giant)&(slots-1)] = true
		})
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

// merge adds up operands that became one.
func (g varianceGain) merge(arg []int) varianceGain {
	out := varianceGain{rotated: g.rotated}
	for k, x := range g.args {
		for len(out.args) <= arg[k] {
			out.args = append(out.args, 0)
		}
		out.args[arg[k]] += x
	}
	return out
}

// secondOrder gives, for each output, a bound on the mean of the products of noises.
func (m noiseModel) secondOrder(a assigned, pr *profile, added []noise) []float64 {
	out := make([]float64, len(pr.gain[0]))
	m.eachProduct(a, pr, added, func(_ *he.Value, k int, mean float64) { out[k] += mean })
	return out
}

// eachProduct gives what each product of ciphertexts adds to that of an output.
func (m noiseModel) eachProduct(a assigned, pr *profile, added []noise, add func(v *he.Value, output int, mean float64)) {
	variance := make([]float64, len(a.c.Values))
	for i, v := range a.c.Values {
		from := a.origin[v.ID]
		variance[i] = added[i].uniform + added[i].perEnergy*pr.varianceGain[from].rotated
		in := func(k int) float64 { return variance[v.In[k].ID] }
		switch does := v.Op.Meaning(); does.Kind {
		case he.Source:
		case he.Product:
			x, y := pr.active[a.origin[v.In[0].ID]], pr.active[a.origin[v.In[1].ID]]
			variance[i] += y*in(0) + x*in(1) + in(0)*in(1)
			for k, reach := range pr.coherentGain[from] {
				add(v, k, reach*math.Sqrt(in(0)*in(1)))
			}
		case he.Affine:
			switch {
			case multiplies(v.Op):
				for k := range v.In {
					variance[i] += pr.varianceGain[from].args[k] * in(k)
				}
			case len(v.In) == 1:
				variance[i] += float64(len(does.Terms)) * in(0)
			default: // the noises of the operands may be correlated
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
}
