package onnx

var convTransposeAttrs = convAttrs.and(attrKinds{"output_padding": kindInts, "output_shape": kindInts})

// lowerConvTranspose writes the transpose of a convolution as one sparse map: each element of the input adds
// the kernel, times it, to a window of the output.
func lowerConvTranspose(c *call) (*value, error) {
	x, err := c.image(c.in[0])
	if err != nil {
		return nil, err
	}
	k, err := c.convKernel(x)
	if err != nil {
		return nil, err
	}
	if k.first != x.channels || k.first%k.groups != 0 {
		return nil, c.errorf("a kernel of shape %v with group %d on %d channels", c.in[1].shape(), k.groups, x.channels)
	}
	windows, err := c.outputWindows(x.space, k.space)
	if err != nil {
		return nil, err
	}
	channels := k.second * k.groups
	bias, err := c.channelBias(channels)
	if err != nil {
		return nil, err
	}
	reach, err := c.transposedReach(windows)
	if err != nil {
		return nil, err
	}
	f := filter{samples: x.samples, groups: k.groups, in: k.first / k.groups, out: k.second, size: product(x.space), reach: reach, bias: bias}
	f.kernel = func(group, in, out int) []float64 { return k.between(group*f.in+in, out) }
	return c.filtered(x.value, f, x.with(channels, inSizes(windows)))
}

// outputWindows are the windows of the output that the elements of the input add to: size is the output's,
// and out the input's.
func (c *call) outputWindows(space, kernel []int) ([]window, error) {
	n := len(space)
	strides, dilations, err := c.steps(n)
	if err != nil {
		return nil, err
	}
	pads, err := c.spatial("pads", 2*n, 0)
	if err != nil {
		return nil, err
	}
	extra, err := c.spatial("output_padding", n, 0)
	if err != nil {
		return nil, err
	}
	shape, err := c.spatial("output_shape", n, 1)
	if err != nil {
		return nil, err
	}
	given := len(c.ints("output_shape")) > 0
	if given {
		pads = make([]int, 2*n) // which it replaces
	}
	auto, err := c.autoPad(pads)
	if err != nil {
		return nil, err
	}
	list := make([]window, n)
	for k := range list {
		w := window{kernel: kernel[k], stride: strides[k], dilation: dilations[k], before: pads[k], after: pads[n+k], out: space[k]}
		full := (w.out-1)*w.stride + extra[k] + w.span()
		switch {
		case given:
			w.cut(full, shape[k], auto)
		case auto == sameUpper || auto == sameLower:
			w.cut(full, w.out*w.stride, auto)
		default:
			w.size = full - w.before - w.after
		}
		if w.size < 1 {
			return nil, c.errorf("along spatial axis %d, %d elements are made, of which padding cuts off %d and %d", k, full, w.before, w.after)
		}
		list[k] = w
	}
	return list, nil
}

// cut shortens the output from its full length; of an odd number, SAME_UPPER cuts the larger half behind.
func (w *window) cut(full, size int, auto string) {
	total := max(full-size, 0)
	w.before = total - total/2
	if auto == sameUpper {
		w.before = total / 2
	}
	w.after, w.size = total-w.before, size
}

// transposedReach lists what each output reads, after a check that it is not too much.
func (c *call) transposedReach(windows []window) (reach, error) {
	if err := c.checkTaps(windows, inSizes(windows)); err != nil {
		return nil, err
	}
	all := wholeReach
	for _, w := range windows {
		all = all.times(w.transposed(), w.out, w.kernel)
	}
	return all, nil
}

func inSizes(windows []window) []int {
	sizes := make([]int, len(windows))
	for k, w := range windows {
		sizes[k] = w.size
	}
	return sizes
}

// transposed lists, for each element that windows read, the windows that read it.
func (w *window) transposed() reach {
	list := make(reach, w.size)
	for o := range w.out {
		first, end := w.inside(o)
		for k := first; k < end; k++ {
			at := o*w.stride - w.before + k*w.dilation
			list[at] = append(list[at], tap{o, k, 1})
		}
	}
	return list
}
