package onnx

import "slices"

// lowerExpand repeats axes of size 1 to a constant shape, as broadcasting does.
func lowerExpand(c *call) (*value, error) {
	v, target := c.in[0], c.in[1]
	if err := c.pickable(v); err != nil {
		return nil, err
	}
	if !target.constant() || target.elem != int64Type || target.rank() != 1 {
		return nil, c.errorf("the shape must be a constant list of int64")
	}
	if rest, batched := perSample(target); batched && v.constant() && len(v.shape()) < target.size() {
		v, err := c.expandTo(v, rest.array.ints)
		if err != nil {
			return nil, err
		}
		return c.forEachSample(v)
	}
	dims := target.array.ints
	if v.batched {
		if len(dims) > v.rank() {
			return nil, c.mixes("puts an axis before the batch axis")
		}
		if len(dims) == v.rank() {
			if !dims[0].batch && dims[0].n != 1 {
				return nil, c.mixes("repeats the batch axis")
			}
			dims = dims[1:]
		}
	}
	return c.expandTo(v, dims)
}

func (c *call) expandTo(v *value, dims []integer) (*value, error) {
	shape := v.shape()
	if extra := len(dims) - len(shape); extra > 0 {
		shape = append(slices.Repeat([]int{1}, extra), shape...)
	}
	v, err := c.reshape(v, shape)
	if err != nil {
		return nil, err
	}
	for i, d := range dims {
		k := len(shape) - len(dims) + i
		switch {
		case d.batch:
			return nil, c.mixes("repeats another axis for each sample")
		case d.n == 1 || d.n == int64(shape[k]):
		case shape[k] != 1 || d.n < 1 || d.n > maxComputed:
			return nil, c.errorf("cannot repeat axis %d of size %d to %d", k+v.skipped(), shape[k], d.n)
		default:
			if v, err = c.take(v, k, make([]int, d.n), 0); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

// lowerTile repeats the whole of each axis.
func lowerTile(c *call) (*value, error) {
	v := c.in[0]
	if err := c.pickable(v); err != nil {
		return nil, err
	}
	repeats, err := c.wholeNumbers(c.in[1], "the repeats")
	if err != nil {
		return nil, err
	}
	if len(repeats) != v.rank() {
		return nil, c.at("%d repeats for %d axes", len(repeats), v.rank()).Cure("%s", contradiction)
	}
	for k, r := range repeats {
		switch {
		case r == 1:
			continue
		case v.batched && k == 0:
			return nil, c.mixes("repeats the batch axis")
		case r < 1 || r > maxComputed:
			return nil, c.errorf("repeats axis %d %d times", k, r)
		}
		axis := k - v.skipped()
		n := v.shape()[axis]
		if r*int64(n) > maxComputed {
			return nil, c.errorf("repeats axis %d %d times", k, r)
		}
		if v, err = c.take(v, axis, slices.Repeat(countTo(n), int(r)), 0); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// lowerPad puts a constant, the nearest element, or a reflection around the values.
func lowerPad(c *call) (*value, error) {
	v := c.in[0]
	if err := c.pickable(v); err != nil {
		return nil, err
	}
	pads, axes, fill, err := c.padding(v)
	if err != nil {
		return nil, err
	}
	mode := "constant"
	if a, ok := c.attr("mode"); ok {
		mode = string(a.GetS())
	}
	for i, a := range axes {
		before, after := pads[i], pads[i+len(axes)]
		if before == 0 && after == 0 {
			continue
		}
		k, err := c.axis(a, v.rank())
		if err != nil {
			return nil, err
		}
		if v.batched && k == 0 {
			return nil, c.mixes("pads the batch axis")
		}
		k -= v.skipped()
		positions, err := c.paddedPositions(mode, v.shape()[k], before, after)
		if err != nil {
			return nil, err
		}
		if v, err = c.take(v, k, positions, fill); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// padding reads attributes, since operator set 11 operands.
func (c *call) padding(v *value) (pads, axes []int64, fill float64, err error) {
	pads, fill = c.ints("pads"), c.float("value", 0)
	if c.node.version >= 11 {
		if pads, err = c.wholeNumbers(c.in[1], "the pads"); err != nil {
			return nil, nil, 0, err
		}
		if x := c.operand(2); x != nil {
			if !x.constant() || x.size() != 1 || !isFloat(x.elem) {
				return nil, nil, 0, c.errorf("the padding value must be one constant number")
			}
			fill = x.array.floats[0]
		}
	}
	for k := range v.rank() {
		axes = append(axes, int64(k))
	}
	if list := c.operand(3); list != nil {
		if axes, err = c.wholeNumbers(list, "the axes"); err != nil {
			return nil, nil, 0, err
		}
	}
	if err := checkFinite([]float64{fill}); err != nil {
		return nil, nil, 0, c.errorf("the padding value is %v", fill)
	}
	if len(pads) != 2*len(axes) {
		return nil, nil, 0, c.at("%d pads for %d axes", len(pads), len(axes)).Cure("%s", contradiction)
	}
	return pads, axes, fill, nil
}

// paddedPositions lists the positions along an axis of n with padding before and after it;
// negative padding cuts off.
func (c *call) paddedPositions(mode string, n int, before, after int64) ([]int, error) {
	const most = maxComputed
	if before > most || after > most || before < -int64(n) || after < -int64(n) {
		return nil, c.errorf("pads an axis of %d by %d and %d", n, before, after)
	}
	var list []int
	for k := -int(before); k < n+int(after); k++ {
		p := k
		switch outside := k < 0 || k >= n; {
		case !outside:
		case mode == "constant":
			p = -1
		case mode == "edge":
			p = min(max(k, 0), n-1)
		case mode == "reflect" && k > -n && k < 2*n-1:
			if p = k; k < 0 {
				p = -k
			} else {
				p = 2*(n-1) - k
			}
		default:
			return nil, c.errorf("mode %q with %d and %d around an axis of %d is not supported", mode, before, after, n)
		}
		list = append(list, p)
	}
	return list, nil
}
