package onnx

import "hecc/ir/tensor"

// lowerWhere chooses by a constant condition: one operand times it plus the other times the rest.
func lowerWhere(c *call) (*value, error) {
	condition, x, y := c.in[0], c.in[1], c.in[2]
	if !condition.constant() || condition.elem != boolType {
		return nil, c.errorf("the condition must be constant").
			Note("a comparison with encrypted values cannot be computed; use Relu, Clip, Min or Max")
	}
	if !isFloat(x.elem) || x.elem != y.elem {
		return nil, c.errorf("chooses between elements of types %v and %v, must be floating-point numbers of one type", x.elem, y.elem)
	}
	yes, no := make([]float64, condition.size()), make([]float64, condition.size())
	for i, d := range condition.array.ints {
		yes[i], no[i] = float64(d.n), float64(1-d.n)
	}
	first, err := c.broadcast(tensor.Mul{}, x, x.sameType(condition.shape(), yes))
	if err != nil {
		return nil, err
	}
	second, err := c.broadcast(tensor.Mul{}, y, x.sameType(condition.shape(), no))
	if err != nil {
		return nil, err
	}
	return c.broadcast(tensor.Add{}, first, second)
}
