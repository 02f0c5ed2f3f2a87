package onnx

import "hecc/ir/tensor"

var (
	lowerAdd = arithmetic(func(c *call) (*value, error) { return c.broadcast(tensor.Add{}, c.in[0], c.in[1]) }, addIntegers)
	lowerSub = arithmetic(func(c *call) (*value, error) { return c.broadcast(tensor.Sub{}, c.in[0], c.in[1]) }, subIntegers)
	lowerMul = arithmetic(func(c *call) (*value, error) { return c.broadcast(tensor.Mul{}, c.in[0], c.in[1]) }, mulIntegers)
	lowerDiv = arithmetic((*call).divide, divIntegers)
)

// divide: a divisor that depends on the input is a matter of passes, which see whether the
// quotient is a function of one value.
func (c *call) divide() (*value, error) {
	divisor := c.in[1]
	if err := c.checkFloats(); err != nil { // integers are rounded
		return nil, err
	}
	if divisor.constant() {
		for i, x := range divisor.array.floats {
			if x == 0 {
				return nil, c.errorf("divides by zero: element %d of the divisor", i)
			}
		}
	}
	return c.broadcast(tensor.Div{}, c.in[0], divisor)
}

func lowerReciprocal(c *call) (*value, error) {
	return c.emit(tensor.Div{}, c.in[0].sameType(nil, []float64{1}), c.in[0])
}

func lowerNeg(c *call) (*value, error) { return c.scaled(c.in[0], -1) }

// repeatsTo says whether a value of one shape can be repeated to another.
func repeatsTo(from, to []int) bool {
	if len(from) > len(to) {
		return false
	}
	for i, d := range from {
		if d != 1 && d != to[len(to)-len(from)+i] {
			return false
		}
	}
	return true
}

// broadcast emits an operation on two operands of which the smaller is repeated.
func (c *call) broadcast(op tensor.Op, a, b *value) (*value, error) {
	a, b, err := c.align(a, b)
	if err != nil {
		return nil, err
	}
	return c.emit(op, a, b)
}

// align prepares operands whose axes are matched from the right, so that they
// match in the same way with the batch axis gone.
func (c *call) align(a, b *value) (*value, *value, error) {
	if a.batched && b.batched && a.rank() != b.rank() {
		return nil, nil, c.mixes("operands with different numbers of axes are matched from the last axis on")
	}
	var err error
	switch {
	case a.batched && !b.batched:
		b, err = c.alignConstant(b, a.rank())
	case b.batched && !a.batched:
		a, err = c.alignConstant(a, b.rank())
	}
	return a, b, err
}

// alignConstant takes the axis of a constant away that meets the batch axis of an operand of that rank.
func (c *call) alignConstant(v *value, rank int) (*value, error) {
	if v.rank() < rank {
		return v, nil
	}
	if v.rank() > rank || v.shape()[0] != 1 {
		return nil, c.mixes("a constant has a dimension where the other operand has the batch axis, or before it")
	}
	return v.reshaped(v.shape()[1:]), nil
}
