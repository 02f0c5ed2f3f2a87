package onnx

import "slices"

// The operators of this file compute with shapes: lists of integers, in which
// an entry may be the size of the batch.

// wholeNumbers reads a constant list of int64, or a single one, without batch sizes.
func (c *call) wholeNumbers(v *value, what string) ([]int64, error) {
	if !v.constant() || !isInt(v.elem) || v.rank() > 1 {
		return nil, c.errorf("%s must be a constant list of integers", what)
	}
	out := make([]int64, len(v.array.ints))
	for i, d := range v.array.ints {
		if d.batch {
			return nil, c.errorf("%s must not depend on the number of samples", what)
		}
		out[i] = d.n
	}
	return out, nil
}

// lengthOf is the number of integers in a constant.
func (v *value) lengthOf() int {
	if !v.constant() {
		return 0
	}
	return len(v.array.ints)
}

func shapeValue(dims []integer) *value {
	return &value{elem: int64Type, array: &array{shape: []int{len(dims)}, ints: dims}}
}

// shapeOperand is the first operand, which must be a constant list of integers.
func (c *call) shapeOperand() ([]integer, error) {
	v := c.in[0]
	if !v.constant() || !isInt(v.elem) || v.rank() != 1 {
		return nil, c.at("is supported only to compute shapes from lists of integers").
			Cure("write the model without indexing of values")
	}
	return v.array.ints, nil
}

func lowerShape(c *call) (*value, error) {
	v := c.in[0]
	dims := make([]integer, 0, v.rank())
	for i := range v.rank() {
		if i == v.batchAxis() {
			dims = append(dims, integer{batch: true})
			continue
		}
		dims = append(dims, integer{n: int64(v.dim(i))})
	}
	end := int64(len(dims))
	return c.slice(dims, c.int("start", 0), c.int("end", end))
}

// slice clamps its bounds to the list, as ONNX does.
func (c *call) slice(dims []integer, start, end int64) (*value, error) {
	n := int64(len(dims))
	bound := func(k int64) int64 {
		if k < 0 {
			k += n
		}
		return min(max(k, 0), n)
	}
	start, end = bound(start), bound(end)
	v := shapeValue(slices.Clone(dims[start:max(start, end)]))
	return v, c.spendFor(v)
}

// isShape says whether the first operand is a list that a shape is computed from.
func (c *call) isShape() bool { return c.in[0].constant() && isInt(c.in[0].elem) }

func lowerGather(c *call) (*value, error) {
	if c.in[0].constant() && !c.in[1].constant() {
		return c.gatherComputed()
	}
	if !c.isShape() {
		return c.gatherValues(c.in[0], c.in[1])
	}
	dims, err := c.shapeOperand()
	if err != nil {
		return nil, err
	}
	if _, err := c.axis(c.int("axis", 0), 1); err != nil {
		return nil, err
	}
	indices, err := c.wholeNumbers(c.in[1], "the indices")
	if err != nil {
		return nil, err
	}
	out := make([]integer, len(indices))
	for i, k := range indices {
		at, err := c.axis(k, len(dims))
		if err != nil {
			return nil, c.errorf("index %d into a list of %d", k, len(dims))
		}
		out[i] = dims[at]
	}
	v := &value{elem: c.in[0].elem, array: &array{shape: c.in[1].shape(), ints: out}}
	return v, c.spendFor(v)
}

func lowerSlice(c *call) (*value, error) {
	params, err := c.sliceParams()
	if err != nil {
		return nil, err
	}
	if !c.isShape() || c.in[0].rank() > 1 || len(params[3]) == 1 && params[3][0] != 1 {
		return c.sliceValues(c.in[0], params[0], params[1], params[2], params[3])
	}
	dims, err := c.shapeOperand()
	if err != nil {
		return nil, err
	}
	for _, p := range params {
		if p != nil && len(p) != 1 {
			return nil, c.errorf("a list has one axis, the parameters are for %d", len(p))
		}
	}
	starts, ends, axes := params[0], params[1], params[2]
	if starts == nil || ends == nil {
		return nil, c.errorf("needs starts and ends")
	}
	if axes != nil {
		if _, err := c.axis(axes[0], 1); err != nil {
			return nil, err
		}
	}
	out, err := c.slice(dims, starts[0], ends[0])
	if err == nil {
		out.elem = c.in[0].elem
	}
	return out, err
}

// sliceParams are starts, ends, axes and steps: attributes, since operator set 10 operands.
func (c *call) sliceParams() (params [4][]int64, err error) {
	if c.node.version < 10 {
		params[0], params[1], params[2] = c.ints("starts"), c.ints("ends"), c.ints("axes")
		return params, nil
	}
	for i, what := range []string{"starts", "ends", "axes", "steps"} {
		if v := c.operand(i + 1); v != nil {
			if params[i], err = c.wholeNumbers(v, what); err != nil {
				return params, err
			}
		}
	}
	return params, nil
}
