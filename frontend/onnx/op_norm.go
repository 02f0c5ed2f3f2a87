package onnx

import (
	"math"
	"slices"

	"hecc/ir/tensor"
)

// lowerBatchNorm writes inference: (x - mean) / √(var + ε) · scale + bias,
// as one product and one sum over the channel axis.
func lowerBatchNorm(c *call) (*value, error) {
	x := c.in[0]
	if c.int("training_mode", 0) != 0 {
		return nil, c.at("is in training mode").Cure("export the model for inference: model.eval() in PyTorch")
	}
	if c.int("spatial", 1) != 1 {
		return nil, c.errorf("spatial is %d, must be 1", c.int("spatial", 1))
	}
	if x.rank() < 2 {
		return nil, c.errorf("the operand has %d axes, must have at least 2", x.rank())
	}
	shape := x.shape()[1-x.skipped():] // from the channel axis on
	params, err := c.channelParams(shape[0])
	if err != nil {
		return nil, err
	}
	scale, bias, mean, variance := params[0], params[1], params[2], params[3]
	epsilon := c.float("epsilon", 1e-5)
	factor, shift := make([]float64, len(scale)), make([]float64, len(scale))
	for i := range scale {
		spread := variance[i] + epsilon
		if !(spread > 0) {
			return nil, c.errorf("channel %d: variance + epsilon is %v, must be positive", i, spread)
		}
		factor[i] = scale[i] / math.Sqrt(spread)
		shift[i] = bias[i] - mean[i]*factor[i]
	}
	return c.scaleShift(x, perChannel(shape), factor, shift)
}

// channelParams are the constant operands after the first, one number for each channel.
func (c *call) channelParams(channels int) ([][]float64, error) {
	var params [][]float64
	for i, v := range c.in[1:] {
		if !v.constant() {
			return nil, c.errorf("operand %d depends on the input, must be constant", i+1)
		}
		if !slices.Equal(v.shape(), []int{channels}) {
			return nil, c.errorf("operand %d has shape %v, must be [%d]", i+1, v.shape(), channels)
		}
		params = append(params, v.array.floats)
	}
	return params, nil
}

// perChannel is the shape that repeats along all axes but the first.
func perChannel(shape []int) []int {
	out := make([]int, len(shape))
	for i := range out {
		out[i] = 1
	}
	out[0] = shape[0]
	return out
}

func (c *call) scaleShift(x *value, shape []int, factor, shift []float64) (*value, error) {
	for _, list := range [][]float64{factor, shift} {
		if err := checkFinite(list); err != nil {
			return nil, c.errorf("%v", err)
		}
	}
	x, err := c.emit(tensor.Mul{}, x, x.sameType(shape, factor))
	if err != nil {
		return nil, err
	}
	return c.emit(tensor.Add{}, x, x.sameType(shape, shift))
}

// lowerScaler writes (x - offset) · scale over the features, the last axis.
func lowerScaler(c *call) (*value, error) {
	x := c.in[0]
	offset, scale := c.floats("offset"), c.floats("scale")
	features := 1
	if s := x.shape(); len(s) > 0 {
		features = s[len(s)-1]
	}
	if n := len(offset); n != len(scale) || n != 1 && n != features {
		return nil, c.errorf("offset has %d numbers and scale %d; both must have 1 or %d", n, len(scale), features)
	}
	for _, list := range [][]float64{offset, scale} {
		if err := checkFinite(list); err != nil {
			return nil, c.errorf("%v", err)
		}
	}
	shape := []int{len(offset)}
	if len(offset) == 1 {
		shape = nil
	}
	x, err := c.emit(tensor.Sub{}, x, x.sameType(shape, offset))
	if err != nil {
		return nil, err
	}
	if x, err = c.emit(tensor.Mul{}, x, x.sameType(shape, scale)); err != nil {
		return nil, err
	}
	x.elem = float32Type // whatever the operand's is
	return x, nil
}
