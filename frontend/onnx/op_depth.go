package onnx

import "hecc/ir/tensor"

// lowerDepthToSpace makes blocks of space of the channels. The block's axes come before the remaining channels
// in mode DCR, behind them in mode CRD.
func lowerDepthToSpace(c *call) (*value, error) {
	x, b, err := c.blocks()
	if err != nil {
		return nil, err
	}
	ch, h, w := x.channels/(b*b), x.space[0], x.space[1]
	if ch*b*b != x.channels {
		return nil, c.errorf("%d channels do not make blocks of %d by %d", x.channels, b, b)
	}
	switch mode := c.text("mode", "DCR"); mode {
	case "DCR":
		return c.rearrange(x, []int{b, b, ch, h, w}, []int{2, 3, 0, 4, 1}, x.with(ch, []int{h * b, w * b}))
	case "CRD":
		return c.rearrange(x, []int{ch, b, b, h, w}, []int{0, 3, 1, 4, 2}, x.with(ch, []int{h * b, w * b}))
	default:
		return nil, c.errorf("mode is %q, must be DCR or CRD", mode)
	}
}

// lowerSpaceToDepth makes channels of blocks of space.
func lowerSpaceToDepth(c *call) (*value, error) {
	x, b, err := c.blocks()
	if err != nil {
		return nil, err
	}
	h, w := x.space[0]/b, x.space[1]/b
	if h*b != x.space[0] || w*b != x.space[1] {
		return nil, c.errorf("%v elements do not divide into blocks of %d by %d", x.space, b, b)
	}
	return c.rearrange(x, []int{x.channels, h, b, w, b}, []int{2, 4, 0, 1, 3}, x.with(x.channels*b*b, []int{h, w}))
}

// blocks reads the operand, and the sides of the blocks.
func (c *call) blocks() (x image, side int, err error) {
	if x, err = c.image(c.in[0]); err != nil {
		return x, 0, err
	}
	b := c.int("blocksize", 0)
	if len(x.space) != 2 || b < 1 || b > maxComputed || b*b > int64(x.size()) {
		return x, 0, c.errorf("blocksize is %d, for a value of shape %v", b, x.shape())
	}
	return x, int(b), nil
}

// rearrange splits channels and space into the given axes, moves these, and joins them again.
func (c *call) rearrange(x image, split, perm, shape []int) (*value, error) {
	if !x.batched {
		split = append([]int{x.samples}, split...)
		moved := []int{0}
		for _, k := range perm {
			moved = append(moved, k+1)
		}
		perm = moved
	}
	v, err := c.reshape(x.value, split)
	if err != nil {
		return nil, err
	}
	if v, err = c.emit(tensor.Transpose{Perm: perm}, v); err != nil {
		return nil, err
	}
	return c.reshape(v, shape)
}
