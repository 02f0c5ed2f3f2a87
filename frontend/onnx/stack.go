package onnx

import (
	"fmt"
	"slices"

	"hecc/ir/tensor"
)

// A value is stacked if the model's first axis counts the samples times the rows of each sample. Models use
// that to apply one layer to many rows, x.view(-1, 6), and a converter ends regressors of several results so.
// The first axis of such a value's shape() counts the rows of one sample; the model does not distinguish it
// from the batch axis.

// stackable are the operators that work on each row alone, wherever the first axis is.
var stackable = map[string]bool{"Abs": true, "Add": true, "Cast": true, "Celu": true, "Clip": true, "Div": true, "Dropout": true, "Elu": true, "Erf": true,
	"Exp": true, "Gelu": true, "Gemm": true, "HardSigmoid": true, "HardSwish": true, "Identity": true, "LeakyRelu": true, "MatMul": true, "Mish": true, "Mul": true, "Neg": true,
	"Relu": true, "Reshape": true, "Selu": true, "Sigmoid": true, "Softplus": true, "Softsign": true, "Sub": true, "Swish": true, "Tanh": true}

// unstacked takes the rows of each sample for one more axis of it.
func (v *value) unstacked() *value {
	out := *v
	out.stacked = false
	return &out
}

// stack makes rows of a sample's elements.
func (c *call) stack(v *value, rows int, shape []int) (*value, error) {
	out, err := c.reshape(v.unstacked(), append([]int{rows}, shape...))
	if err != nil {
		return nil, err
	}
	stacked := *out
	stacked.stacked = true
	return &stacked, nil
}

// checkStacked refuses operators that would not keep the rows of samples apart.
func (c *call) checkStacked() error {
	i := slices.IndexFunc(c.in, func(v *value) bool { return v != nil && v.stacked })
	if i < 0 {
		return nil
	}
	rows := c.in[i].shape()[0]
	if !stackable[c.node.op] {
		return c.at("reads a value in which each sample has %d rows, which the first axis counts together with the samples", rows).
			Cure("reshape it back to one entry for each sample first: x.view(batch, -1) in PyTorch")
	}
	for _, v := range c.in {
		if v != nil && v.batched && (!v.stacked || v.shape()[0] != rows) {
			return c.at("one operand has %d rows for each sample, another has not", rows).
				Cure("reshape both in the same way first: x.view(batch, -1) in PyTorch")
		}
	}
	return nil
}

// unstackOutput gives the rows of each sample as its own, and says so.
func (m *importer) unstackOutput(name string, v *value) (*tensor.Node, error) {
	shape := v.shape()
	m.graph.Remarks = append(m.graph.Remarks, fmt.Sprintf(
		"output %q: the model writes the results of one sample, of shape %v, as rows of their own; hecc gives them together", name, shape))
	if product(shape[1:]) != 1 || len(shape) == 1 {
		return v.node, nil
	}
	return m.graph.Add(v.node.Pos, tensor.Reshape{Shape: shape[:1]}, v.node)
}
