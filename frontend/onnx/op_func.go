package onnx

import (
	"slices"

	"hecc/ir/tensor"
)

func lowerRelu(c *call) (*value, error)    { return c.emit(tensor.Func{Fn: "relu"}, c.in[0]) }
func lowerSigmoid(c *call) (*value, error) { return c.emit(tensor.Func{Fn: "sigmoid"}, c.in[0]) }
func lowerTanh(c *call) (*value, error)    { return c.emit(tensor.Func{Fn: "tanh"}, c.in[0]) }

// lowerSoftmax: up to operator set 12, Softmax runs over all axes from axis on
// as if they were one; since 13 over the one axis.
func lowerSoftmax(c *call) (*value, error) {
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
	y, err := c.emit(tensor.Softmax{Axis: axis}, x)
	if err != nil {
		return nil, err
	}
	y.client = !y.constant()
	return c.reshape(y, shape)
}
