package graphtest

import (
	"math/rand/v2"

	"hecc/ir/tensor"
)

// Kinked are functions of straight pieces as frontends write them.
func Kinked() map[string]tensor.Func {
	clip, hard, leaky := &tensor.Body{}, &tensor.Body{}, &tensor.Body{}
	clip.Add("min", clip.Add("max", 0, clip.AddConst(-1)), clip.AddConst(0.5))
	hard.Add("min", hard.Add("max", hard.Add("add", hard.Add("mul", 0, hard.AddConst(0.2)), hard.AddConst(0.5)), hard.AddConst(0)), hard.AddConst(1))
	leaky.Add("add", leaky.Add("max", 0, leaky.AddConst(0)), leaky.Add("mul", leaky.Add("min", 0, leaky.AddConst(0)), leaky.AddConst(0.1)))
	return map[string]tensor.Func{"relu": {Fn: "relu"}, "abs": {Fn: "abs"}, "clip": {Fn: "clip", Body: clip},
		"hardsigmoid": {Fn: "hardsigmoid", Body: hard}, "leakyrelu": {Fn: "leakyrelu", Body: leaky}, "sign": {Fn: "sign"}, "step": {Fn: "step"}}
}

// CurvedKinks are x·hardsigmoid(x), as HardSwish is written out, and SELU with slopes of their own for each element.
func CurvedKinks(elements int) map[string]tensor.Func {
	swish, selu := &tensor.Body{}, &tensor.Body{}
	hard := swish.Add("min", swish.Add("max", swish.Add("add", 0, swish.AddConst(3)), swish.AddConst(0)), swish.AddConst(6))
	swish.Add("div", swish.Add("mul", 0, hard), swish.AddConst(6))
	scales := make([]float64, elements)
	for i := range scales {
		scales[i] = 1 + float64(i)/2
	}
	below := selu.Add("sub", selu.Add("exp", selu.Add("min", 0, selu.AddConst(0))), selu.AddConst(1))
	selu.Add("add", selu.Add("relu", 0), selu.Add("mul", below, selu.AddConst(scales...)))
	return map[string]tensor.Func{"hardswish": {Fn: "hardswish", Body: swish}, "selu": {Fn: "selu", Body: selu}}
}

// KinkedNetwork has narrow layers of a function whose arguments are about in [-3, 3].
func KinkedNetwork(fn tensor.Func, layers int) *tensor.Graph {
	b := NewBuilder(tensor.Imported, rand.New(rand.NewPCG(11, 12)))
	x := b.Input(4)
	wider := b.Add(tensor.Const{Data: []float64{1.5}})
	for range layers {
		x = b.Add(fn, b.Add(tensor.Mul{}, b.Dense(x, 4), wider))
	}
	return b.Output(b.Dense(x, 2))
}

// Turned is the input times ±1, as a map of weights: functions of it are the server's.
func (b *Builder) Turned(n int) *tensor.Node {
	data := make([]float64, n*n)
	for i := range n {
		data[i*n+i] = 1 - 2*float64(i%2)
	}
	return b.Add(tensor.MatMul{}, b.Input(n), b.Add(tensor.Const{Shape: []int{n, n}, Data: data}))
}

// Ending is a small network that ends in a function, scaled.
func Ending(fn string) *tensor.Graph {
	b := NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 1)))
	return b.Output(b.Add(tensor.Mul{}, b.Add(tensor.Func{Fn: fn}, b.Dense(b.Input(4), 3)), b.Const(1, 3)))
}
