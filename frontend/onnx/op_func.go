package onnx

import "hecc/ir/tensor"

// function lowers an operator that is a primitive function of package tensor.
func function(fn string) func(*call) (*value, error) {
	return func(c *call) (*value, error) { return c.emit(tensor.Func{Fn: fn}, c.in[0]) }
}

// apply emits a function that the operator's definition builds from value 0 of a body.
func (c *call) apply(fn string, x *value, build func(b *tensor.Body)) (*value, error) {
	b := &tensor.Body{}
	build(b)
	return c.emit(tensor.Func{Fn: fn, Body: b}, x)
}

// finiteFloat is a number attribute that a formula takes.
func (c *call) finiteFloat(name string, otherwise float32) (float64, error) {
	x := c.float(name, otherwise)
	if err := checkFinite([]float64{x}); err != nil {
		return 0, c.errorf("attribute %s is %v", name, x)
	}
	return x, nil
}

func lowerLeakyRelu(c *call) (*value, error) {
	alpha, err := c.finiteFloat("alpha", 0.01)
	if err != nil {
		return nil, err
	}
	return c.apply("leakyrelu", c.in[0], func(b *tensor.Body) { leaky(b, alpha) })
}

// leaky is max(x, 0) + slope·min(x, 0).
func leaky(b *tensor.Body, slopes ...float64) {
	b.Add("add", b.Add("relu", 0), b.Add("mul", b.AddConst(slopes...), negativePart(b)))
}

func negativePart(b *tensor.Body) int { return b.Add("min", 0, b.AddConst(0)) }

func lowerPRelu(c *call) (*value, error) {
	slope := c.in[1]
	if !slope.constant() {
		return nil, c.errorf("the slope depends on the input, must be constant")
	}
	x, slopes, err := c.broadcastNumber(c.in[0], slope)
	if err != nil {
		return nil, err
	}
	return c.apply("prelu", x, func(b *tensor.Body) { leaky(b, slopes...) })
}

// broadcastNumber lists a constant's value for each element of x, to whose shape it must broadcast.
func (c *call) broadcastNumber(x, constant *value) (*value, []float64, error) {
	x, constant, err := c.align(x, constant)
	if err != nil {
		return nil, nil, err
	}
	if !repeatsTo(constant.shape(), x.shape()) {
		return nil, nil, c.errorf("a constant of shape %v does not repeat to %v", constant.shape(), x.shape())
	}
	if err := c.spend(x.size(), 1); err != nil {
		return nil, nil, err
	}
	list := make([]float64, x.size())
	for i, j := range tensor.BroadcastIndex(constant.shape(), x.shape()) {
		list[i] = constant.array.floats[j]
	}
	return x, list, nil
}

// lowerElu is x for positive x, else alpha·(exp(x) - 1).
func lowerElu(c *call) (*value, error) {
	alpha, err := c.finiteFloat("alpha", 1)
	if err != nil {
		return nil, err
	}
	return c.apply("elu", c.in[0], func(b *tensor.Body) { elu(b, alpha, 1) })
}

// elu is max(x, 0) + alpha·(exp(min(x, 0)/width) - 1).
func elu(b *tensor.Body, alpha, width float64) int {
	arg := b.Add("div", negativePart(b), b.AddConst(width))
	less := b.Add("sub", b.Add("exp", arg), b.AddConst(1))
	return b.Add("add", b.Add("relu", 0), b.Add("mul", b.AddConst(alpha), less))
}

func lowerSelu(c *call) (*value, error) {
	alpha, err := c.finiteFloat("alpha", 1.67326319217681884765625)
	if err != nil {
		return nil, err
	}
	gamma, err := c.finiteFloat("gamma", 1.05070102214813232421875)
	if err != nil {
		return nil, err
	}
	return c.apply("selu", c.in[0], func(b *tensor.Body) {
		b.Add("mul", b.AddConst(gamma), elu(b, alpha, 1))
	})
}

func lowerCelu(c *call) (*value, error) {
	alpha, err := c.finiteFloat("alpha", 1)
	if err != nil {
		return nil, err
	}
	if alpha == 0 {
		return nil, c.errorf("alpha is 0")
	}
	if alpha < 0 { // then min(0, …) does not cut at x = 0
		return nil, c.errorf("alpha is %v, must be positive", alpha)
	}
	return c.apply("celu", c.in[0], func(b *tensor.Body) { elu(b, alpha, alpha) })
}

// lowerThresholdedRelu is x above alpha, else 0: it jumps.
func lowerThresholdedRelu(c *call) (*value, error) {
	alpha, err := c.finiteFloat("alpha", 1)
	if err != nil {
		return nil, err
	}
	return c.apply("thresholdedrelu", c.in[0], func(b *tensor.Body) {
		b.Add("mul", 0, b.Add("step", b.Add("sub", 0, b.AddConst(alpha))))
	})
}

func lowerHardSigmoid(c *call) (*value, error) {
	alpha, err := c.finiteFloat("alpha", 0.2)
	if err != nil {
		return nil, err
	}
	beta, err := c.finiteFloat("beta", 0.5)
	if err != nil {
		return nil, err
	}
	return c.apply("hardsigmoid", c.in[0], func(b *tensor.Body) { hardSigmoid(b, alpha, beta) })
}

// hardSigmoid is alpha·x + beta, cut off at 0 and 1.
func hardSigmoid(b *tensor.Body, alpha, beta float64) int {
	line := b.Add("add", b.Add("mul", b.AddConst(alpha), 0), b.AddConst(beta))
	return b.Add("min", b.Add("max", line, b.AddConst(0)), b.AddConst(1))
}

func lowerHardSwish(c *call) (*value, error) {
	return c.apply("hardswish", c.in[0], func(b *tensor.Body) { b.Add("mul", 0, hardSigmoid(b, 1.0/6, 0.5)) })
}

func lowerMish(c *call) (*value, error) {
	return c.apply("mish", c.in[0], func(b *tensor.Body) { b.Add("mul", 0, b.Add("tanh", b.Add("softplus", 0))) })
}

func lowerSwish(c *call) (*value, error) {
	alpha, err := c.finiteFloat("alpha", 1)
	if err != nil {
		return nil, err
	}
	return c.apply("swish", c.in[0], func(b *tensor.Body) {
		b.Add("mul", 0, b.Add("sigmoid", b.Add("mul", b.AddConst(alpha), 0)))
	})
}
