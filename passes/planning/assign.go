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
// The scale of a product of two ciphertexts follows from its operands. That of a product with a plaintext is
// free, and is chosen so that sums add equal scales and a rescale ends exactly at the scale of the depth. A
// value is rescaled and relinearised only when an operation reads it that needs it so: sums do not, and a
// product with a plaintext takes degree 2. It is cheaper to relinearise after the rescale. If it is done
// before, the rescale adds less noise, since its rounding error is not multiplied by the square of the
// secret.
type assigner struct {
	s            *structure
	ch           *chain
	m            moduli
	out          assigned
	raw          []*he.Value     // of each packed value
	final        []bool          // whether raw needs no rescale
	rescaled     []*he.Value     // of each packed value, rescaled
	relinearised []*he.Value     // of each packed value, rescaled and of degree 1
	scales       map[int]float64 // of each group, once some member is fixed
}

func (s *structure) assign(ch *chain, m moduli) (assigned, error) {
	n := len(s.c.Values)
	a := &assigner{s: s, ch: ch, m: m, raw: make([]*he.Value, n), final: make([]bool, n), rescaled: make([]*he.Value, n),
		relinearised: make([]*he.Value, n), scales: map[int]float64{}}
	a.out.c = &he.Circuit{File: s.c.File, Stage: he.Planned, Slots: s.c.Slots, Lanes: s.c.Lanes, Input: s.c.Input, Output: s.c.Output,
		Values: make([]*he.Value, 0, 2*n)} // with rescales and relinearisations
	a.out.origin = make([]int, 0, 2*n)
	for _, v := range s.c.Values {
		if err := a.visit(v); err != nil {
			return assigned{}, fmt.Errorf("%%%d %s: %w", v.ID, v.Op.Name(), err)
		}
	}
	result := a.atDegreeOne
	if ch.keyless {
		result = a.rescale
	}
	for _, v := range s.c.Outputs {
		a.out.c.Outputs = append(a.out.c.Outputs, result(v))
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
		a.final[v.ID] = true
	case r.Scale == he.ScaleByPlain:
		return a.product(v, level, a.factors(v, r))
	case r.Scale == he.ScaleMultiplied:
		return a.multiply(v, level)
	case isSum(v.Op):
		return a.sum(v)
	case r.Scale == he.ScaleKept && r.Takes == he.TakesOne && r.Operands == 1:
		x := a.atDegreeOne(v.In[0])
		a.raw[v.ID] = a.emit(v, v.Op, x.Level, x.Scale, x)
		a.final[v.ID] = true
	default:
		return fmt.Errorf("planning has no place for it in a packed circuit")
	}
	return nil
}

// factors are the operands of a product with plaintexts. A sum of several products takes an operand at degree
// 1 if another operation needs it at degree 1 anyway.
func (a *assigner) factors(v *he.Value, r he.Rule) []*he.Value {
	in := make([]*he.Value, len(v.In))
	for k, x := range v.In {
		if in[k] = a.rescale(x); r.Takes == he.TakesOne || r.Operands == he.Several && a.s.degreeOne[x.ID] {
			in[k] = a.atDegreeOne(x)
		}
	}
	return in
}

// multiply emits a product of two ciphertexts. Its scale must be that of the sum that it is part of; if the
// sum has none yet, it gets this one.
func (a *assigner) multiply(v *he.Value, level int) error {
	x, y := a.atDegreeOne(v.In[0]), a.atDegreeOne(v.In[1])
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
		if a.final[x.ID] != a.final[v.In[0].ID] || !he.SameScale(in[k].Scale, in[0].Scale) {
			return fmt.Errorf("operands with scales %v and %v", in[0].Scale, in[k].Scale)
		}
	}
	a.final[v.ID] = a.final[v.In[0].ID]
	a.raw[v.ID] = a.emit(v, v.Op, level, in[0].Scale, in...)
	return nil
}

// product emits a product with plaintexts at the scale that its readers want.
func (a *assigner) product(v *he.Value, level int, in []*he.Value) error {
	d := a.s.depth[v.ID]
	maxScale := 0.0
	for _, x := range in {
		maxScale = max(maxScale, x.Scale)
	}
	scale, ok := a.requiredScale(v)
	switch q := a.m.rescale[d]; {
	case ok:
	case q > 0:
		scale = q * math.Exp2(a.ch.scale[d])
	default:
		scale = maxScale * math.Exp2(a.ch.plain[d])
	}
	if scale < maxScale*he.MinPlainScale {
		return fmt.Errorf("plaintext scale %v is too small", scale/maxScale)
	}
	a.scales[a.s.group[v.ID]] = scale
	a.raw[v.ID] = a.emit(v, v.Op, level, scale, in...)
	return nil
}

// requiredScale is the scale that a product with plaintexts must have: that of the sum it is part of. If that
// sum has no scale yet and its only reader is a product with a ciphertext, it is the scale that gives this
// product the scale that it must have itself.
func (a *assigner) requiredScale(v *he.Value) (float64, bool) {
	if scale, ok := a.scales[a.s.group[v.ID]]; ok {
		return scale, true
	}
	u := a.s.soleReader[v.ID]
	if u == nil {
		return 0, false
	}
	switch {
	case isSum(u.Op):
		return a.requiredScale(u)
	case u.Op.Rule().Scale == he.ScaleMultiplied:
		other := u.In[0]
		if other == v {
			other = u.In[1]
		}
		sumScale, ok := a.requiredScale(u)
		if !ok || u.In[0] == u.In[1] || a.raw[other.ID] == nil {
			return 0, false
		}
		scale := sumScale / a.atDegreeOne(other).Scale
		if q := a.m.rescale[a.s.depth[v.ID]]; q > 0 {
			scale *= q
		}
		return scale, true
	}
	return 0, false
}

// rescale divides a value by the modulus of its depth, if there is one.
func (a *assigner) rescale(v *he.Value) *he.Value {
	if a.rescaled[v.ID] == nil {
		x := a.raw[v.ID]
		if q := a.m.rescale[a.s.depth[v.ID]]; q > 0 && !a.final[v.ID] {
			if a.ch.relinFirst && x.Degree == 2 {
				x = a.emit(v, he.Relin{}, x.Level, x.Scale, x)
			}
			x = a.emit(v, he.Rescale{}, x.Level-1, x.Scale/q, x)
		}
		a.rescaled[v.ID] = x
	}
	return a.rescaled[v.ID]
}

// atDegreeOne rescales a value and relinearises it if it has degree 2.
func (a *assigner) atDegreeOne(v *he.Value) *he.Value {
	if a.relinearised[v.ID] == nil {
		x := a.rescale(v)
		if x.Degree == 2 {
			x = a.emit(v, he.Relin{}, x.Level, x.Scale, x)
		}
		a.relinearised[v.ID] = x
	}
	return a.relinearised[v.ID]
}
