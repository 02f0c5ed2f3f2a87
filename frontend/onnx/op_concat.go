package onnx

import (
	"slices"

	"hecc/ir/tensor"
)

func lowerConcat(c *call) (*value, error) {
	axis, ok := c.attr("axis")
	if !ok {
		return nil, c.at("attribute axis is missing").Cure("%s", contradiction)
	}
	first := c.in[0]
	for i, v := range c.in {
		switch {
		case v == nil:
			return nil, c.errorf("operand %d is left out", i)
		case v.elem != first.elem && !(isFloat(v.elem) && isFloat(first.elem)):
			return nil, c.errorf("operands have elements of types %v and %v", first.elem, v.elem)
		case v.rank() != first.rank():
			return nil, c.errorf("operands have %d and %d axes", first.rank(), v.rank())
		}
	}
	if first.constant() && isInt(first.elem) {
		return c.concatShapes(axis.GetI())
	}
	for _, v := range c.in {
		if !isFloat(v.elem) && v.constant() {
			return nil, c.errorf("joins constants of type %v, must be floating-point numbers", v.elem)
		}
		if v.batched != first.batched {
			return nil, c.mixes("joins a constant, which is one for all samples, with values of a sample")
		}
	}
	k, err := c.sampleAxis(axis.GetI(), first)
	if err != nil {
		return nil, err
	}
	return c.emit(tensor.Concat{Axis: k}, c.in...)
}

func (c *call) concatShapes(axis int64) (*value, error) {
	if _, err := c.axis(axis, 1); err != nil {
		return nil, err
	}
	var lists [][]integer
	for _, v := range c.in {
		if !v.constant() || v.rank() != 1 {
			return nil, c.errorf("joins integers that are not constant lists")
		}
		lists = append(lists, v.array.ints)
	}
	out := shapeValue(slices.Concat(lists...))
	out.elem = c.in[0].elem
	return out, c.spendFor(out)
}
