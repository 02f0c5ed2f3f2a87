package onnx

import (
	"math"

	"hecc/ir/tensor"
)

// maxPower bounds integer exponents: products of so many values lose their precision.
const maxPower = 64

// lowerPow writes integer powers as products, others as functions of positive numbers, and powers of a
// constant by exp.
func lowerPow(c *call) (*value, error) {
	base, exponent := c.in[0], c.in[1]
	if !isFloat(base.elem) {
		return nil, c.errorf("the base has elements of type %v, must be floating-point numbers", base.elem)
	}
	if !exponent.constant() {
		return c.powerOfConstant(base, exponent)
	}
	numbers := exponent.numbers()
	if err := checkFinite(numbers); err != nil {
		return nil, c.errorf("the exponent: %v", err)
	}
	exponent = exponent.sameType(exponent.shape(), numbers)
	e, same := onlyNumber(numbers)
	if !same || e != math.Trunc(e) {
		return c.powers(base, exponent)
	}
	if math.Abs(e) > maxPower {
		return nil, c.at("the exponent is %v", e).Cure("whole exponents may be up to %d; the values of higher powers spread too far", maxPower)
	}
	base, exponent, err := c.align(base, exponent)
	if err != nil {
		return nil, err
	}
	if !repeatsTo(exponent.shape(), base.shape()) {
		return nil, c.errorf("exponents of shape %v do not fit a base of shape %v", exponent.shape(), base.shape())
	}
	return c.wholePower(base, int(e))
}

// onlyNumber is the number that all elements are, if they are one.
func onlyNumber(list []float64) (x float64, ok bool) {
	for _, v := range list {
		if v != list[0] {
			return 0, false
		}
	}
	if len(list) == 0 {
		return 0, false
	}
	return list[0], true
}

// wholePower multiplies squares together.
func (c *call) wholePower(x *value, e int) (*value, error) {
	switch {
	case e < 0:
		p, err := c.wholePower(x, -e)
		if err != nil {
			return nil, err
		}
		return c.emit(tensor.Div{}, x.sameType(nil, []float64{1}), p)
	case e == 0:
		zero, err := c.scaled(x, 0)
		if err != nil {
			return nil, err
		}
		return c.emit(tensor.Add{}, zero, x.sameType(nil, []float64{1}))
	case e == 1:
		return x, nil
	}
	half, err := c.wholePower(x, e/2)
	if err != nil {
		return nil, err
	}
	square, err := c.emit(tensor.Mul{}, half, half)
	if err != nil || e%2 == 0 {
		return square, err
	}
	return c.emit(tensor.Mul{}, square, x)
}

// powers is the function x^e with a constant e for each element.
func (c *call) powers(base, exponent *value) (*value, error) {
	if e, same := onlyNumber(exponent.array.floats); same && e == 0.5 && repeatsTo(exponent.shape(), base.shape()) {
		return c.emit(tensor.Func{Fn: "sqrt"}, base)
	}
	base, list, err := c.broadcastNumber(base, exponent)
	if err != nil {
		return nil, err
	}
	return c.apply("pow", base, func(b *tensor.Body) { b.Add("pow", 0, b.AddConst(list...)) })
}

// powerOfConstant is b^x = exp(x·log b).
func (c *call) powerOfConstant(base, exponent *value) (*value, error) {
	if !base.constant() || base.elem != exponent.elem {
		return nil, c.at("the exponent depends on the input").Cure("one of base and exponent must be constant")
	}
	logs := make([]float64, base.size())
	for i, x := range base.array.floats {
		if x <= 0 {
			return nil, c.errorf("the base is %v, must be positive where the exponent depends on the input", x)
		}
		logs[i] = math.Log(x)
	}
	arg, err := c.broadcast(tensor.Mul{}, exponent, base.sameType(base.shape(), logs))
	if err != nil {
		return nil, err
	}
	return c.emit(tensor.Func{Fn: "exp"}, arg)
}
