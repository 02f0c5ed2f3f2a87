package onnx

// window is how the windows of a convolution or a pool lie along one axis.
type window struct {
	size          int // elements of the input
	kernel        int // elements that a window reads, dilation apart
	stride        int
	dilation      int
	before, after int // elements of padding
	out           int // the number of windows
}

// windows reads from the attributes that convolutions and pools share how windows of that kernel lie.
func (c *call) windows(space, kernel []int) ([]window, error) {
	strides, dilations, err := c.steps(len(space))
	if err != nil {
		return nil, err
	}
	pads, err := c.spatial("pads", 2*len(space), 0)
	if err != nil {
		return nil, err
	}
	auto, err := c.autoPad(pads)
	if err != nil {
		return nil, err
	}
	list := make([]window, len(space))
	for k, n := range space {
		w := window{size: n, kernel: kernel[k], stride: strides[k], dilation: dilations[k], before: pads[k], after: pads[len(space)+k]}
		if auto == sameUpper || auto == sameLower {
			w.placeSame(auto)
		} else if !w.place(auto == notSet && c.int("ceil_mode", 0) != 0) {
			return nil, c.errorf("along spatial axis %d, a window of %d elements does not fit %d elements with %d and %d of padding",
				k, w.span(), n, w.before, w.after)
		}
		list[k] = w
	}
	return list, nil
}

// steps are the strides and dilations of each spatial axis.
func (c *call) steps(axes int) (strides, dilations []int, err error) {
	if strides, err = c.spatial("strides", axes, 1); err != nil {
		return nil, nil, err
	}
	dilations, err = c.spatial("dilations", axes, 1)
	return strides, dilations, err
}

// spatial reads a list attribute of so many whole numbers, which are least where it is absent, and not below it.
func (c *call) spatial(name string, count, least int) ([]int, error) {
	list := make([]int, count)
	given := c.ints(name)
	if len(given) == 0 {
		for i := range list {
			list[i] = least
		}
		return list, nil
	}
	if len(given) != count {
		return nil, c.errorf("%s has %d numbers, must have %d", name, len(given), count)
	}
	for i, n := range given {
		if n < int64(least) || n > maxComputed {
			return nil, c.errorf("%s %v: %d is not between %d and %d", name, given, n, least, maxComputed)
		}
		list[i] = int(n)
	}
	return list, nil
}

// The values of auto_pad. SAME pads so that there is a window for each stride; of an odd number, UPPER has
// the larger half behind.
const (
	notSet    = "NOTSET"
	valid     = "VALID"
	sameUpper = "SAME_UPPER"
	sameLower = "SAME_LOWER"
)

// autoPad says how the padding is chosen; pads must be given only where it is not.
func (c *call) autoPad(pads []int) (string, error) {
	auto := c.text("auto_pad", notSet)
	switch auto {
	case notSet:
		return auto, nil
	case valid, sameUpper, sameLower:
		for _, p := range pads {
			if p != 0 {
				return "", c.errorf("auto_pad is %s, and pads are given", auto)
			}
		}
		return auto, nil
	}
	return "", c.errorf("auto_pad is %q, must be NOTSET, SAME_UPPER, SAME_LOWER or VALID", auto)
}

// span is how many elements lie between the ends of a window, both included.
func (w *window) span() int { return (w.kernel-1)*w.dilation + 1 }

// place counts the windows between the pads. If ceil is set, a last one may leave them, but must begin before
// the padding behind. It is false if there is none.
func (w *window) place(ceil bool) bool {
	room := w.size + w.before + w.after - w.span()
	if room < 0 {
		return false
	}
	w.out = room/w.stride + 1
	if ceil && room%w.stride != 0 && w.out*w.stride < w.size+w.before {
		w.out++
	}
	return true
}

// placeSame pads so that there is a window for each stride.
func (w *window) placeSame(auto string) {
	w.out = (w.size + w.stride - 1) / w.stride
	total := max((w.out-1)*w.stride+w.span()-w.size, 0)
	w.before = total / 2
	if auto == sameLower {
		w.before = total - total/2
	}
	w.after = total - w.before
}

// inside is the range of kernel places of window o that lie on the input: from first to before end.
func (w *window) inside(o int) (first, end int) {
	start := o*w.stride - w.before
	if start < 0 {
		first = (-start + w.dilation - 1) / w.dilation
	}
	end = min(w.kernel, (w.size-start+w.dilation-1)/w.dilation)
	return min(first, w.kernel), max(end, min(first, w.kernel))
}

// padded is how many kernel places of window o lie on the input or its padding.
func (w *window) padded(o int) int {
	room := w.size + w.after - (o*w.stride - w.before)
	return min(w.kernel, (room+w.dilation-1)/w.dilation)
}

// taps lists what each window reads, with the weight that is given for its window.
func (w *window) taps(weight func(o int) float64) reach {
	list := make(reach, w.out)
	for o := range list {
		first, end := w.inside(o)
		f := weight(o)
		for k := first; k < end; k++ {
			list[o] = append(list[o], tap{o*w.stride - w.before + k*w.dilation, k, f})
		}
	}
	return list
}

// reachOf joins what the windows of all axes read, after a check that it is not too much.
func (c *call) reachOf(windows []window, weight func(w *window, o int) float64) (reach, error) {
	if err := c.checkTaps(windows, outSizes(windows)); err != nil {
		return nil, err
	}
	all := wholeReach
	for k := range windows {
		w := &windows[k]
		all = all.times(w.taps(func(o int) float64 { return weight(w, o) }), w.size, w.kernel)
	}
	return all, nil
}

// checkTaps refuses filters that make, or read, too many elements of one channel.
func (c *call) checkTaps(windows []window, made []int) error {
	if _, ok := boundedProduct(maxPlane, made...); !ok {
		return c.at("makes more than %d elements of one channel", maxPlane).Cure("%s", tooMany)
	}
	taps := make([]int, len(windows))
	for k, w := range windows {
		for o := range w.out {
			first, end := w.inside(o)
			taps[k] += end - first
		}
	}
	if _, ok := boundedProduct(maxTaps, taps...); !ok {
		return c.at("the windows of one channel have more than %d elements together", maxTaps).Cure("%s", tooMany)
	}
	return nil
}

func outSizes(windows []window) []int {
	sizes := make([]int, len(windows))
	for k, w := range windows {
		sizes[k] = w.out
	}
	return sizes
}

// boundedProduct multiplies; it is false if the product, or that of the factors other than zero, exceeds the
// bound.
func boundedProduct(bound int, factors ...int) (n int, ok bool) {
	n = 1
	zero := false
	for _, f := range factors {
		if f == 0 {
			zero = true
			continue
		}
		if n > bound/f {
			return 0, false
		}
		n *= f
	}
	if zero {
		return 0, true
	}
	return n, true
}
