package onnx

import (
	"math"
	"slices"

	"hecc/ir/tensor"
)

// The operators of this file compute with constant integers, as models do to find shapes.

// arithmetic lowers an operator that has a meaning for values and for constant integers.
func arithmetic(values func(*call) (*value, error), integers func(a, b integer) (integer, bool)) func(*call) (*value, error) {
	return func(c *call) (*value, error) {
		a, b := c.in[0], c.in[1]
		if a.constant() && b.constant() && isInt(a.elem) && a.elem == b.elem {
			return c.integers(a, b, integers)
		}
		if isInt(a.elem) && a.elem == b.elem { // computed: labels and indices
			return values(c)
		}
		if err := c.checkFloats(); err != nil {
			return nil, err
		}
		return values(c)
	}
}

// integers applies an operation element by element. Operands are repeated along axes of one element.
func (c *call) integers(a, b *value, f func(a, b integer) (integer, bool)) (*value, error) {
	shape, err := tensor.BroadcastShape(a.shape(), b.shape())
	if err != nil {
		return nil, c.errorf("%v", err)
	}
	if err := c.spend(product(shape), 1); err != nil {
		return nil, err
	}
	out := &value{elem: a.elem, array: &array{shape: shape, ints: make([]integer, product(shape))}}
	ia, ib := tensor.BroadcastIndex(a.shape(), shape), tensor.BroadcastIndex(b.shape(), shape)
	for i := range out.array.ints {
		x, y := a.array.ints[ia[i]], b.array.ints[ib[i]]
		r, ok := f(x, y)
		switch {
		case !ok && (x.batch || y.batch):
			return nil, c.errorf("computes with the number of samples")
		case !ok:
			return nil, c.errorf("cannot compute with %d and %d", x.n, y.n)
		}
		out.array.ints[i] = r
	}
	return out, nil
}

// Sums, products and quotients of integers. The number of samples may be added to 0 and multiplied by 1.
// Anything else that depends on it is refused, and so is overflow.

const maxInteger = 1 << 31

func inRange(n int64) (integer, bool) { return integer{n: n}, n >= -maxInteger && n <= maxInteger }

// exact says whether both numbers are so small that no result of them overflows.
func exact(a, b integer) bool {
	return !a.batch && !b.batch && max(a.n, -a.n, b.n, -b.n) <= maxInteger && min(a.n, b.n) > math.MinInt64
}

func addIntegers(a, b integer) (integer, bool) {
	switch {
	case a.batch && !b.batch && b.n == 0:
		return a, true
	case b.batch && !a.batch && a.n == 0:
		return b, true
	case !exact(a, b):
		return a, false
	}
	return inRange(a.n + b.n)
}

func subIntegers(a, b integer) (integer, bool) {
	if a.batch && !b.batch && b.n == 0 {
		return a, true
	}
	if !exact(a, b) {
		return a, false
	}
	return inRange(a.n - b.n)
}

func mulIntegers(a, b integer) (integer, bool) {
	switch {
	case a.batch && !b.batch && b.n == 1:
		return a, true
	case b.batch && !a.batch && a.n == 1:
		return b, true
	case !exact(a, b):
		return a, false
	}
	return inRange(a.n * b.n)
}

// divIntegers rounds towards zero, as the ONNX reference does for positive numbers; others are refused.
func divIntegers(a, b integer) (integer, bool) {
	if a.batch && !b.batch && b.n == 1 {
		return a, true
	}
	if !exact(a, b) || a.n < 0 || b.n <= 0 {
		return a, false
	}
	return inRange(a.n / b.n)
}

// multiplyIntegers multiplies a list of constant integers, as models do with the sizes of axes.
func (c *call) multiplyIntegers(v *value) (*value, error) {
	if v.rank() != 1 {
		return nil, c.errorf("multiplies constant integers of shape %v, must be a list", v.shape())
	}
	total, ok := integer{n: 1}, true
	for _, n := range v.array.ints {
		if total, ok = mulIntegers(total, n); !ok {
			return nil, c.errorf("computes with the number of samples, or with numbers that are too large")
		}
	}
	var shape []int
	if c.int("keepdims", 1) == 1 {
		shape = []int{1}
	}
	return &value{elem: v.elem, array: &array{shape: shape, ints: []integer{total}}}, nil
}

// forEachSample is a constant that the model repeats along the batch axis, as torch.full_like does.
func (c *call) forEachSample(v *value) (*value, error) {
	n, err := c.constNode(c.m.graph, v)
	if err != nil {
		return nil, err
	}
	return &value{elem: v.elem, node: n, batched: true}, nil
}

// perSample says whether a shape begins with the number of samples, and gives what is left.
func perSample(shape *value) (*value, bool) {
	if !shape.constant() || shape.rank() != 1 || len(shape.array.ints) == 0 || !shape.array.ints[0].batch {
		return shape, false
	}
	rest := shape.reshaped([]int{len(shape.array.ints) - 1})
	rest.array.ints = rest.array.ints[1:]
	return rest, true
}

// lowerConstantOfShape fills a constant with one value.
func lowerConstantOfShape(c *call) (*value, error) {
	rest, batched := perSample(c.in[0])
	dims, err := c.wholeNumbers(rest, "the shape")
	if err != nil {
		return nil, err
	}
	shape, n, err := readDims(dims)
	if err != nil {
		return nil, c.errorf("%v", err)
	}
	one := &value{elem: float32Type, array: &array{shape: []int{1}, floats: []float64{0}}}
	if a, ok := c.attr("value"); ok {
		if one, err = readTensor(c.node.pos, "the value", a.GetT()); err != nil {
			return nil, err
		}
		if one.size() != 1 || one.elem == stringType {
			return nil, c.errorf("the value must be one number")
		}
	}
	out := &value{elem: one.elem, array: &array{shape: shape}}
	if err := c.spendFor(out); err != nil {
		return nil, err
	}
	if isFloat(one.elem) {
		out.array.floats = slices.Repeat(one.array.floats, n)
	} else {
		out.array.ints = slices.Repeat(one.array.ints, n)
	}
	if batched {
		return c.forEachSample(out)
	}
	return out, nil
}

// lowerRange counts from a start to a limit, for constants.
func lowerRange(c *call) (*value, error) {
	var bounds [3]float64
	for i, v := range c.in {
		if !v.constant() || v.size() != 1 || v.elem != c.in[0].elem || !isFloat(v.elem) && !isInt(v.elem) {
			return nil, c.errorf("operand %d must be one constant number, all of one type", i)
		}
		bounds[i] = v.numbers()[0]
	}
	start, limit, delta := bounds[0], bounds[1], bounds[2]
	count := math.Ceil((limit - start) / delta)
	if delta == 0 || !(math.Abs(count) <= maxComputed) {
		return nil, c.errorf("counts from %v to %v by %v", start, limit, delta)
	}
	n := max(0, int(count))
	out := &value{elem: c.in[0].elem, array: &array{shape: []int{n}}}
	if err := c.spendFor(out); err != nil {
		return nil, err
	}
	for k := range n {
		x := start + float64(k)*delta
		if isInt(out.elem) {
			out.array.ints = append(out.array.ints, integer{n: int64(x)})
		} else {
			out.array.floats = append(out.array.floats, x)
		}
	}
	return out, nil
}
