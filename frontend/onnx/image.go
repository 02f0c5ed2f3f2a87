package onnx

import "slices"

// image is a value of which the operators on space distinguish the axes: samples that the file counts itself,
// channels, and space, which is time for signals.
type image struct {
	*value
	samples  int // 1 if the value is batched
	channels int
	space    []int
}

func (c *call) image(v *value) (image, error) {
	if v.rank() < 3 {
		return image{}, c.errorf("the operand has %d axes, must have samples, channels and at least one more", v.rank())
	}
	shape := v.shape()
	if slices.Min(shape) < 1 {
		return image{}, c.errorf("the operand has the shape %v, without elements", shape)
	}
	im := image{value: v, samples: 1}
	if !v.batched {
		im.samples, shape = shape[0], shape[1:]
	}
	im.channels, im.space = shape[0], shape[1:]
	return im, nil
}

// with is the shape of a value with the same samples, and other channels and space.
func (im image) with(channels int, space []int) []int {
	shape := append([]int{channels}, space...)
	if !im.batched {
		shape = append([]int{im.samples}, shape...)
	}
	return shape
}
