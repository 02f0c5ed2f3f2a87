package onnx

import (
	"math"

	"hecc/ir/tensor"
)

// lowerGelu is x·Φ(x) with the normal distribution Φ, or its usual approximation by tanh
// (Hendrycks, Gimpel, Gaussian Error Linear Units, arXiv 1606.08415).
func lowerGelu(c *call) (*value, error) {
	approximate := "none"
	if a, ok := c.attr("approximate"); ok {
		approximate = string(a.GetS())
	}
	switch approximate {
	case "none":
		return c.apply("gelu", c.in[0], func(b *tensor.Body) {
			halfOnePlus(b, b.Add("erf", b.Add("mul", b.AddConst(1/math.Sqrt2), 0)))
		})
	case "tanh":
		return c.apply("gelu", c.in[0], func(b *tensor.Body) {
			cube := b.Add("mul", 0, b.Add("mul", 0, 0))
			arg := b.Add("add", 0, b.Add("mul", b.AddConst(0.044715), cube))
			halfOnePlus(b, b.Add("tanh", b.Add("mul", b.AddConst(math.Sqrt(2/math.Pi)), arg)))
		})
	}
	return nil, c.at("approximate is %q, must be none or tanh", approximate).Cure("%s", contradiction)
}

// halfOnePlus is x·(1 + y)/2.
func halfOnePlus(b *tensor.Body, y int) {
	b.Add("mul", b.Add("mul", b.AddConst(0.5), 0), b.Add("add", b.AddConst(1), y))
}
