package onnx

import (
	"errors"
	"fmt"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// fixedBatch is the size of the inputs' first dimension if that may be a number of samples which the exporter
// has fixed, else 0.
func (m *model) fixedBatch() int {
	fixed := int64(0)
	for i, in := range freeInputs(m.proto.Graph) {
		dims := in.GetType().GetTensorType().GetShape().GetDim()
		if len(dims) < 2 {
			return 0
		}
		n, _ := fixedDim(dims[0])
		if i > 0 && n != fixed || n == 1 || n > maxComputed { // a single sample makes no difference
			return 0
		}
		fixed = n
	}
	return int(fixed)
}

// lowerFixed takes the first dimension for the batch axis if no node mixes samples: then each sample is
// computed alone, whatever their number. Otherwise the dimension is part of a sample.
func (m *model) lowerFixed(fixed int, nodes []*node) (*tensor.Graph, error) {
	g, err := m.lowerAs(fixed, nodes)
	if err == nil {
		g.Remarks = append(g.Remarks, fmt.Sprintf("the first dimension of the input, fixed at %d, counts samples: no node mixes them", fixed))
		return g, nil
	}
	var reason *diag.Error
	if !errors.As(err, &reason) {
		return nil, err
	}
	reason.Pos.File = ""
	remark := fmt.Sprintf("the first dimension of the input, fixed at %d, is taken for a part of one sample. If it counts samples, export the model with it open: "+
		"dynamic_axes={\"x\": {0: \"N\"}} in torch.onnx.export, None in skl2onnx; in the way is then %v: %s", fixed, reason.Pos, reason.Msg)
	g, err = m.lowerAs(0, nodes)
	if err != nil {
		var d *diag.Error
		if errors.As(err, &d) {
			d.Note("%s", remark)
		}
		return nil, err
	}
	g.Remarks = append(g.Remarks, remark)
	return g, nil
}
