package onnx

import (
	"fmt"

	"hecc/ir/tensor"
)

var maxPoolAttrs = poolAttrs.and(attrKinds{"storage_order": kindInt}) // which is about indices

// lowerMaxPool takes maxima along one axis of space after the other, of pairs of pairs, so that the depth is
// the logarithm of a window's elements. Padding counts for nothing.
func lowerMaxPool(c *call) (*value, error) {
	x, err := c.image(c.in[0])
	if err != nil {
		return nil, err
	}
	windows, err := c.poolWindows(x)
	if err != nil {
		return nil, err
	}
	return c.maxima(x, windows)
}

func lowerGlobalMaxPool(c *call) (*value, error) {
	x, err := c.image(c.in[0])
	if err != nil {
		return nil, err
	}
	windows := make([]window, len(x.space))
	for k, n := range x.space {
		windows[k] = window{size: n, kernel: n, stride: 1, dilation: 1, out: 1}
	}
	return c.maxima(x, windows)
}

func (c *call) maxima(x image, windows []window) (*value, error) {
	if err := c.checkTaps(windows, outSizes(windows)); err != nil {
		return nil, err
	}
	kernels := make([]int, len(windows))
	for k := range windows {
		w := &windows[k]
		kernels[k] = min(w.kernel, w.size)
		if w.empty() {
			return nil, c.errorf("along spatial axis %d, a window lies in the padding alone: it has no maximum", k)
		}
	}
	if _, ok := boundedProduct(maxPower, kernels...); !ok {
		return nil, c.errorf("takes the maximum of more than %d elements", maxPower)
	}
	v := x.value
	for k, axis := range x.spaceAxes() {
		var err error
		if v, err = c.maximaAlong(v, axis, &windows[k]); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// maximaAlong takes the maximum of each window along an axis. It starts from as many copies of the axis as
// windows have elements, one behind the other, and halves their number. A window with fewer elements, at a
// border, has its last one several times.
func (c *call) maximaAlong(v *value, axis int, w *window) (*value, error) {
	places, copies := w.places()
	v, err := c.take(v, axis, places, 0)
	for level := 0; copies > 1 && err == nil; level++ {
		half := copies / 2
		v, err = c.part(fmt.Sprintf("axis %d maximum %d", axis, level)).halve(v, axis, half*w.out)
		copies -= half
	}
	return v, err
}

// halve replaces the first n and the next n positions along an axis by the larger of both.
func (c *call) halve(v *value, axis, n int) (*value, error) {
	all := countTo(v.shape()[axis])
	a, err := c.take(v, axis, all[:n], 0)
	if err != nil {
		return nil, err
	}
	b, err := c.take(v, axis, all[n:2*n], 0)
	if err != nil {
		return nil, err
	}
	larger, err := c.larger(a, b)
	if err != nil || 2*n == len(all) {
		return larger, err
	}
	rest, err := c.take(v, axis, all[2*n:], 0)
	if err != nil {
		return nil, err
	}
	return c.emit(tensor.Concat{Axis: axis}, larger, rest)
}

// places lists the positions that the windows read: the first of all windows, then the second, and so on.
func (w *window) places() (list []int, copies int) {
	reach := w.taps(func(int) float64 { return 1 })
	for _, taps := range reach {
		copies = max(copies, len(taps))
	}
	for k := range copies {
		for _, taps := range reach {
			list = append(list, taps[min(k, len(taps)-1)].at)
		}
	}
	return list, copies
}
