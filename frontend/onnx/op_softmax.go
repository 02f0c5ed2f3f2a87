package onnx

import (
	"slices"

	"hecc/ir/tensor"
)

func lowerSoftmax(c *call) (*value, error) {
	return c.normalise(func(axis int) tensor.Op { return tensor.Softmax{Axis: axis} })
}

func lowerLogSoftmax(c *call) (*value, error) {
	return c.normalise(func(axis int) tensor.Op { return tensor.LogSoftmax{Axis: axis} })
}

func lowerHardmax(c *call) (*value, error) {
	return c.normalise(func(axis int) tensor.Op { return tensor.Hardmax{Axis: axis} })
}

// normalise: up to operator set 12, the operators of the Softmax family run over all axes from
// axis on as if they were one; since 13 over the one axis.
func (c *call) normalise(op func(axis int) tensor.Op) (*value, error) {
	x, otherwise := c.in[0], int64(-1)
	if c.node.version < 13 {
		otherwise = 1
	}
	axis, err := c.sampleAxis(c.int("axis", otherwise), x)
	if err != nil {
		return nil, err
	}
	shape := x.shape()
	if c.node.version < 13 && axis < len(shape)-1 {
		flat := append(slices.Clone(shape[:axis]), product(shape[axis:]))
		if x, err = c.reshape(x, flat); err != nil {
			return nil, err
		}
	}
	y, err := c.emit(op(axis), x)
	if err != nil {
		return nil, err
	}
	return c.reshape(y, shape)
}

// lowerLpNormalization divides by the norm along an axis.
func lowerLpNormalization(c *call) (*value, error) {
	norm, ok := map[int64]string{1: "l1", 2: "l2"}[c.int("p", 2)]
	if !ok {
		return nil, c.errorf("p is %d, must be 1 or 2", c.int("p", 2))
	}
	axis, err := c.sampleAxis(c.int("axis", -1), c.in[0])
	if err != nil {
		return nil, err
	}
	return c.emit(tensor.Normalize{Norm: norm, Axis: axis}, c.in[0])
}
