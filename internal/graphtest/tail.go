package graphtest

import (
	"pgregory.net/rapid"

	"hecc/ir/tensor"
)

// Tail draws operations that only the client computes, behind a vector x.
func Tail(t *rapid.T, b *Builder, x *tensor.Node, operations int) *tensor.Node {
	n := x.Size()
	one := func(v float64) *tensor.Node { return b.Add(tensor.Const{Data: []float64{v}}) }
	for range rapid.IntRange(1, operations).Draw(t, "operations") {
		switch rapid.IntRange(0, 12).Draw(t, "operation") {
		case 0:
			x = b.Add(tensor.Softmax{Axis: 0}, x)
		case 1:
			x = b.Add(tensor.LogSoftmax{Axis: 0}, x)
		case 2:
			fn := rapid.SampledFrom([]string{"sigmoid", "tanh", "relu", "abs", "softplus", "erf", "atan", "softsign", "sin"})
			x = b.Add(tensor.Func{Fn: fn.Draw(t, "function")}, x)
		case 3:
			clip := &tensor.Body{}
			clip.Add("min", clip.Add("max", 0, clip.AddConst(-0.5)), clip.AddConst(0.7))
			x = b.Add(tensor.Func{Fn: "clip", Body: clip}, x)
		case 4:
			x = b.Add(tensor.Sub{}, one(1), x)
		case 5:
			x = b.Add(tensor.Add{}, x, b.Add(tensor.Func{Fn: "sigmoid"}, x))
		case 6:
			x = b.Add(tensor.Mul{}, x, b.Const(3, n))
		case 7:
			x = b.Add(tensor.Div{}, x, one(-2.5))
		case 8:
			x = b.Add(tensor.Affine{Shape: []int{n}, Maps: []*tensor.Map{tensor.SelectMap(fold(n), n)}}, x)
		case 9:
			x = b.Add(tensor.Sub{}, x, b.Add(tensor.Reduce{Fn: rapid.SampledFrom([]string{"max", "min", "logsumexp"}).Draw(t, "reduction")}, x))
		case 10:
			x = b.Add(tensor.TopK{K: n, Least: rapid.Bool().Draw(t, "least"), Index: rapid.Bool().Draw(t, "index")}, x)
		case 11:
			ones := b.Add(tensor.Const{Shape: []int{n, n}, Data: fill(n*n, 1/float64(n))})
			x = b.Add(tensor.MatMul{}, x, ones)
		case 12:
			x = b.Add(tensor.Normalize{Norm: "l1"}, b.Add(tensor.Func{Fn: "sigmoid"}, x))
		}
	}
	return x
}

// fold lists positions, some twice and some not at all.
func fold(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = (i*i + 1) % n
	}
	return out
}

func fill(n int, v float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = v
	}
	return out
}
