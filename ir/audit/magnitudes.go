package audit

import (
	"fmt"
	"math"

	"hecc/ir/he"
)

// magnitudes checks that every value times its scale stays below half of the modulus at its level: otherwise
// it wraps around, and all slots are lost. Interval arithmetic over the whole box, rounded to nearest, bounds
// most values. Others, after polynomials for whose arguments the intervals are too wide, are measured on
// inputs, and the report says by what factor they may exceed the measured magnitudes.
func (a *auditor) magnitudes() (finding, error) {
	c := a.p.Circuit
	bound := a.slotBounds()
	measured := make([]float64, len(c.Values))
	for _, x := range a.points.inside {
		if _, err := c.Eval(c.Input.Pack(x), func(v *he.Value, slots []float64) {
			for _, y := range slots {
				measured[v.ID] = max(measured[v.ID], math.Abs(y))
			}
		}); err != nil {
			return finding{}, err
		}
	}
	least, factor, proven := math.Inf(1), math.Inf(1), 0
	var tightest *he.Value
	for _, v := range c.Values {
		limit := c.Params.LogQ(v.Level) - 1 - math.Log2(v.Scale)
		headroom := limit - math.Log2(bound[v.ID])
		if headroom >= 0 {
			proven++
		} else if headroom = limit - math.Log2(measured[v.ID]); headroom >= 0 {
			factor = min(factor, math.Exp2(headroom))
		} else {
			return finding{}, fmt.Errorf("%s reaches %.3g, half of its modulus allows %.3g", at(v), measured[v.ID], math.Exp2(limit))
		}
		if headroom < least {
			least, tightest = headroom, v
		}
	}
	f := finding{
		detail:  fmt.Sprintf("no overflow; least room %.1f bits at %%%d %s; bounded by intervals on the whole box for %d of %d values", least, tightest.ID, tightest.Op.Name(), proven, len(c.Values)),
		figures: map[string]float64{"least_bits": least, "proven": float64(proven), "values": float64(len(c.Values))},
	}
	if proven < len(c.Values) {
		f.assumes = fmt.Sprintf("the others reach at most %.1f times what they reach on %d inputs whose arguments stay within %.2f of their intervals", factor, len(a.points.inside), a.points.t)
		f.figures["growth"] = factor
	}
	return f, nil
}

// slotRange is an interval for every slot of a value.
type slotRange struct{ lo, hi []float64 }

// slotBounds propagates the box through the circuit by interval arithmetic, and gives the largest absolute
// slot of each value.
func (a *auditor) slotBounds() []float64 {
	c := a.p.Circuit
	lo, hi := c.Input.Pack(a.p.Interface.Box.Lo), c.Input.Pack(a.p.Interface.Box.Hi)
	ranges := make([]slotRange, len(c.Values))
	largest := make([]float64, len(c.Values))
	last := c.LastUse()
	for _, v := range c.Values {
		b := slotRangeOf(v, lo, hi, ranges, c.Slots)
		for t := range b.lo {
			if m := max(-b.lo[t], b.hi[t]); !(m <= largest[v.ID]) {
				largest[v.ID] = m
			}
		}
		ranges[v.ID] = b
		for _, in := range v.In {
			if last[in.ID] == v.ID {
				ranges[in.ID] = slotRange{}
			}
		}
	}
	return largest
}

// slotRangeOf is the range of an operation's slots, given those of its operands, by ID, and the ends of the
// inputs.
func slotRangeOf(v *he.Value, lo, hi [][]float64, ranges []slotRange, slots int) slotRange {
	out := slotRange{make([]float64, slots), make([]float64, slots)}
	switch m := v.Op.Meaning(); m.Kind {
	case he.Source:
		return slotRange{lo[m.Index], hi[m.Index]}
	case he.Affine:
		buf := make([]float64, slots)
		for _, term := range m.Terms {
			out.addTerm(term, term.Diag.Dense(buf), ranges[v.In[term.Arg].ID])
		}
		if m.Offset != nil {
			offset := m.Offset.Dense(buf)
			for t := range slots {
				out.add(t, offset.At(t), offset.At(t))
			}
		}
	case he.Product:
		x, y := ranges[v.In[0].ID], ranges[v.In[1].ID]
		for t := range slots {
			out.product(t, x, y, v.In[0] == v.In[1])
		}
	default:
		panic("audit: no intervals for " + v.Op.Name())
	}
	return out
}

// addTerm widens all slots by a rotated operand times a diagonal.
func (b slotRange) addTerm(term he.Term, diag he.Plain, x slotRange) {
	mask := len(b.lo) - 1
	for t := range b.lo {
		if d := diag.At(t); d != 0 {
			from := (t + term.Baby) & mask
			b.add((t-term.Giant)&mask, d*x.lo[from], d*x.hi[from])
		}
	}
}

// add widens a slot by a range whose ends may come in either order.
func (b slotRange) add(t int, x, y float64) {
	b.lo[t] += min(x, y)
	b.hi[t] += max(x, y)
}

func (b slotRange) product(t int, x, y slotRange, square bool) {
	ends := [4]float64{x.lo[t] * y.lo[t], x.lo[t] * y.hi[t], x.hi[t] * y.lo[t], x.hi[t] * y.hi[t]}
	b.lo[t], b.hi[t] = ends[0], ends[0]
	for _, e := range ends[1:] {
		b.lo[t], b.hi[t] = min(b.lo[t], e), max(b.hi[t], e)
	}
	if square && b.lo[t] < 0 { // the ends have different signs: the least square is zero
		b.lo[t] = 0
	}
}
