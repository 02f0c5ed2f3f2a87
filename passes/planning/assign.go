package planning

import (
	"fmt"
	"math"

	"hecc/ir/he"
)

// assigned is a planned circuit, with the packed value that each of its values comes from.
type assigned struct {
	c      *he.Circuit
	origin []int
}

// assigner copies a packed circuit and inserts what planning adds.
//
// The scale of a product of two ciphertexts is given; that of a product with a plaintext is
// free, and is chosen so that sums add equal scales and rescaling ends exactly at
// the scale of the depth. A value is rescaled and relinearised when something reads it that
// needs it so: sums do not, and a product by a plaintext takes degree 2. Relinearising after the rescale is
// cheaper; before it, the rescale adds less noise, since its rounding does not meet the square of the secret.
type assigner struct {
	s      *structure
	ch     *chain
	m      moduli
	out    assigned
	raw    []*he.Value     // of each packed value
	ready  []bool          // whether raw is rescaled already
	done   []*he.Value     // of each packed value: rescaled
	relin  []*he.Value     // of each packed value: rescaled and of degree 1
	scales map[int]float64 // of each group, once some member is fixed
}

func (s *structure) assign(ch *chain, m moduli) (assigned, error) {
	n := len(s.c.Values)
	a := &assigner{s: s, ch: ch, m: m, raw: make([]*he.Value, n), ready: make([]bool, n), done: make([]*he.Value, n),
		relin: make([]*he.Value, n), scales: map[int]float64{}}
	a.out.c = &he.Circuit{File: s.c.File, Stage: he.Planned, Slots: s.c.Slots, Lanes: s.c.Lanes, Input: s.c.Input, Output: s.c.Output}
	for _, v := range s.c.Values {
		if err := a.visit(v); err != nil {
			return assigned{}, fmt.Errorf("%%%d %s: %w", v.ID, v.Op.Name(), err)
		}
	}
	for _, v := range s.c.Outputs {
		a.out.c.Outputs = append(a.out.c.Outputs, a.linear(v))
	}
	return a.out, nil
}

// emit adds an operation that comes from packed value v.
func (a *assigner) emit(v *he.Value, op he.Op, level int, scale float64, in ...*he.Value) *he.Value {
	out := a.out.c.Add(v.Pos, op, in...)
	out.Level, out.Scale = level, scale
	a.out.origin = append(a.out.origin, v.ID)
	return out
}

func (a *assigner) visit(v *he.Value) error {
	d := a.s.depth[v.ID]
	level := a.m.rawLevel(d)
	switch r := v.Op.Rule(); {
	case r.Scale == he.ScaleFree:
		a.raw[v.ID] = a.emit(v, v.Op, a.m.top, math.Exp2(a.ch.input))
		a.ready[v.ID] = true
	case r.Scale == he.ScaleByPlain:
		return a.product(v, level, a.factors(v, r))
	case r.Scale == he.ScaleMultiplied:
		return a.multiply(v, level)
	case isSum(v.Op):
		return a.sum(v)
	case r.Scale == he.ScaleKept && r.Takes == he.TakesOne && r.Operands == 1:
		x := a.linear(v.In[0])
		a.raw[v.ID] = a.emit(v, v.Op, x.Level, x.Scale, x)
		a.ready[v.ID] = true
	default:
		return fmt.Errorf("planning has no place for it in a packed circuit")
	}
	return nil
}

// factors are the operands of a product with plaintexts. A sum of several takes what is brought to degree 1
// anyway so.
func (a *assigner) factors(v *he.Value, r he.Rule) []*he.Value {
	in := make([]*he.Value, len(v.In))
	for k, x := range v.In {
		if in[k] = a.rescaled(x); r.Takes == he.TakesOne || r.Operands == he.Several && a.s.degreeOne[x.ID] {
			in[k] = a.linear(x)
		}
	}
	return in
}

// multiply emits a product of two ciphertexts, whose scale is that of the sum it is part of, or decides it.
func (a *assigner) multiply(v *he.Value, level int) error {
	x, y := a.linear(v.In[0]), a.linear(v.In[1])
	scale := x.Scale * y.Scale
	if want, ok := a.scales[a.s.group[v.ID]]; ok && !he.SameScale(scale, want) {
		return fmt.Errorf("scale %v in a sum of scale %v", scale, want)
	}
	a.scales[a.s.group[v.ID]] = scale
	a.raw[v.ID] = a.emit(v, v.Op, level, scale, x, y)
	return nil
}

// sum adds values, or a value and a plaintext, as they are.
func (a *assigner) sum(v *he.Value) error {
	in := make([]*he.Value, len(v.In))
	level := math.MaxInt
	for k, x := range v.In {
		in[k] = a.raw[x.ID]
		level = min(level, in[k].Level)
		if a.ready[x.ID] != a.ready[v.In[0].ID] || !he.SameScale(in[k].Scale, in[0].Scale) {
			return fmt.Errorf("operands with scales %v and %v", in[0].Scale, in[k].Scale)
		}
	}
	a.ready[v.ID] = a.ready[v.In[0].ID]
	a.raw[v.ID] = a.emit(v, v.Op, level, in[0].Scale, in...)
	return nil
}

// product emits a product with plaintexts at the scale that its readers want.
func (a *assigner) product(v *he.Value, level int, in []*he.Value) error {
	d := a.s.depth[v.ID]
	top := 0.0
	for _, x := range in {
		top = max(top, x.Scale)
	}
	scale, ok := a.wanted(v)
	switch q := a.m.rescale[d]; {
	case ok:
	case q > 0:
		scale = q * math.Exp2(a.ch.scale[d])
	default:
		scale = top * math.Exp2(a.ch.plain[d])
	}
	if scale < top*he.MinPlainScale {
		return fmt.Errorf("plaintext scale %v is too small", scale/top)
	}
	a.scales[a.s.group[v.ID]] = scale
	a.raw[v.ID] = a.emit(v, v.Op, level, scale, in...)
	return nil
}

// wanted is the scale that a product with plaintexts must have: that of the sum it is
// part of, or the one that makes the only product that the sum goes into fit that product's sum, and so on.
func (a *assigner) wanted(v *he.Value) (float64, bool) {
	if scale, ok := a.scales[a.s.group[v.ID]]; ok {
		return scale, true
	}
	u := a.s.only[v.ID]
	if u == nil {
		return 0, false
	}
	switch {
	case isSum(u.Op):
		return a.wanted(u)
	case u.Op.Rule().Scale == he.ScaleMultiplied:
		other := u.In[0]
		if other == v {
			other = u.In[1]
		}
		sum, ok := a.wanted(u)
		if !ok || u.In[0] == u.In[1] || a.raw[other.ID] == nil {
			return 0, false
		}
		scale := sum / a.linear(other).Scale
		if q := a.m.rescale[a.s.depth[v.ID]]; q > 0 {
			scale *= q
		}
		return scale, true
	}
	return 0, false
}

// rescaled divides a value by the modulus of its depth, if there is one.
func (a *assigner) rescaled(v *he.Value) *he.Value {
	if a.done[v.ID] == nil {
		x := a.raw[v.ID]
		if q := a.m.rescale[a.s.depth[v.ID]]; q > 0 && !a.ready[v.ID] {
			if a.ch.relinFirst && x.Degree == 2 {
				x = a.emit(v, he.Relin{}, x.Level, x.Scale, x)
			}
			x = a.emit(v, he.Rescale{}, x.Level-1, x.Scale/q, x)
		}
		a.done[v.ID] = x
	}
	return a.done[v.ID]
}

// linear rescales a value and brings it to degree 1.
func (a *assigner) linear(v *he.Value) *he.Value {
	if a.relin[v.ID] == nil {
		x := a.rescaled(v)
		if x.Degree == 2 {
			x = a.emit(v, he.Relin{}, x.Level, x.Scale, x)
		}
		a.relin[v.ID] = x
	}
	return a.relin[v.ID]
}
