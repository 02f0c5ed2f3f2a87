package onnx

import (
	"slices"

	"hecc/ir/tensor"
)

func lowerReduceSum(c *call) (*value, error)  { return c.sum(c.in[0], false) }
func lowerReduceMean(c *call) (*value, error) { return c.sum(c.in[0], true) }

func lowerReduceSumSquare(c *call) (*value, error) {
	if err := c.pickable(c.in[0]); err != nil {
		return nil, err
	}
	square, err := c.emit(tensor.Mul{}, c.in[0], c.in[0])
	if err != nil {
		return nil, err
	}
	return c.sum(square, false)
}

// lowerReduceProd multiplies neighbours, then the products, so that the depth is the logarithm of their
// number.
func lowerReduceProd(c *call) (*value, error) {
	if v := c.in[0]; v.constant() && isInt(v.elem) {
		return c.multiplyIntegers(v)
	}
	if err := c.pickable(c.in[0]); err != nil {
		return nil, err
	}
	return c.reduce(c.in[0], func(c *call, v *value) (*value, error) {
		last := len(v.shape()) - 1
		for {
			n := v.shape()[last]
			switch {
			case n > maxPower:
				return nil, c.at("multiplies %d numbers", n).Cure("at most %d are multiplied: the products of more spread too far", maxPower)
			case n == 1:
				return c.reshape(v, v.shape()[:last])
			}
			half, rest := n/2, n%2
			a, err := c.take(v, last, countTo(half+rest), 0)
			if err != nil {
				return nil, err
			}
			second := countTo(half + rest)
			for i := range second {
				second[i] += half + rest
			}
			if rest == 1 {
				second[half] = -1 // the factor without a partner is multiplied by 1
			}
			b, err := c.take(v, last, second, 1)
			if err != nil {
				return nil, err
			}
			if v, err = c.emit(tensor.Mul{}, a, b); err != nil {
				return nil, err
			}
		}
	})
}

// lowerReduceL1 is the sum of absolute values.
func lowerReduceL1(c *call) (*value, error) {
	if err := c.pickable(c.in[0]); err != nil {
		return nil, err
	}
	size, err := c.emit(tensor.Func{Fn: "abs"}, c.in[0])
	if err != nil {
		return nil, err
	}
	return c.sum(size, false)
}

// lowerReduceL2 is the root of the sum of squares.
func lowerReduceL2(c *call) (*value, error) {
	sum, err := lowerReduceSumSquare(c)
	if err != nil {
		return nil, err
	}
	return c.emit(tensor.Func{Fn: "sqrt"}, sum)
}

func lowerReduceLogSum(c *call) (*value, error) {
	sum, err := c.sum(c.in[0], false)
	if err != nil {
		return nil, err
	}
	return c.emit(tensor.Func{Fn: "log"}, sum)
}

func lowerReduceLogSumExp(c *call) (*value, error) {
	if err := c.pickable(c.in[0]); err != nil {
		return nil, err
	}
	return c.reduce(c.in[0], reduceBy("logsumexp"))
}

// extreme lowers the largest or smallest element.
func extreme(fn string) func(*call) (*value, error) {
	return func(c *call) (*value, error) {
		if err := c.computedNumbers(c.in[0]); err != nil {
			return nil, err
		}
		return c.reduce(c.in[0], reduceBy(fn))
	}
}

func reduceBy(fn string) func(c *call, v *value) (*value, error) {
	return func(c *call, v *value) (*value, error) {
		return c.emit(tensor.Reduce{Fn: fn, Axis: len(v.shape()) - 1}, v)
	}
}

// sum adds the elements along axes, or takes their mean.
func (c *call) sum(v *value, mean bool) (*value, error) {
	if err := c.pickable(v); err != nil {
		return nil, err
	}
	if mean && !v.constant() && isInt(v.elem) {
		return nil, c.at("takes the mean of computed whole numbers, which is one too").Cure("cast them to float32 first")
	}
	return c.reduce(v, addUp(mean))
}

// addUp multiplies by a vector of equal numbers along the last axis.
func addUp(mean bool) func(c *call, v *value) (*value, error) {
	return func(c *call, v *value) (*value, error) {
		n := v.shape()[len(v.shape())-1]
		weight := 1.0
		if mean {
			weight = 1 / float64(n)
		}
		return c.emit(tensor.MatMul{}, v, v.sameType([]int{n}, slices.Repeat([]float64{weight}, n)))
	}
}

// reduce makes one element of those along the axes that the node names.
func (c *call) reduce(v *value, along func(c *call, v *value) (*value, error)) (*value, error) {
	axes, none, err := c.reducedAxes(v)
	if err != nil || none {
		return v, err
	}
	keep := c.int("keepdims", 1)
	if keep&^1 != 0 {
		return nil, c.errorf("keepdims is %d, must be 0 or 1", keep)
	}
	return c.reduceAxes(v, axes, keep == 1, along)
}

// reduceAxes makes one element of those along axes of one sample, which are moved to the end and joined to one.
func (c *call) reduceAxes(v *value, axes []int, keep bool, along func(c *call, v *value) (*value, error)) (*value, error) {
	shape := v.shape()
	var kept, perm []int
	for k, d := range shape {
		if !slices.Contains(axes, k) {
			kept, perm = append(kept, d), append(perm, k)
		}
	}
	var err error
	if perm = append(perm, axes...); !slices.IsSorted(perm) {
		if v, err = c.emit(tensor.Transpose{Perm: perm}, v); err != nil {
			return nil, err
		}
	}
	if v, err = c.reshape(v, append(slices.Clone(kept), product(shape)/product(kept))); err != nil {
		return nil, err
	}
	if v, err = along(c, v); err != nil || !keep {
		return v, err
	}
	shape = slices.Clone(shape)
	for _, k := range axes {
		shape[k] = 1
	}
	return c.reshape(v, shape)
}

// reducedAxes are the sorted axes of one sample that are summed over: an attribute, in newer
// operator sets an operand. Without any, it is all axes, or none.
func (c *call) reducedAxes(v *value) (axes []int, none bool, err error) {
	list := c.ints("axes")
	if x := c.operand(1); x != nil {
		if list, err = c.wholeNumbers(x, "the axes"); err != nil {
			return nil, false, err
		}
	}
	if len(list) == 0 {
		if c.int("noop_with_empty_axes", 0) == 1 {
			return nil, true, nil
		}
		for k := range v.rank() {
			list = append(list, int64(k))
		}
	}
	for _, a := range list {
		k, err := c.sampleAxis(a, v)
		if err != nil {
			return nil, false, err
		}
		if slices.Contains(axes, k) {
			return nil, false, c.errorf("axes %v: one is named twice", list)
		}
		axes = append(axes, k)
	}
	slices.Sort(axes)
	return axes, len(axes) == 0, nil
}

// lowerCumSum multiplies by a triangular matrix.
func lowerCumSum(c *call) (*value, error) {
	v := c.in[0]
	if err := c.pickable(v); err != nil {
		return nil, err
	}
	axes, err := c.wholeNumbers(c.in[1], "the axis")
	if err != nil {
		return nil, err
	}
	if len(axes) != 1 {
		return nil, c.errorf("names %d axes, must name one", len(axes))
	}
	axis, err := c.sampleAxis(axes[0], v)
	if err != nil {
		return nil, err
	}
	exclusive, reverse := c.int("exclusive", 0), c.int("reverse", 0)
	if exclusive&^1 != 0 || reverse&^1 != 0 {
		return nil, c.errorf("exclusive and reverse must be 0 or 1")
	}
	n, last := v.shape()[axis], len(v.shape())-1
	if n > 1<<12 {
		return nil, c.at("adds up %d elements, more than %d", n, 1<<12).Cure("%s", tooMany)
	}
	if err := c.spend(n*n, 1); err != nil {
		return nil, err
	}
	triangle := make([]float64, n*n)
	for from := range n {
		for to := range n {
			a, b := from, to
			if reverse == 1 {
				a, b = to, from
			}
			if a < b || a == b && exclusive == 0 {
				triangle[from*n+to] = 1
			}
		}
	}
	swap := countTo(last + 1)
	swap[axis], swap[last] = swap[last], swap[axis]
	if v, err = c.emit(tensor.Transpose{Perm: swap}, v); err != nil {
		return nil, err
	}
	if v, err = c.emit(tensor.MatMul{}, v, v.sameType([]int{n, n}, triangle)); err != nil {
		return nil, err
	}
	return c.emit(tensor.Transpose{Perm: swap}, v)
}
