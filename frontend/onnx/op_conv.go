package onnx

import "slices"

var convAttrs = attrKinds{"auto_pad": kindString, "dilations": kindInts, "group": kindInt, "kernel_shape": kindInts, "pads": kindInts, "strides": kindInts}

// lowerConv writes a convolution as one sparse map.
func lowerConv(c *call) (*value, error) {
	x, err := c.image(c.in[0])
	if err != nil {
		return nil, err
	}
	k, err := c.convKernel(x)
	if err != nil {
		return nil, err
	}
	if k.first%k.groups != 0 || k.second*k.groups != x.channels {
		return nil, c.errorf("a kernel of shape %v with group %d on %d channels", c.in[1].shape(), k.groups, x.channels)
	}
	windows, err := c.windows(x.space, k.space)
	if err != nil {
		return nil, err
	}
	bias, err := c.channelBias(k.first)
	if err != nil {
		return nil, err
	}
	reach, err := c.reachOf(windows, everyWeightOne)
	if err != nil {
		return nil, err
	}
	f := filter{samples: x.samples, groups: k.groups, in: k.second, out: k.first / k.groups, size: product(x.space), reach: reach, bias: bias}
	f.kernel = func(group, in, out int) []float64 { return k.between(group*f.out+out, in) }
	return c.filtered(x.value, f, x.with(k.first, outSizes(windows)))
}

func everyWeightOne(*window, int) float64 { return 1 }

// convWeights are those of a convolution: a block for each pair of channels. The first axis counts the output
// channels of Conv, the input channels of ConvTranspose; the second the others of one group.
type convWeights struct {
	weights       []float64
	first, second int
	groups        int
	space         []int
}

// convKernel reads the weights of a convolution.
func (c *call) convKernel(x image) (k convWeights, err error) {
	w := c.in[1]
	if !w.constant() {
		return k, c.errorf("the kernel depends on the input, must be constant")
	}
	shape := w.shape()
	if len(shape) != len(x.space)+2 || slices.Min(shape) < 1 {
		return k, c.errorf("the kernel has the shape %v, for values with %d spatial axes", shape, len(x.space))
	}
	k = convWeights{weights: w.array.floats, first: shape[0], second: shape[1], space: shape[2:]}
	if given := c.ints("kernel_shape"); len(given) > 0 && !slices.EqualFunc(given, k.space, func(a int64, b int) bool { return a == int64(b) }) {
		return k, c.at("kernel_shape is %v, the kernel has the shape %v", given, shape).Cure("%s", contradiction)
	}
	group := c.int("group", 1)
	if group < 1 || group > int64(x.channels) {
		return k, c.errorf("group is %d, for %d channels", group, x.channels)
	}
	k.groups = int(group)
	return k, nil
}

// between is the block of weights between two channels.
func (k convWeights) between(first, second int) []float64 {
	n := product(k.space)
	at := (first*k.second + second) * n
	return k.weights[at : at+n]
}

// channelBias is the third operand, if there is one: a number for each output channel.
func (c *call) channelBias(channels int) ([]float64, error) {
	b := c.operand(2)
	switch {
	case b == nil:
		return nil, nil
	case !b.constant():
		return nil, c.errorf("the bias depends on the input, must be constant")
	case !slices.Equal(b.shape(), []int{channels}):
		return nil, c.errorf("the bias has shape %v, must be [%d]", b.shape(), channels)
	}
	return b.array.floats, nil
}
