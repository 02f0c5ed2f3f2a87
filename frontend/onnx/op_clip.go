package onnx

import (
	"hecc/ir/tensor"
)

// lowerClip clips at bounds, which are attributes and since operator set 11 operands.
func lowerClip(c *call) (*value, error) {
	least, most, err := c.clipBounds()
	if err != nil || least == nil && most == nil {
		return c.in[0], err
	}
	return c.apply("clip", c.in[0], func(b *tensor.Body) {
		at := 0
		if least != nil {
			at = b.Add("max", at, b.AddConst(*least))
		}
		if most != nil {
			b.Add("min", at, b.AddConst(*most))
		}
	})
}

// clipBounds are the bounds that are given.
func (c *call) clipBounds() (least, most *float64, err error) {
	bounds := [2]*float64{}
	for i, name := range []string{"min", "max"} {
		if c.has(name) {
			x, err := c.finiteFloat(name, 0)
			if err != nil {
				return nil, nil, err
			}
			bounds[i] = &x
		}
		if v := c.operand(i + 1); v != nil {
			if !v.constant() || v.size() != 1 {
				return nil, nil, c.errorf("the bound %s must be one constant number", name)
			}
			bounds[i] = &v.array.floats[0]
		}
	}
	return bounds[0], bounds[1], nil
}

func lowerMax(c *call) (*value, error) { return c.leftFold((*call).larger) }
func lowerMin(c *call) (*value, error) { return c.leftFold((*call).smaller) }
func lowerSum(c *call) (*value, error) { return c.leftFold((*call).plus) }

func lowerMean(c *call) (*value, error) {
	sum, err := c.leftFold((*call).plus)
	if err != nil {
		return nil, err
	}
	return c.scaled(sum, 1/float64(len(c.in)))
}

// leftFold combines the operands from left to right.
func (c *call) leftFold(f func(c *call, a, b *value) (*value, error)) (*value, error) {
	out := c.in[0]
	for i, v := range c.in {
		if v == nil {
			return nil, c.errorf("operand %d is left out", i)
		}
		if i == 0 {
			continue
		}
		var err error
		if out, err = f(c, out, v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c *call) plus(a, b *value) (*value, error) { return c.broadcast(tensor.Add{}, a, b) }

// larger is b + relu(a - b); against a constant it is a function of one value.
func (c *call) larger(a, b *value) (*value, error) {
	if a.constant() || b.constant() {
		return c.clippedAt("max", a, b)
	}
	return c.addExcess(tensor.Add{}, b, a, b)
}

// smaller is b - relu(b - a).
func (c *call) smaller(a, b *value) (*value, error) {
	if a.constant() || b.constant() {
		return c.clippedAt("min", a, b)
	}
	return c.addExcess(tensor.Sub{}, b, b, a)
}

// addExcess adds relu(p - q) to a value, or subtracts it.
func (c *call) addExcess(sign tensor.Op, v, p, q *value) (*value, error) {
	over, err := c.broadcast(tensor.Sub{}, p, q)
	if err != nil {
		return nil, err
	}
	if over, err = c.emit(tensor.Func{Fn: "relu"}, over); err != nil {
		return nil, err
	}
	return c.broadcast(sign, v, over)
}

// clippedAt is the min or max of a value and a constant.
func (c *call) clippedAt(fn string, x, constant *value) (*value, error) {
	if x.constant() {
		x, constant = constant, x
	}
	x, list, err := c.broadcastNumber(x, constant)
	if err != nil {
		return nil, err
	}
	return c.apply(fn, x, func(b *tensor.Body) { b.Add(fn, 0, b.AddConst(list...)) })
}
