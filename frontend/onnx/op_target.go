package onnx

import "hecc/ir/tensor"

// lowerReshape reads the target shape, in which 0 copies a dimension, -1 stands
// for what is left, and an entry may be the size of the batch.
func lowerReshape(c *call) (*value, error) {
	v, target := c.in[0], c.in[1]
	if !target.constant() || target.elem != int64Type || target.rank() != 1 {
		return nil, c.errorf("the shape must be a constant list of int64")
	}
	if c.int("allowzero", 0) != 0 {
		return nil, c.errorf("allowzero is %d, must be 0", c.int("allowzero", 0))
	}
	dims := target.array.ints
	if v.batched {
		if v.labelRow && len(dims) > 0 && dims[0].n == 0 && !dims[0].batch {
			return nil, c.errorf("copies dimension 0 of a row of labels").Note("start the shape with -1")
		}
		rest, open, err := c.keepBatch(dims)
		if err != nil {
			return nil, err
		}
		return c.reshapeTo(v, rest, !open)
	}
	return c.reshapeTo(v, dims, true)
}

// keepBatch takes the entry off that stands for the batch. If that is the open
// one, -1, it is the batch only if the others say all of a sample's elements.
func (c *call) keepBatch(dims []integer) (rest []integer, open bool, err error) {
	if len(dims) == 0 {
		return nil, false, c.mixes("reshapes the batch to a single number")
	}
	switch first := dims[0]; {
	case first.batch, first.n == 0:
	case first.n == -1:
		open = true
	default:
		return nil, false, c.mixes("sets the batch axis to a fixed size").
			Note("start the shape with -1 or 0")
	}
	return dims[1:], open, nil
}

// reshapeTo resolves the entries of one sample's shape; mayOpen says whether one may be -1.
func (c *call) reshapeTo(v *value, dims []integer, mayOpen bool) (*value, error) {
	shape, known, at := make([]int, len(dims)), 1, -1
	for i, d := range dims {
		switch {
		case d.batch:
			return nil, c.mixes("moves the batch axis from the front")
		case d.n == 0:
			if v.labelRow || i >= len(v.shape()) {
				return nil, c.errorf("copies dimension %d, which the operand does not have", i+v.skipped())
			}
			shape[i] = v.shape()[i]
		case d.n == -1 && at < 0 && mayOpen:
			at, shape[i] = i, 1
		case d.n == -1:
			return nil, c.errorf("the shape has -1 twice")
		case d.n < 0 || d.n > tensor.MaxElements:
			return nil, c.errorf("the shape has the dimension %d", d.n)
		default:
			shape[i] = int(d.n)
		}
		if known *= shape[i]; known > tensor.MaxElements {
			return nil, c.errorf("the shape has more than %d elements", tensor.MaxElements)
		}
	}
	if at >= 0 && known > 0 {
		shape[at] = v.size() / known
	}
	if product(shape) == v.size() {
		return c.reshape(v, shape)
	}
	if v.batched {
		return nil, c.errorf("a sample has %d elements, the shape gives it %v", v.size(), shape).
			Note("a reshape must keep the elements of each sample together")
	}
	return nil, c.errorf("cannot reshape %v to %v", v.shape(), shape)
}
