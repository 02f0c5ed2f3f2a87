package he

import (
	"fmt"
	"math"
)

// Verify recomputes from the operations alone what must hold of a circuit: order,
// operands, plaintexts, degrees and layouts, and once planned the parameters, the
// levels and the scales. It reads nothing that a pass has remembered.
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
		if c.Stage == Planned && (v.Degree != 1 || v.Level != first.Level || !SameScale(v.Scale, first.Scale)) {
			return fmt.Errorf("output %%%d has degree %d, level %d, scale %v; the first output has 1, %d, %v",
				v.ID, v.Degree, v.Level, v.Scale, first.Level, first.Scale)
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
	if err := c.verifyOperands(v); err != nil {
		return err
	}
	if in, ok := v.Op.(Input); ok {
		if in.Index < 0 || in.Index >= len(seenInput) || seenInput[in.Index] {
			return fmt.Errorf("input %d is out of range or read twice", in.Index)
		}
		seenInput[in.Index] = true
	}
	if d := v.Op.degree(v.In); d != v.Degree {
		return fmt.Errorf("has degree %d, its operands give %d", v.Degree, d)
	}
	if c.Stage == Planned {
		return c.verifyPlanned(v)
	}
	return nil
}

// verifyOperands checks number of operands, plaintext lengths and rotation ranges.
func (c *Circuit) verifyOperands(v *Value) error {
	want := 1
	switch op := v.Op.(type) {
	case Input:
		want = 0
	case Add, Sub, Mul:
		want = 2
	case Linear:
		want = len(v.In)
		if err := c.verifyTerms(op, len(v.In)); err != nil {
			return err
		}
	case Fold:
		if err := c.verifySteps(op.Steps); err != nil {
			return err
		}
	case MulPlain:
		if err := c.verifyPlain(op.Plain); err != nil {
			return err
		}
	case AddPlain:
		if err := c.verifyPlain(op.Plain); err != nil {
			return err
		}
	}
	if len(v.In) != want {
		return fmt.Errorf("has %d operands", len(v.In))
	}
	return nil
}

func (c *Circuit) verifyTerms(op Linear, args int) error {
	if len(op.Terms) == 0 || args == 0 {
		return fmt.Errorf("has no terms")
	}
	used := make([]bool, args)
	for _, t := range op.Terms {
		if t.Arg < 0 || t.Arg >= args {
			return fmt.Errorf("term of operand %d of %d", t.Arg, args)
		}
		used[t.Arg] = true
		if !c.inRange(t.Baby) || !c.inRange(t.Giant) {
			return fmt.Errorf("rotation (%d, %d) out of range", t.Baby, t.Giant)
		}
		if err := c.verifyPlain(t.Diag); err != nil {
			return err
		}
	}
	for k, ok := range used {
		if !ok {
			return fmt.Errorf("operand %d has no term", k)
		}
	}
	return nil
}

func (c *Circuit) verifySteps(steps []int) error {
	seen := map[int]bool{}
	for _, s := range steps {
		if !c.inRange(s) || seen[s] {
			return fmt.Errorf("rotation %d out of range or repeated", s)
		}
		seen[s] = true
	}
	if len(steps) == 0 {
		return fmt.Errorf("has no steps")
	}
	return nil
}

func (c *Circuit) inRange(rotation int) bool { return rotation >= 0 && rotation < c.Slots }

func (c *Circuit) verifyPlain(p Plain) error {
	if len(p) != 1 && len(p) != c.Slots {
		return fmt.Errorf("plaintext of %d numbers for %d slots", len(p), c.Slots)
	}
	for _, x := range p {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("plaintext holds %v", x)
		}
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
	for _, in := range v.In {
		if v.Level > in.Level {
			return fmt.Errorf("level %d above its operand's %d", v.Level, in.Level)
		}
	}
	if err := verifyDegrees(v); err != nil {
		return err
	}
	return c.verifyScale(v)
}

func verifyDegrees(v *Value) error {
	rotates := true
	if op, ok := v.Op.(Linear); ok {
		rotates = !op.IsElementwise()
	}
	for _, in := range v.In {
		switch v.Op.(type) {
		case Linear, Fold, Mul:
			if in.Degree != 1 && rotates {
				return fmt.Errorf("operand %%%d has degree %d, must be relinearised", in.ID, in.Degree)
			}
		case Relin:
			if in.Degree != 2 {
				return fmt.Errorf("operand %%%d has degree %d, nothing to relinearise", in.ID, in.Degree)
			}
		}
	}
	return nil
}

func (c *Circuit) verifyScale(v *Value) error {
	want := v.Scale
	switch v.Op.(type) {
	case Input:
	case Linear, MulPlain:
		for _, in := range v.In {
			if v.Scale < in.Scale*MinPlainScale {
				return fmt.Errorf("plaintext scale %v is below %v", v.Scale/in.Scale, MinPlainScale)
			}
		}
	case Mul:
		want = v.In[0].Scale * v.In[1].Scale
	case Rescale:
		if v.Level != v.In[0].Level-1 {
			return fmt.Errorf("level %d after level %d", v.Level, v.In[0].Level)
		}
		want = v.In[0].Scale / float64(c.Params.Q[v.In[0].Level])
	default:
		for _, in := range v.In {
			if !SameScale(in.Scale, v.In[0].Scale) {
				return fmt.Errorf("operands have scales %v and %v", v.In[0].Scale, in.Scale)
			}
		}
		want = v.In[0].Scale
	}
	if !SameScale(v.Scale, want) {
		return fmt.Errorf("scale %v, must be %v", v.Scale, want)
	}
	return nil
}

// MinPlainScale is the least scale of a plaintext: below, rounding it loses the weights.
const MinPlainScale = 1 << 8

// SameScale allows for the rounding of float64 arithmetic on scales: 2^-40, far below
// the precision of any CKKS value.
func SameScale(a, b float64) bool { return math.Abs(a-b) <= math.Ldexp(math.Abs(a), -40) }
