package onnx

import "hecc/ir/tensor"

var (
	poolAttrs = attrKinds{"auto_pad": kindString, "kernel_shape": kindInts, "pads": kindInts, "strides": kindInts}
	countPads = attrKinds{"count_include_pad": kindInt}
	ceilMode  = attrKinds{"ceil_mode": kindInt}
	dilated   = attrKinds{"dilations": kindInts}
)

// poolWindows are those of a pool, whose kernel is an attribute.
func (c *call) poolWindows(x image) ([]window, error) {
	if len(c.ints("kernel_shape")) == 0 {
		return nil, c.at("kernel_shape is missing").Cure("%s", contradiction)
	}
	kernel, err := c.spatial("kernel_shape", len(x.space), 1)
	if err != nil {
		return nil, err
	}
	return c.windows(x.space, kernel)
}

// lowerAveragePool takes the mean of each window, of its elements or also of the zeros around the input.
func lowerAveragePool(c *call) (*value, error) {
	x, err := c.image(c.in[0])
	if err != nil {
		return nil, err
	}
	windows, err := c.poolWindows(x)
	if err != nil {
		return nil, err
	}
	if err := c.checkTaps(windows, outSizes(windows)); err != nil {
		return nil, err
	}
	pads := c.int("count_include_pad", 0) != 0
	for k := range windows {
		if !pads && windows[k].empty() {
			return nil, c.errorf("along spatial axis %d, a window lies in the padding alone: its mean is not defined", k)
		}
	}
	return c.pool(x, windows, func(w *window, o int) float64 {
		if pads {
			return 1 / float64(w.padded(o))
		}
		first, end := w.inside(o)
		return 1 / float64(end-first)
	})
}

// empty says whether some window has no element of the input.
func (w *window) empty() bool {
	for o := range w.out {
		if first, end := w.inside(o); first == end {
			return true
		}
	}
	return false
}

// pool adds up the elements of each window, times a number for the window along each axis.
func (c *call) pool(x image, windows []window, weight func(w *window, o int) float64) (*value, error) {
	reach, err := c.reachOf(windows, weight)
	if err != nil {
		return nil, err
	}
	f := filter{samples: x.samples, groups: x.channels, in: 1, out: 1, size: product(x.space), reach: reach.withoutKernel(), kernel: one}
	return c.filtered(x.value, f, x.with(x.channels, outSizes(windows)))
}

// lowerLpPool is a norm of each window: the sum of absolute values, or the root of the sum of squares.
func lowerLpPool(c *call) (*value, error) {
	x, err := c.image(c.in[0])
	if err != nil {
		return nil, err
	}
	windows, err := c.poolWindows(x)
	if err != nil {
		return nil, err
	}
	return c.norm(x.value, func(powers *value) (*value, error) {
		im := x
		im.value = powers
		return c.pool(im, windows, everyWeightOne)
	})
}

// norm adds up powers of elements, and takes the root that belongs to them.
func (c *call) norm(v *value, sum func(powers *value) (*value, error)) (*value, error) {
	p := c.int("p", 2)
	var powers *value
	var err error
	switch p {
	case 1:
		powers, err = c.emit(tensor.Func{Fn: "abs"}, v)
	case 2:
		powers, err = c.emit(tensor.Mul{}, v, v)
	default:
		return nil, c.errorf("p is %d, must be 1 or 2", p)
	}
	if err != nil {
		return nil, err
	}
	total, err := sum(powers)
	if err != nil || p == 1 {
		return total, err
	}
	return c.emit(tensor.Func{Fn: "sqrt"}, total)
}

func lowerGlobalAveragePool(c *call) (*value, error) {
	x, err := c.image(c.in[0])
	if err != nil {
		return nil, err
	}
	return c.reduceAxes(x.value, x.spaceAxes(), true, addUp(true))
}

func lowerGlobalLpPool(c *call) (*value, error) {
	x, err := c.image(c.in[0])
	if err != nil {
		return nil, err
	}
	return c.norm(x.value, func(powers *value) (*value, error) {
		return c.reduceAxes(powers, x.spaceAxes(), true, addUp(false))
	})
}

// spaceAxes are the axes of space, as axes of one sample.
func (im image) spaceAxes() []int {
	axes := countTo(len(im.space))
	for k := range axes {
		axes[k] += len(im.shape()) - len(im.space)
	}
	return axes
}
