package onnx

import (
	"slices"

	"hecc/ir/tensor"
)

// The operators of this file choose elements of values along axes.

// take replaces the positions along an axis of one sample by the listed ones; -1 stands for fill.
func (c *call) take(v *value, axis int, positions []int, fill float64) (*value, error) {
	if len(positions) == 0 {
		return nil, c.errorf("the result has no elements")
	}
	shape := slices.Clone(v.shape())
	shape[axis] = len(positions)
	if product(shape) > tensor.MaxElements {
		return nil, c.at("the result has more than %d elements", tensor.MaxElements).Cure("%s", tooMany)
	}
	if err := c.spend(product(shape), 0); err != nil {
		return nil, err
	}
	index := tensor.AxisIndex(v.shape(), axis, positions)
	if v.constant() && isInt(v.elem) {
		return v.rearranged(shape, index), nil
	}
	return c.emit(tensor.Pick{Shape: shape, Index: index, Fill: fill}, v)
}

// rearranged is a constant of integers with its elements in other places.
func (v *value) rearranged(shape, index []int) *value {
	out := &value{elem: v.elem, array: &array{shape: shape, ints: make([]integer, len(index))}}
	for i, j := range index {
		out.array.ints[i] = v.array.ints[j]
	}
	return out
}

// pickable refuses constants that are no floating-point numbers. What is computed may be integers or strings.
func (c *call) pickable(v *value) error {
	if !isFloat(v.elem) && (v.constant() || v.elem == mapType) {
		return c.errorf("operand 0 has elements of type %v, must be floating-point numbers", v.elem)
	}
	return nil
}

func countTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// sliceValues cuts values along the axes that the parameters name.
func (c *call) sliceValues(v *value, starts, ends, axes, steps []int64) (*value, error) {
	if err := c.pickable(v); err != nil && !c.isShape() {
		return nil, err
	}
	if axes == nil {
		for i := range starts {
			axes = append(axes, int64(i))
		}
	}
	if len(starts) == 0 || len(ends) != len(starts) || len(axes) != len(starts) || steps != nil && len(steps) != len(starts) {
		return nil, c.errorf("%d starts, %d ends, %d axes, %d steps", len(starts), len(ends), len(axes), len(steps))
	}
	seen := make([]bool, v.rank())
	for i, a := range axes {
		k, err := c.axis(a, v.rank())
		if err != nil {
			return nil, err
		}
		if seen[k] {
			return nil, c.errorf("axes %v: one is named twice", axes)
		}
		seen[k] = true
		step := int64(1)
		if steps != nil {
			step = steps[i]
		}
		if step == 0 {
			return nil, c.errorf("the step is 0")
		}
		if v.batched && k == 0 {
			if starts[i] == 0 && step == 1 && ends[i] >= 1<<31-1 {
				continue // all samples
			}
			return nil, c.mixes("cuts the batch axis")
		}
		k -= v.skipped()
		positions := sliceOf(v.shape()[k], starts[i], ends[i], step)
		if v, err = c.take(v, k, positions, 0); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// sliceOf lists the positions of a slice of n, with the bounds clamped as ONNX does.
func sliceOf(n int, start, end, step int64) []int {
	size := int64(n)
	bound := func(k, least, most int64) int64 {
		if k < 0 {
			k = max(k, -size-1) + size
		}
		return min(max(k, least), most)
	}
	var list []int
	if step > 0 {
		step = min(step, size)
		for k := bound(start, 0, size); k < bound(end, 0, size); k += step {
			list = append(list, int(k))
		}
		return list
	}
	step = max(step, -size)
	for k := bound(start, -1, size-1); k > bound(end, -1, size-1); k += step {
		list = append(list, int(k))
	}
	return list
}

// gatherValues picks constant positions along an axis.
func (c *call) gatherValues(v, indices *value) (*value, error) {
	if err := c.pickable(v); err != nil {
		return nil, err
	}
	if !indices.constant() || !isInt(indices.elem) {
		return nil, c.at("the indices must be constant integers").Cure("computed ones only look up constant numbers, along axis 0")
	}
	axis, err := c.sampleAxis(c.int("axis", 0), v)
	if err != nil {
		return nil, err
	}
	n := v.shape()[axis]
	positions := make([]int, indices.size())
	for i, d := range indices.array.ints {
		k := d.n
		if d.batch || k < -int64(n) || k >= int64(n) {
			return nil, c.errorf("index %d along an axis of %d", k, n)
		}
		if k < 0 {
			k += int64(n)
		}
		positions[i] = int(k)
	}
	out, err := c.take(v, axis, positions, 0)
	if err != nil {
		return nil, err
	}
	shape := slices.Replace(slices.Clone(out.shape()), axis, axis+1, indices.shape()...)
	return c.reshape(out, shape)
}

// gatherComputed looks constants up by a computed index.
func (c *call) gatherComputed() (*value, error) {
	table, index := c.in[0], c.in[1]
	if !isInt(index.elem) {
		return nil, c.errorf("the indices have elements of type %v, must be integers", index.elem)
	}
	axis, err := c.axis(c.int("axis", 0), table.rank())
	if err != nil {
		return nil, err
	}
	if axis != 0 && index.batched {
		return nil, c.mixes("looks positions up along another axis than the first")
	}
	if table.rank() == 1 && !isFloat(table.elem) {
		return c.lookUp(table, index)
	}
	out, err := c.emit(tensor.Gather{Axis: axis}, table, index)
	if err != nil {
		return nil, err
	}
	out.elem = table.elem
	return out, nil
}

// lowerSplit gives the first part; the others are kept in c.more.
func lowerSplit(c *call) (*value, error) {
	v := c.in[0]
	if err := c.pickable(v); err != nil {
		return nil, err
	}
	axis, err := c.sampleAxis(c.int("axis", 0), v)
	if err != nil {
		return nil, err
	}
	sizes, err := c.splitSizes(v.shape()[axis])
	if err != nil {
		return nil, err
	}
	var parts []*value
	at := 0
	for _, n := range sizes {
		positions := make([]int, n)
		for i := range positions {
			positions[i] = at + i
		}
		part, err := c.take(v, axis, positions, 0)
		if err != nil {
			return nil, err
		}
		parts, at = append(parts, part), at+int(n)
	}
	c.more = parts[1:]
	return parts[0], nil
}

// splitSizes are an attribute, since operator set 13 an operand; without them the parts are
// equal, but the last may be smaller.
func (c *call) splitSizes(n int) ([]int64, error) {
	count := int64(len(c.node.outputs))
	sizes := c.ints("split")
	if list := c.operand(1); list != nil {
		var err error
		if sizes, err = c.wholeNumbers(list, "the sizes"); err != nil {
			return nil, err
		}
	}
	if sizes == nil {
		if c.int("num_outputs", count) != count {
			return nil, c.errorf("num_outputs is %d, the node has %d outputs", c.int("num_outputs", count), count)
		}
		if c.node.version < 18 && int64(n)%count != 0 {
			return nil, c.errorf("%d elements do not split into %d equal parts", n, count)
		}
		each := (int64(n) + count - 1) / count
		for range count {
			sizes = append(sizes, each)
		}
		sizes[count-1] = int64(n) - each*(count-1)
	}
	sum := int64(0)
	for _, k := range sizes {
		if k < 1 || k > int64(n) {
			return nil, c.errorf("a part has %d elements of %d", k, n)
		}
		sum += k
	}
	if sum != int64(n) || int64(len(sizes)) != count {
		return nil, c.errorf("parts of sizes %v for %d elements and %d outputs", sizes, n, count)
	}
	return sizes, nil
}
