package graphtest

import (
	"math/rand/v2"

	"hecc/ir/diag"
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

// Front is a model of four columns: what make gives goes through a matrix.
func Front(make func(g *tensor.Graph, x *tensor.Node) *tensor.Node) *tensor.Graph {
	g := tensor.New("m.onnx", tensor.Imported)
	x := g.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: []int{4}})
	y := make(g, x)
	w := g.MustAdd(diag.Pos{}, tensor.Const{Shape: []int{y.Size(), 2}, Data: Ramp(2 * y.Size())})
	if len(y.Shape) > 1 {
		y = g.MustAdd(diag.Pos{}, tensor.Reshape{Shape: []int{y.Size()}}, y)
	}
	y = g.MustAdd(diag.Pos{}, tensor.MatMul{}, y, w)
	g.Outputs = []tensor.Output{{Name: "y", Node: y}}
	return g
}

// Ramp ascends to 1 in n steps.
func Ramp(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(i+1) / float64(n)
	}
	return out
}

// Constant adds numbers to a graph.
func Constant(g *tensor.Graph, data ...float64) *tensor.Node {
	return g.MustAdd(diag.Pos{}, tensor.Const{Shape: []int{len(data)}, Data: data})
}

// Impute replaces what is missing in four columns by means.
func Impute(g *tensor.Graph, x *tensor.Node) *tensor.Node {
	missing := g.MustAdd(diag.Pos{}, tensor.ClientFunc{Fn: "isnan"}, x)
	return g.MustAdd(diag.Pos{}, tensor.Where{}, missing, Constant(g, 1, 2, 3, 4), x)
}

// Scale doubles four columns.
func Scale(g *tensor.Graph, x *tensor.Node) *tensor.Node {
	return g.MustAdd(diag.Pos{}, tensor.Mul{}, x, Constant(g, 2, 2, 2, 2))
}
