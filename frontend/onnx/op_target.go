package onnx

import (
	"slices"

	"hecc/ir/tensor"
)

// lowerReshape reads the target shape, in which 0 copies a dimension, -1 stands
// for what is left, and an entry may be the size of the batch.
func lowerReshape(c *call) (*value, error) {
	v, target := c.in[0], c.in[1]
	if !target.constant() || target.elem != int64Type || target.rank() != 1 {
		return nil, c.errorf("the shape must be a constant list of int64")
	}
	dims := target.array.ints
	if c.int("allowzero", 0) != 0 && slices.ContainsFunc(dims, func(d integer) bool { return !d.batch && d.n == 0 }) {
		return nil, c.errorf("allowzero is %d and the shape has a 0: the result would be empty", c.int("allowzero", 0))
	}
	if v.batched {
		return c.reshapeBatch(v, dims)
	}
	return c.reshapeTo(v, dims, true)
}

// reshapeBatch takes the first entry off, which must stand for the batch. If that is the open one,
// -1, the others say whether it counts samples or several rows of each.
func (c *call) reshapeBatch(v *value, dims []integer) (*value, error) {
	if len(dims) == 0 {
		return nil, c.mixes("reshapes the batch to a single number")
	}
	rest := dims[1:]
	switch first := dims[0]; {
	case first.batch:
		return c.reshapeTo(v.unstacked(), rest, true)
	case first.n == 0 && v.labelRow:
		return nil, c.at("copies dimension 0 of a row of labels").Cure("start the shape with -1")
	case first.n == 0 && v.stacked:
		return c.restack(v, v.shape()[0], rest)
	case first.n == 0:
		return c.reshapeTo(v, rest, true)
	case first.n == -1:
		return c.reshapeOpen(v, rest)
	case c.m.batch > 0 && first.n%int64(c.m.batch) == 0 && first.n > 0 && first.n <= maxComputed:
		return c.restack(v, int(first.n)/c.m.batch, rest)
	}
	return nil, c.mixes("sets the batch axis to a fixed size").Note("start the shape with -1 or 0")
}

// reshapeOpen: where the shape gives a row fewer elements than a sample has, each sample becomes several
// rows.
func (c *call) reshapeOpen(v *value, rest []integer) (*value, error) {
	shape, err := c.resolve(v, rest, false)
	if err != nil {
		return nil, err
	}
	if n := product(shape); n > 0 && n < v.size() && v.size()%n == 0 && !v.labelRow {
		return c.stack(v, v.size()/n, shape)
	}
	return c.reshapeTo(v.unstacked(), rest, false)
}

// restack gives each sample so many rows.
func (c *call) restack(v *value, rows int, rest []integer) (*value, error) {
	if rows == 1 {
		return c.reshapeTo(v.unstacked(), rest, true)
	}
	shape, err := c.resolve(v, rest, true)
	if err != nil {
		return nil, err
	}
	if open := slices.IndexFunc(rest, func(d integer) bool { return !d.batch && d.n == -1 }); open >= 0 {
		shape[open] /= rows
	}
	if rows*product(shape) != v.size() {
		return nil, c.errorf("a sample has %d elements, the shape gives it %d rows of %v", v.size(), rows, shape)
	}
	return c.stack(v, rows, shape)
}

// reshapeTo gives one sample a shape; mayOpen says whether one entry may be -1.
func (c *call) reshapeTo(v *value, dims []integer, mayOpen bool) (*value, error) {
	shape, err := c.resolve(v, dims, mayOpen)
	if err != nil {
		return nil, err
	}
	if product(shape) == v.size() {
		return c.reshape(v, shape)
	}
	if v.batched {
		return nil, c.at("a sample has %d elements, the shape gives it %v", v.size(), shape).
			Cure("a reshape must keep the elements of each sample together: x.view(x.size(0), -1) or nn.Flatten() in PyTorch")
	}
	return nil, c.errorf("cannot reshape %v to %v", v.shape(), shape)
}

// resolve finds the sizes that the entries of one sample's shape stand for.
func (c *call) resolve(v *value, dims []integer, mayOpen bool) ([]int, error) {
	shape, known, at := make([]int, len(dims)), 1, -1
	copied := v.shape()
	if v.stacked {
		copied = copied[1:]
	}
	for i, d := range dims {
		switch {
		case d.batch:
			return nil, c.mixes("moves the batch axis from the front")
		case d.n == 0:
			if v.labelRow || i >= len(copied) {
				return nil, c.errorf("copies dimension %d, which the operand does not have", i+v.rank()-len(copied))
			}
			shape[i] = copied[i]
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
			return nil, c.at("the shape has more than %d elements", tensor.MaxElements).Cure("%s", tooMany)
		}
	}
	if at >= 0 && known > 0 {
		shape[at] = v.size() / known
	}
	return shape, nil
}
