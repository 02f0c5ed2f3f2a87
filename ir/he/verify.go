package he

import (
	"fmt"
	"math"
)

// Verify checks a circuit from its operations alone: order, operands, plaintexts, degrees and layouts, and
// for a planned circuit the parameters, the levels and the scales.
func (c *Circuit) Verify() error {
	if err := c.verifyFrame(); err != nil {
		return err
	}
	seen := make([]bool, c.Input.Cts())
	for i, v := range c.Values {
		if err := c.verifyValue(i, v, seen); err != nil {
			return fmt.Errorf("%%%d %s: %w", i, v.Op.Name(), err)
		}
	}
	for i, ok := range seen {
		if !ok {
			return fmt.Errorf("input ciphertext %d is never read", i)
		}
	}
	if err := c.verifyOutputs(); err != nil {
		return err
	}
	if err := c.verifyBudget(); err != nil {
		return err
	}
	return c.verifySlots()
}

func (c *Circuit) verifyFrame() error {
	for _, l := range []Layout{c.Input, c.Output} {
		if err := l.Check(); err != nil {
			return err
		}
		if l.Slots != c.Slots {
			return fmt.Errorf("layout of %d slots in a circuit of %d", l.Slots, c.Slots)
		}
	}
	switch {
	case c.Lanes < 1 || c.Lanes > MaxLanes || c.Lanes&(c.Lanes-1) != 0:
		return fmt.Errorf("%d lanes", c.Lanes)
	case c.Stage != Packed && c.Stage != Planned:
		return fmt.Errorf("unknown stage %q", c.Stage)
	case c.Stage == Packed && c.Params != nil:
		return fmt.Errorf("packed with parameters")
	case c.Stage == Packed:
		return nil
	case c.Params == nil:
		return fmt.Errorf("planned without parameters")
	}
	if err := c.Params.Check(128); err != nil {
		return err
	}
	if c.Params.Slots() != c.Slots*c.Lanes {
		return fmt.Errorf("parameters have %d slots, the circuit %d in %d lanes", c.Params.Slots(), c.Slots, c.Lanes)
	}
	return nil
}

func (c *Circuit) verifyOutputs() error {
	if len(c.Outputs) != c.Output.Cts() {
		return fmt.Errorf("%d outputs, the layout has %d ciphertexts", len(c.Outputs), c.Output.Cts())
	}
	for _, v := range c.Outputs {
		if v.ID >= len(c.Values) || c.Values[v.ID] != v {
			return fmt.Errorf("output %%%d is not a value of the circuit", v.ID)
		}
		first := c.Outputs[0]
		if c.Stage != Planned {
			continue
		}
		if degree := c.Params.ResultDegree(); v.Degree != degree || v.Level != first.Level || !SameScale(v.Scale, first.Scale) {
			return fmt.Errorf("output %%%d has degree %d, level %d, scale %v; it must have %d and, as the first output, %d, %v",
				v.ID, v.Degree, v.Level, v.Scale, degree, first.Level, first.Scale)
		}
	}
	return nil
}

func (c *Circuit) verifyValue(i int, v *Value, seenInput []bool) error {
	if v.ID != i {
		return fmt.Errorf("has ID %d", v.ID)
	}
	for k, in := range v.In {
		if in.ID >= i || c.Values[in.ID] != in {
			return fmt.Errorf("operand %d does not come before it", k)
		}
	}
	if err := v.Op.check(c.Slots, len(v.In)); err != nil {
		return err
	}
	if !v.Op.Rule().arity(len(v.In)) {
		return fmt.Errorf("has %d operands", len(v.In))
	}
	if m := v.Op.Meaning(); m.Kind == Source {
		if m.Index < 0 || m.Index >= len(seenInput) || seenInput[m.Index] {
			return fmt.Errorf("input %d is out of range or read twice", m.Index)
		}
		seenInput[m.Index] = true
	}
	switch d := v.Op.Rule().degree(v.In); {
	case d < 1:
		return noRule(v.Op, "degree")
	case d != v.Degree:
		return fmt.Errorf("has degree %d, its operands give %d", v.Degree, d)
	}
	if c.Stage == Planned {
		return c.verifyPlanned(v)
	}
	return nil
}

// verifyPlanned recomputes degree, level and scale rules.
func (c *Circuit) verifyPlanned(v *Value) error {
	if v.Level < 0 || v.Level > c.Params.MaxLevel() {
		return fmt.Errorf("level %d of %d", v.Level, c.Params.MaxLevel())
	}
	if !(v.Scale >= 1) || math.Log2(v.Scale)+1 > c.Params.LogQ(v.Level) {
		return fmt.Errorf("scale %v does not fit %.1f bits of modulus at level %d", v.Scale, c.Params.LogQ(v.Level), v.Level)
	}
	for _, check := range []func(*Value) error{verifyLevel, verifyDegrees, c.verifyScale, c.verifyKeys} {
		if err := check(v); err != nil {
			return err
		}
	}
	return nil
}

// verifyKeys rejects key switches without special primes.
func (c *Circuit) verifyKeys(v *Value) error {
	if k := v.Op.KeySwitches(); len(c.Params.P) == 0 && (k.Relins > 0 || len(k.Rotations) > 0) {
		return fmt.Errorf("switches keys, and there are no special primes")
	}
	return nil
}

// noRule is the error for an operation whose Rule lacks an entry.
func noRule(op Op, of string) error { return fmt.Errorf("%s has no rule for its %s", op.Name(), of) }

func verifyLevel(v *Value) error {
	rule := v.Op.Rule().Level
	for _, in := range v.In {
		switch rule {
		case LevelAtMost:
			if v.Level > in.Level {
				return fmt.Errorf("level %d above its operand's %d", v.Level, in.Level)
			}
		case LevelBelow:
			if v.Level != in.Level-1 {
				return fmt.Errorf("level %d after level %d", v.Level, in.Level)
			}
		default:
			return noRule(v.Op, "level")
		}
	}
	return nil
}

func verifyDegrees(v *Value) error {
	rule := v.Op.Rule().Takes
	for _, in := range v.In {
		switch rule {
		case TakesAny:
		case TakesOne:
			if in.Degree != 1 {
				return fmt.Errorf("operand %%%d has degree %d, must be relinearised", in.ID, in.Degree)
			}
		case TakesTwo:
			if in.Degree != 2 {
				return fmt.Errorf("operand %%%d has degree %d, nothing to relinearise", in.ID, in.Degree)
			}
		default:
			return noRule(v.Op, "degree")
		}
	}
	return nil
}

func (c *Circuit) verifyScale(v *Value) error {
	want := v.Scale
	switch v.Op.Rule().Scale {
	case ScaleFree:
	case ScaleByPlain:
		for _, in := range v.In {
			if v.Scale < in.Scale*MinPlainScale {
				return fmt.Errorf("plaintext scale %v is below %v", v.Scale/in.Scale, MinPlainScale)
			}
		}
	case ScaleMultiplied:
		want = 1
		for _, in := range v.In {
			want *= in.Scale
		}
	case ScaleDivided:
		want = v.In[0].Scale / float64(c.Params.Q[v.In[0].Level])
	case ScaleKept:
		for _, in := range v.In {
			if !SameScale(in.Scale, v.In[0].Scale) {
				return fmt.Errorf("operands have scales %v and %v", v.In[0].Scale, in.Scale)
			}
		}
		want = v.In[0].Scale
	default:
		return noRule(v.Op, "scale")
	}
	if !SameScale(v.Scale, want) {
		return fmt.Errorf("scale %v, must be %v", v.Scale, want)
	}
	return nil
}

// MinPlainScale is the least scale of a plaintext: below, rounding it loses the weights.
const MinPlainScale = 1 << 4

// SameScale compares scales up to the rounding of float64 arithmetic: 2^-40, far below the precision of any
// CKKS value.
func SameScale(a, b float64) bool { return math.Abs(a-b) <= math.Ldexp(math.Abs(a), -40) }
