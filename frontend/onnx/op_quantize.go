package onnx

import "slices"

// lowerDequantize gives stored weights back as numbers: (q - zero)·scale, with one scale for all or
// one for each position along an axis.
func lowerDequantize(c *call) (*value, error) {
	q, scale, zero := c.in[0], c.in[1], c.operand(2)
	if !q.constant() || !scale.constant() || zero != nil && !zero.constant() {
		return nil, c.at("the number that is scaled depends on the input").Cure("%s", exportFloat)
	}
	if c.int("block_size", 0) != 0 {
		return nil, c.at("block_size is %d, must be 0", c.int("block_size", 0)).Cure("%s", exportFloat)
	}
	if !isInt(q.elem) || !isFloat(scale.elem) || zero != nil && (zero.elem != q.elem || !slices.Equal(zero.shape(), scale.shape())) {
		return nil, c.errorf("needs integers, floating-point scales, and zero points of the type of the one and the shape of the other")
	}
	index, err := c.scaleIndex(q, scale)
	if err != nil {
		return nil, err
	}
	zeros := make([]float64, scale.size())
	if zero != nil {
		zeros = zero.numbers()
	}
	out := q.numbers()
	for i, k := range index {
		out[i] = (out[i] - zeros[k]) * scale.array.floats[k]
	}
	return c.numbersAs(q, scale.elem, out)
}

// scaleIndex says which scale each element has.
func (c *call) scaleIndex(q, scale *value) ([]int, error) {
	index := make([]int, q.size())
	if scale.size() == 1 && scale.rank() <= 1 {
		return index, nil
	}
	axis, err := c.axis(c.int("axis", 1), q.rank())
	if err != nil {
		return nil, err
	}
	if !slices.Equal(scale.shape(), q.shape()[axis:axis+1]) {
		return nil, c.errorf("scales of shape %v for axis %d of %v", scale.shape(), axis, q.shape())
	}
	inner := product(q.shape()[axis+1:])
	for i := range index {
		index[i] = i / inner % scale.size()
	}
	return index, nil
}
