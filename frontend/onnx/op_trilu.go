package onnx

import "hecc/ir/tensor"

// lowerTrilu multiplies by zeros and ones: the upper or the lower triangle of the last two axes stays.
func lowerTrilu(c *call) (*value, error) {
	v := c.in[0]
	if err := c.pickable(v); err != nil {
		return nil, err
	}
	shape := v.shape()
	if len(shape) < 2 {
		if v.batched && v.rank() == 2 {
			return nil, c.mixes("takes a triangle of samples and elements")
		}
		return nil, c.errorf("operand 0 has %d axes, must have two at least", v.rank())
	}
	diagonal, err := c.triluDiagonal()
	if err != nil {
		return nil, err
	}
	upper := c.int("upper", 1)
	if upper&^1 != 0 {
		return nil, c.errorf("upper must be 0 or 1")
	}
	rows, columns := shape[len(shape)-2], shape[len(shape)-1]
	if err := c.spend(rows*columns, 1); err != nil {
		return nil, err
	}
	triangle := make([]float64, rows*columns)
	for i := range rows {
		for j := range columns {
			if d := int64(j - i); upper == 1 && d >= diagonal || upper == 0 && d <= diagonal {
				triangle[i*columns+j] = 1
			}
		}
	}
	return c.emit(tensor.Mul{}, v, v.sameType([]int{rows, columns}, triangle))
}

// triluDiagonal is the diagonal that the triangle ends at: 0 is the main one, positive ones are above.
func (c *call) triluDiagonal() (int64, error) {
	if len(c.in) < 2 || c.in[1] == nil {
		return 0, nil
	}
	k, err := c.wholeNumbers(c.in[1], "the diagonal")
	if err != nil {
		return 0, err
	}
	if len(k) != 1 {
		return 0, c.errorf("names %d diagonals, must name one", len(k))
	}
	return k[0], nil
}
