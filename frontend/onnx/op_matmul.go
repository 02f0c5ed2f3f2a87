package onnx

import (
	"slices"

	"hecc/ir/tensor"
)

var gemmAttrs = attrKinds{"alpha": kindFloat, "beta": kindFloat, "transA": kindInt, "transB": kindInt}

// lowerMatMul relies on this: a matrix of samples times a matrix is, for one
// sample, a vector times the matrix, and further axes broadcast as before.
func lowerMatMul(c *call) (*value, error) {
	a, b := c.in[0], c.in[1]
	switch {
	case a.batched && a.rank() == 1, b.batched && b.rank() < 3:
		return nil, c.mixes("the product sums over axis 0")
	case a.batched && a.rank() == 2 && b.rank() > 2:
		return nil, c.mixes("the product takes the batch axis for the rows of a matrix")
	}
	if a.rank() > 2 && b.rank() > 2 { // axes before the matrices' own
		var err error
		if a, b, err = c.align(a, b); err != nil {
			return nil, err
		}
	}
	return c.emit(tensor.MatMul{}, a, b)
}

// lowerGemm writes alpha·A·B + beta·C.
func lowerGemm(c *call) (*value, error) {
	a, b := c.in[0], c.in[1]
	for _, v := range []*value{a, b} {
		if v.rank() != 2 {
			return nil, c.errorf("operands must be matrices, one has %d axes", v.rank())
		}
	}
	if b.batched {
		return nil, c.mixes("the batch is the second factor of a matrix product")
	}
	a, err := c.transposed(a, "transA")
	if err != nil {
		return nil, err
	}
	if b, err = c.transposed(b, "transB"); err != nil {
		return nil, err
	}
	out, err := c.emit(tensor.MatMul{}, a, b)
	if err != nil {
		return nil, err
	}
	if out, err = c.scaled(out, c.float("alpha", 1)); err != nil {
		return nil, err
	}
	return c.addBias(out)
}

func (c *call) transposed(v *value, flag string) (*value, error) {
	switch c.int(flag, 0) {
	case 0:
		return v, nil
	case 1:
		if v.batched {
			return nil, c.mixes(flag + " turns the batch axis away from the front")
		}
		return c.emit(tensor.Transpose{Perm: []int{1, 0}}, v)
	}
	return nil, c.at("%s is %d, must be 0 or 1", flag, c.int(flag, 0)).Cure("%s", contradiction)
}

// scaled multiplies by a number; one is left out.
func (c *call) scaled(v *value, factor float64) (*value, error) {
	if factor == 1 {
		return v, nil
	}
	if err := checkFinite([]float64{factor}); err != nil {
		return nil, c.errorf("factor: %v", err)
	}
	return c.emit(tensor.Mul{}, v, v.sameType(nil, []float64{factor}))
}

// addBias adds beta·C. C may be repeated to the shape of the product, never the other way round.
func (c *call) addBias(v *value) (*value, error) {
	bias, beta := c.operand(2), c.float("beta", 1)
	if bias == nil {
		return v, nil
	}
	if bias.rank() > 2 {
		return nil, c.at("C must have at most 2 axes, has %d", bias.rank()).Cure("%s", contradiction)
	}
	if beta == 0 {
		return v, nil
	}
	bias, err := c.scaled(bias, beta)
	if err != nil {
		return nil, err
	}
	sum, err := c.broadcast(tensor.Add{}, v, bias)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(sum.shape(), v.shape()) {
		return nil, c.at("C has shape %v, the product %v", bias.shape(), v.shape()).Cure("%s", contradiction)
	}
	return sum, nil
}
