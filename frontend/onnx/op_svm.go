package onnx

import (
	"math"

	"hecc/ir/tensor"
)

// Support vector machines: weighted sums of a kernel k(x, v) of the sample and each support vector v. The
// standard does not define scores and votes; they are those of onnxruntime.

var (
	svmAttrs = attrKinds{"coefficients": kindFloats, "kernel_params": kindFloats, "kernel_type": kindString,
		"post_transform": kindString, "rho": kindFloats, "support_vectors": kindFloats}
	svmRegressorAttrs  = svmAttrs.and(attrKinds{"n_supports": kindInt, "one_class": kindInt})
	svmClassifierAttrs = svmAttrs.and(attrKinds{"classlabels_ints": kindInts, "classlabels_strings": kindStrings,
		"vectors_per_class": kindInts, "prob_a": kindFloats, "prob_b": kindFloats})
)

func lowerSVMRegressor(c *call) (*value, error) {
	if t := c.text("post_transform", "NONE"); t != "NONE" {
		return nil, c.errorf("post_transform %s is not supported", t)
	}
	rho := c.floats("rho")
	if len(rho) != 1 {
		return nil, c.errorf("rho has %d numbers, must have 1", len(rho))
	}
	var y *value
	var err error
	if vectors := c.int("n_supports", 0); vectors == 0 { // the coefficients are those of the features
		y, err = c.rows(c.floats("coefficients"), rho, 1)
	} else {
		y, err = c.kernelSums(vectors, [][]float64{c.floats("coefficients")}, rho)
	}
	if err != nil || c.int("one_class", 0) == 0 {
		return y, err
	}
	return c.inside(y)
}

// inside is 1 where a score is positive, else -1.
func (c *call) inside(score *value) (*value, error) {
	positive, err := c.emit(tensor.Compare{Fn: "less"}, score.sameType(nil, []float64{0}), score)
	if err != nil {
		return nil, err
	}
	twice, err := c.emit(tensor.Mul{}, positive, score.sameType(nil, []float64{2}))
	if err != nil {
		return nil, err
	}
	return c.emit(tensor.Sub{}, twice, score.sameType(nil, []float64{1}))
}

// kernelSums are weighted sums of the kernel of x and each support vector, and constants.
func (c *call) kernelSums(vectors int64, weights [][]float64, constants []float64) (*value, error) {
	n, support := c.features(), c.floats("support_vectors")
	if vectors < 1 || vectors > maxComputed || int(vectors)*n != len(support) {
		return nil, c.errorf("%d numbers for %d support vectors of %d features", len(support), vectors, n)
	}
	for _, w := range weights {
		if len(w) != int(vectors) {
			return nil, c.errorf("%d coefficients for %d support vectors", len(w), vectors)
		}
	}
	if err := c.spend(len(weights)*int(vectors), n); err != nil {
		return nil, err
	}
	if c.text("kernel_type", "LINEAR") == "LINEAR" { // the sums of support vectors are rows of coefficients
		return c.rows(combine(weights, support, n), constants, len(weights))
	}
	k, err := c.kernel(support, int(vectors))
	if err != nil {
		return nil, err
	}
	var matrix []float64
	for _, w := range weights {
		matrix = append(matrix, w...)
	}
	return c.affine(k, matrix, constants, len(weights))
}

func combine(weights [][]float64, support []float64, n int) []float64 {
	out := make([]float64, len(weights)*n)
	for i, w := range weights {
		for j, x := range w {
			for k := range n {
				out[i*n+k] += x * support[j*n+k]
			}
		}
	}
	return out
}

// kernel is k(x, v) for each support vector.
func (c *call) kernel(support []float64, vectors int) (*value, error) {
	params := c.floats("kernel_params")
	if len(params) != 3 {
		return nil, c.errorf("kernel_params has %d numbers, must have gamma, coef0 and degree", len(params))
	}
	if err := checkFinite(params); err != nil {
		return nil, c.errorf("kernel_params: %v", err)
	}
	gamma, coef0, degree := params[0], params[1], params[2]
	dot, err := c.rows(support, nil, vectors)
	if err != nil {
		return nil, err
	}
	kind := c.text("kernel_type", "LINEAR")
	if kind == "RBF" {
		return c.gaussian(dot, support, vectors, gamma)
	}
	arg, err := c.scaled(dot, gamma)
	if err != nil {
		return nil, err
	}
	if arg, err = c.emit(tensor.Add{}, arg, arg.sameType(nil, []float64{coef0})); err != nil {
		return nil, err
	}
	switch kind {
	case "SIGMOID":
		return c.emit(tensor.Func{Fn: "tanh"}, arg)
	case "POLY":
		if degree != math.Trunc(degree) || degree < 1 || degree > maxPower {
			return nil, c.errorf("the kernel's degree is %v, must be a whole number up to %d", degree, maxPower)
		}
		return c.wholePower(arg, int(degree))
	}
	return nil, c.errorf("kernel %s is not supported", kind)
}

// gaussian is exp(-gamma·|x-v|²), where |x-v|² = x·x - 2·x·v + v·v.
func (c *call) gaussian(dot *value, support []float64, vectors int, gamma float64) (*value, error) {
	x, n := c.in[0], c.features()
	square, err := c.part("x²").emit(tensor.Mul{}, x, x)
	if err != nil {
		return nil, err
	}
	ones := make([]float64, n*vectors)
	for i := range ones {
		ones[i] = -gamma
	}
	squares := make([]float64, vectors) // -gamma·v·v
	for i := range squares {
		for _, v := range support[i*n : (i+1)*n] {
			squares[i] -= gamma * v * v
		}
	}
	arg, err := c.affine(square, ones, squares, vectors)
	if err != nil {
		return nil, err
	}
	if dot, err = c.scaled(dot, 2*gamma); err != nil {
		return nil, err
	}
	if arg, err = c.emit(tensor.Add{}, arg, dot); err != nil {
		return nil, err
	}
	return c.emit(tensor.Func{Fn: "exp"}, arg)
}
