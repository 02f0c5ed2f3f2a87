package onnx

import "hecc/ir/tensor"

// filter is a linear map that does the same with the channels of each sample, as convolutions, means over
// windows and interpolations do. Each output channel of a group reads all input channels of the group.
type filter struct {
	samples, groups int
	in, out         int   // channels of one group
	size            int   // elements of one input channel
	reach           reach // of one output channel
	// kernel gives the weights between two channels of a group, by the taps' places in the kernel.
	kernel func(group, in, out int) []float64
	bias   []float64 // one for each output channel, or nil
}

// one is the kernel of maps that have all weights in their taps.
func one(int, int, int) []float64 { return []float64{1} }

// filtered emits a filter as one sparse map, after a check that it is not too large.
func (c *call) filtered(v *value, f filter, shape []int) (*value, error) {
	entries, ok := boundedProduct(maxEntries, f.samples, f.groups, f.in, f.out, f.reach.taps())
	if !ok {
		entries = maxEntries + 1
	}
	if _, ok := boundedProduct(maxComputed, f.samples, f.groups, f.out, len(f.reach)); !ok {
		return nil, c.at("the result has more than %d elements", maxComputed).Cure("%s", tooMany)
	}
	if !c.m.used.spendEntries(entries) {
		return nil, c.at("the convolutions of this model have more than %d weights together", maxEntries).Cure("%s", fewerEntries)
	}
	return c.emit(tensor.Affine{Shape: shape, Maps: []*tensor.Map{f.build(entries)}}, v)
}

const fewerEntries = "make the pictures or signals smaller, use fewer channels, or strides in the first layers: each weight of a convolution counts once for each element that it makes"

// build writes the rows, whose columns ascend because channels and taps do. Weights that are zero are left out.
func (f filter) build(entries int) *tensor.Map {
	rows := f.samples * f.groups * f.out * len(f.reach)
	m := &tensor.Map{Rows: rows, Cols: f.samples * f.groups * f.in * f.size,
		RowPtr: make([]int, 1, rows+1), Col: make([]int, 0, entries), Val: make([]float64, 0, entries), Bias: make([]float64, 0, rows)}
	kernels, first := make([][]float64, f.in), 0 // first is where the group's channels begin
	for range f.samples {
		for g := range f.groups {
			for o := range f.out {
				for i := range kernels {
					kernels[i] = f.kernel(g, i, o)
				}
				bias := 0.0
				if f.bias != nil {
					bias = f.bias[g*f.out+o]
				}
				f.appendRows(m, kernels, first, bias)
			}
			first += f.in * f.size
		}
	}
	return m
}

// appendRows writes one output channel.
func (f filter) appendRows(m *tensor.Map, kernels [][]float64, first int, bias float64) {
	for _, taps := range f.reach {
		for i, kernel := range kernels {
			for _, t := range taps {
				if w := kernel[t.kernel] * t.weight; w != 0 {
					m.Col, m.Val = append(m.Col, first+i*f.size+t.at), append(m.Val, w)
				}
			}
		}
		m.RowPtr, m.Bias = append(m.RowPtr, len(m.Col)), append(m.Bias, bias)
	}
}
