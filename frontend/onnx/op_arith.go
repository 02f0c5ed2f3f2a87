package onnx

import (
	"math"

	"hecc/ir/tensor"
)

func lowerAdd(c *call) (*value, error) { return c.broadcast(tensor.Add{}, c.in[0], c.in[1]) }
func lowerSub(c *call) (*value, error) { return c.broadcast(tensor.Sub{}, c.in[0], c.in[1]) }
func lowerMul(c *call) (*value, error) { return c.broadcast(tensor.Mul{}, c.in[0], c.in[1]) }

func lowerDiv(c *call) (*value, error) {
	divisor := c.in[1]
	if !divisor.constant() {
		return nil, c.errorf("divides by a value that depends on the input").
			Note("encrypted values cannot be divided by; divide by a constant")
	}
	for i, x := range divisor.array.floats {
		if x == 0 {
			return nil, c.errorf("divides by zero: element %d of the divisor", i)
		}
	}
	return c.broadcast(tensor.Div{}, c.in[0], divisor)
}

// lowerPow knows squares only.
func lowerPow(c *call) (*value, error) {
	base, exponent := c.in[0], c.in[1]
	if !isFloat(base.elem) {
		return nil, c.errorf("the base has elements of type %v, must be floating-point numbers", base.elem)
	}
	if !exponent.constant() {
		return nil, c.errorf("the exponent depends on the input").Note("only the exponent 2 is supported")
	}
	for _, x := range exponent.numbers() {
		if x != 2 {
			return nil, c.errorf("the exponent is %v", x).Note("only the exponent 2 is supported; write other whole powers as products")
		}
	}
	base, exponent, err := c.align(base, exponent)
	if err != nil {
		return nil, err
	}
	if !repeatsTo(exponent.shape(), base.shape()) {
		return nil, c.errorf("exponents of shape %v do not fit a base of shape %v", exponent.shape(), base.shape())
	}
	return c.emit(tensor.Mul{}, base, base)
}

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

// lowerSqrt serves the constants in which converters leave a variance.
func lowerSqrt(c *call) (*value, error) {
	v := c.in[0]
	if !v.constant() {
		return nil, c.errorf("takes the root of a value that depends on the input").Note("only the root of a constant is supported")
	}
	if err := c.spendFor(v); err != nil {
		return nil, err
	}
	roots := make([]float64, v.size())
	for i, x := range v.array.floats {
		if x < 0 {
			return nil, c.errorf("takes the root of %v", x)
		}
		roots[i] = math.Sqrt(x)
	}
	return v.sameType(v.shape(), roots), nil
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
