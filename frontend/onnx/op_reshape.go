package onnx

import (
	"slices"

	"hecc/ir/tensor"
)

// reshape changes the shape of one sample.
func (c *call) reshape(v *value, shape []int) (*value, error) {
	if len(shape) > maxRank {
		return nil, c.errorf("the result has %d axes, more than %d", len(shape), maxRank)
	}
	if slices.Equal(shape, v.shape()) && !v.labelRow {
		return v, nil
	}
	if v.constant() {
		if product(shape) != v.size() {
			return nil, c.errorf("cannot reshape %v to %v", v.shape(), shape)
		}
		return v.reshaped(shape), nil
	}
	out := *v // a reshaped index or label is still one
	out.labelRow = false
	if !slices.Equal(shape, v.shape()) {
		w, err := c.emit(tensor.Reshape{Shape: shape}, v)
		if err != nil {
			return nil, err
		}
		out.node = w.node
	}
	return &out, nil
}

func lowerFlatten(c *call) (*value, error) {
	v := c.in[0]
	axis := c.int("axis", 1)
	if axis != int64(v.rank()) { // allowed here: everything before the axis
		k, err := c.axis(axis, v.rank())
		if err != nil {
			return nil, err
		}
		axis = int64(k)
	}
	shape := v.shape()
	if !v.batched {
		return c.reshape(v, []int{product(shape[:axis]), product(shape[axis:])})
	}
	if axis == 0 {
		return nil, c.mixes("flattens the batch axis together with another")
	}
	if rows := product(shape[:axis-1]); rows > 1 {
		return c.stack(v, rows, []int{product(shape[axis-1:])})
	}
	return c.reshape(v, []int{product(shape[axis-1:])})
}

// axes are the sorted axes that Squeeze and Unsqueeze name: an attribute, since
// operator set 13 an operand. They count in a value of that rank.
func (c *call) axes(rank int) ([]int, bool, error) {
	list := c.ints("axes")
	if c.node.version >= 13 {
		v := c.operand(1)
		if v == nil {
			return nil, false, nil
		}
		var err error
		if list, err = c.wholeNumbers(v, "axes"); err != nil {
			return nil, false, err
		}
	} else if !c.has("axes") {
		return nil, false, nil
	}
	axes := make([]int, len(list))
	for i, a := range list {
		k, err := c.axis(a, rank)
		if err != nil {
			return nil, false, err
		}
		axes[i] = k
	}
	slices.Sort(axes)
	if len(slices.Compact(slices.Clone(axes))) != len(axes) {
		return nil, false, c.at("axes %v: one is named twice", list).Cure("%s", contradiction)
	}
	return axes, true, nil
}

func lowerSqueeze(c *call) (*value, error) {
	v := c.in[0]
	if v.labelRow {
		return nil, c.mixes("squeezes a row of labels")
	}
	axes, given, err := c.axes(v.rank())
	if err != nil {
		return nil, err
	}
	if !given {
		return c.squeezeAll(v)
	}
	if v.batched && slices.Contains(axes, 0) {
		return nil, c.mixes("squeezes the batch axis")
	}
	shape := slices.Clone(v.shape())
	for _, k := range slices.Backward(axes) {
		k -= v.skipped()
		if shape[k] != 1 {
			return nil, c.at("squeezes axis %d, whose size is %d", k+v.skipped(), shape[k]).Cure("%s", contradiction)
		}
		shape = slices.Delete(shape, k, k+1)
	}
	return c.reshape(v, shape)
}

// squeezeAll removes all axes of size 1. The batch stays, of which the exporter did not think: a
// runtime would remove it too where there is a single sample, whose numbers are the same.
func (c *call) squeezeAll(v *value) (*value, error) {
	shape := slices.DeleteFunc(slices.Clone(v.shape()), func(d int) bool { return d == 1 })
	return c.reshape(v, shape)
}

func lowerUnsqueeze(c *call) (*value, error) {
	v := c.in[0]
	if v.labelRow {
		return nil, c.mixes("unsqueezes a row of labels")
	}
	count := len(c.ints("axes"))
	if axes := c.operand(1); axes != nil {
		count = axes.lengthOf()
	}
	if count > maxRank {
		return nil, c.errorf("adds %d axes, more than %d", count, maxRank)
	}
	axes, given, err := c.axes(v.rank() + count)
	if err != nil {
		return nil, err
	}
	if !given {
		return nil, c.at("names no axes").Cure("%s", contradiction)
	}
	if v.batched && slices.Contains(axes, 0) {
		return nil, c.mixes("puts an axis before the batch axis")
	}
	shape := slices.Clone(v.shape())
	for _, k := range axes {
		shape = slices.Insert(shape, k-v.skipped(), 1)
	}
	return c.reshape(v, shape)
}

func lowerTranspose(c *call) (*value, error) {
	v := c.in[0]
	rank := v.rank()
	perm := make([]int, rank)
	for i := range perm {
		perm[i] = rank - 1 - i
	}
	if c.has("perm") {
		list := c.ints("perm")
		if len(list) != rank {
			return nil, c.at("permutation %v of a value with %d axes", list, rank).Cure("%s", contradiction)
		}
		for i, p := range list {
			if p < 0 || p >= int64(rank) || slices.Contains(list[:i], p) {
				return nil, c.at("%v is no permutation", list).Cure("%s", contradiction)
			}
			perm[i] = int(p)
		}
	}
	if v.batched {
		if perm[0] != 0 {
			return nil, c.mixes("moves the batch axis from the front")
		}
		perm = perm[1:]
		for i := range perm {
			perm[i]--
		}
	}
	if c.isShape() {
		shape := make([]int, rank)
		for i, p := range perm {
			shape[i] = v.shape()[p]
		}
		out := v.rearranged(shape, tensor.TransposeIndex(v.shape(), perm))
		return out, c.spendFor(out)
	}
	if err := c.checkFloats(); err != nil {
		return nil, err
	}
	return c.emit(tensor.Transpose{Perm: perm}, v)
}
