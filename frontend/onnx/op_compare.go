package onnx

import (
	"slices"

	"hecc/ir/tensor"
)

// The operators of this file compute truth values, 1 and 0, and operate on them.

// comparison lowers an operator that compares two values, perhaps exchanged.
func comparison(fn string, swap bool) func(*call) (*value, error) {
	return func(c *call) (*value, error) {
		a, err := c.asFloat32(c.in[0])
		if err != nil {
			return nil, err
		}
		b, err := c.asFloat32(c.in[1])
		if err != nil {
			return nil, err
		}
		if a.constant() && b.constant() && isInt(a.elem) && a.elem == b.elem {
			return c.compareIntegers(fn, swap)
		}
		for _, v := range c.in {
			err := c.numeric(v)
			if fn == "equal" && a.elem == stringType && b.elem == stringType {
				err = c.coded(v)
			}
			if err != nil {
				return nil, err
			}
		}
		if swap {
			a, b = b, a
		}
		out, err := c.broadcast(tensor.Compare{Fn: fn}, a, b)
		if err != nil {
			return nil, err
		}
		return c.truth(out), nil
	}
}

// asFloat32 rounds a value of the input to float32 if the model holds it so. Data may have more digits, which
// would decide comparisons and conversions to integers: 0.7 is more than float32's 0.7.
func (c *call) asFloat32(v *value) (*value, error) {
	if v.constant() || v.elem != float32Type || !isInput(v.node) {
		return v, nil
	}
	out, err := c.emit(tensor.ClientFunc{Fn: "float32"}, v)
	if err == nil {
		out.elem = v.elem
	}
	return out, err
}

// isInput says whether a node only moves elements of the input.
func isInput(n *tensor.Node) bool {
	switch n.Op.(type) {
	case tensor.Input:
		return true
	case tensor.Reshape, tensor.Transpose, tensor.Concat, tensor.Pick:
		return slices.ContainsFunc(n.In, isInput)
	}
	return false
}

// truth declares a value of ones and zeros as bool.
func (c *call) truth(v *value) *value {
	out := *v
	out.elem, out.choices, out.whole = boolType, 0, false
	if v.constant() && v.array.ints == nil {
		out.array, out.node = &array{shape: v.shape(), ints: make([]integer, v.size())}, nil
		for i, x := range v.array.floats {
			out.array.ints[i].n = int64(x)
		}
	}
	return &out
}

// compareIntegers compares shapes; the unknown number of samples differs from all numbers.
func (c *call) compareIntegers(fn string, swap bool) (*value, error) {
	out, err := c.integers(c.in[0], c.in[1], func(a, b integer) (integer, bool) {
		if swap {
			a, b = b, a
		}
		if a.batch || b.batch {
			return integer{}, fn == "equal" && a.batch != b.batch && max(a.n, b.n) <= 0
		}
		is := map[string]bool{"equal": a.n == b.n, "less": a.n < b.n, "lessequal": a.n <= b.n}[fn]
		if is {
			return integer{n: 1}, true
		}
		return integer{}, true
	})
	if err != nil {
		return nil, err
	}
	return c.truth(out), nil
}

// bools refuses operands that are not truth values.
func (c *call) bools() error {
	for i, v := range c.in {
		if v.elem != boolType {
			return c.errorf("operand %d has elements of type %v, must be bool", i, v.elem)
		}
	}
	return nil
}

func lowerNot(c *call) (*value, error) {
	if err := c.bools(); err != nil {
		return nil, err
	}
	return c.not(c.in[0])
}

func (c *call) not(v *value) (*value, error) {
	out, err := c.emit(tensor.Sub{}, v.sameType(nil, []float64{1}), v)
	if err != nil {
		return nil, err
	}
	return c.truth(out), nil
}

// lowerAnd is the product.
func lowerAnd(c *call) (*value, error) { return c.logic(tensor.Mul{}) }

// lowerXor is whether two values differ.
func lowerXor(c *call) (*value, error) {
	out, err := c.logic(tensor.Compare{Fn: "equal"})
	if err != nil {
		return nil, err
	}
	return c.not(out)
}

// lowerOr is whether the sum is above 0.
func lowerOr(c *call) (*value, error) {
	sum, err := c.logic(tensor.Add{})
	if err != nil {
		return nil, err
	}
	out, err := c.emit(tensor.Compare{Fn: "less"}, sum.sameType(nil, []float64{0}), sum)
	if err != nil {
		return nil, err
	}
	return c.truth(out), nil
}

func (c *call) logic(op tensor.Op) (*value, error) {
	if err := c.bools(); err != nil {
		return nil, err
	}
	out, err := c.broadcast(op, c.in[0], c.in[1])
	if err != nil {
		return nil, err
	}
	return c.truth(out), nil
}

func lowerIsNaN(c *call) (*value, error) {
	out, err := c.emit(tensor.ClientFunc{Fn: "isnan"}, c.in[0])
	if err != nil {
		return nil, err
	}
	return c.truth(out), nil
}

// clientFunction lowers an operator that is a scalar function which only the client can compute.
func clientFunction(fn string) func(*call) (*value, error) {
	return func(c *call) (*value, error) {
		v, err := c.asFloat32(c.in[0])
		if err != nil {
			return nil, err
		}
		return c.emit(tensor.ClientFunc{Fn: fn}, v)
	}
}

// lowerOneHot compares an index with all positions; a negative one counts from the end.
func lowerOneHot(c *call) (*value, error) {
	index, depth, pair := c.in[0], c.in[1], c.in[2]
	if err := c.computedNumbers(index); err != nil {
		return nil, err
	}
	index, err := c.truncated(index)
	if err != nil {
		return nil, err
	}
	if !depth.constant() || depth.size() != 1 || c.numeric(depth) != nil || !pair.constant() || pair.size() != 2 || c.numeric(pair) != nil {
		return nil, c.errorf("depth must be one constant number, and values two")
	}
	n, numbers := depth.numbers()[0], pair.numbers()
	if !(n >= 1 && n <= maxComputed) {
		return nil, c.errorf("the depth is %v", depth.numbers()[0])
	}
	axis, err := c.axis(c.int("axis", -1), index.rank()+1)
	if err != nil {
		return nil, err
	}
	if index.batched && axis == 0 {
		return nil, c.mixes("puts the positions before the batch axis")
	}
	axis -= index.skipped()
	if index, err = c.reshape(index, slices.Insert(slices.Clone(index.shape()), axis, 1)); err != nil {
		return nil, err
	}
	hot, err := c.emit(tensor.Compare{Fn: "equal"}, index, positions(index, axis, int(n), 0))
	if err != nil {
		return nil, err
	}
	fromEnd, err := c.emit(tensor.Compare{Fn: "equal"}, index, positions(index, axis, int(n), -int(n)))
	if err != nil {
		return nil, err
	}
	if hot, err = c.emit(tensor.Add{}, hot, fromEnd); err != nil {
		return nil, err
	}
	on := pair.sameType(nil, numbers[1:])
	out, err := c.emit(tensor.Where{}, hot, on, pair.sameType(nil, numbers[:1]))
	if err != nil {
		return nil, err
	}
	out.elem, out.choices = pair.elem, 0
	return out, nil
}

// positions counts along an axis of v, from a first number on.
func positions(v *value, axis, n, first int) *value {
	shape := make([]int, len(v.shape()))
	for i := range shape {
		shape[i] = 1
	}
	shape[axis] = n
	list := make([]float64, n)
	for i := range list {
		list[i] = float64(first + i)
	}
	return v.sameType(shape, list)
}

// lowerTopK gives the largest elements; their indices are its second result.
func lowerTopK(c *call) (*value, error) {
	v, k := c.in[0], c.int("k", -1)
	if err := c.computedNumbers(v); err != nil {
		return nil, err
	}
	if x := c.operand(1); x != nil {
		list, err := c.wholeNumbers(x, "k")
		if err != nil {
			return nil, err
		}
		if len(list) != 1 {
			return nil, c.errorf("k has %d numbers, must be one", len(list))
		}
		k = list[0]
	}
	axis, err := c.sampleAxis(c.int("axis", -1), v)
	if err != nil {
		return nil, err
	}
	n := v.shape()[axis]
	if k < 1 || k > int64(n) {
		return nil, c.errorf("takes %d of %d elements", k, n)
	}
	op := tensor.TopK{Axis: axis, K: int(k), Least: c.int("largest", 1) == 0}
	best, err := c.emit(op, v)
	if err != nil {
		return nil, err
	}
	op.Index = true
	places, err := c.emit(op, v)
	if err != nil {
		return nil, err
	}
	places.elem, places.choices = int64Type, n
	c.more = []*value{places}
	return best, nil
}
