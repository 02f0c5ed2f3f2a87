package onnx

import "hecc/ir/tensor"

// lowerWhere chooses. By a constant condition it is one operand times that plus the other times the
// rest, which the server computes.
func lowerWhere(c *call) (*value, error) {
	condition, x, y := c.in[0], c.in[1], c.in[2]
	if condition.elem != boolType {
		return nil, c.errorf("the condition has elements of type %v, must be bool", condition.elem)
	}
	for _, v := range []*value{x, y} {
		if err := c.numeric(v); err != nil {
			return nil, err
		}
	}
	if isFloat(x.elem) != isFloat(y.elem) || isInt(x.elem) != isInt(y.elem) {
		return nil, c.errorf("chooses between elements of types %v and %v", x.elem, y.elem)
	}
	if condition.constant() && isFloat(x.elem) {
		return c.chooseByConstant(condition, x, y)
	}
	if x.constant() && y.constant() && condition.constant() {
		return nil, c.at("all operands are constant").Cure("write the result as a constant")
	}
	return c.choose(condition, x, y)
}

func (c *call) chooseByConstant(condition, x, y *value) (*value, error) {
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

// choose is for the client. The batch axis meets in all three operands.
func (c *call) choose(condition, x, y *value) (*value, error) {
	list := []*value{condition, x, y}
	var batched *value
	for _, v := range list {
		if v.batched && (batched == nil || v.rank() > batched.rank()) {
			batched = v
		}
	}
	for i, v := range list {
		if batched == nil || v == batched {
			continue
		}
		_, aligned, err := c.align(batched, v)
		if err != nil {
			return nil, err
		}
		list[i] = aligned
	}
	out, err := c.emit(tensor.Where{}, list...)
	if err != nil {
		return nil, err
	}
	out.elem, out.choices, out.whole = x.elem, 0, false
	return out, nil
}
