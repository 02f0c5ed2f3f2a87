package tensor_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
)

// TestBounds: no value of a random tail leaves its bounds, whatever the input.
func TestBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := graphtest.NewBuilder(tensor.Epilogue, graphtest.Rand(t))
		x := graphtest.Tail(t, b, b.Input(4), 5)
		g := b.Output(x)
		bounds := g.Bounds()
		e := tensor.NewEvaluator(g)
		for _, scale := range []float64{1e-3, 1, 30, 1e5} {
			v, err := e.Run(graphtest.Vector(b.Rng, 4, scale))
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range g.Nodes {
				for _, y := range v.Of(n) {
					if !math.IsNaN(y) && !bounds[n.ID].Has(y) {
						t.Fatalf("%%%d %s is %v, outside %+v\n%s", n.ID, n.Op.Name(), y, bounds[n.ID], g.Print())
					}
				}
			}
		}
	})
}

// TestProbabilities: what classifiers end in is seen to lie between 0 and 1.
func TestProbabilities(t *testing.T) {
	for name, build := range map[string]func(b *graphtest.Builder, x *tensor.Node) *tensor.Node{
		"softmax": func(b *graphtest.Builder, x *tensor.Node) *tensor.Node { return b.Add(tensor.Softmax{}, x) },
		"logistic by exp": func(b *graphtest.Builder, x *tensor.Node) *tensor.Node {
			one := b.Add(tensor.Const{Data: []float64{1}})
			return b.Add(tensor.Div{}, one, b.Add(tensor.Add{}, one, b.Add(tensor.Func{Fn: "exp"}, x)))
		},
		"one against the rest": func(b *graphtest.Builder, x *tensor.Node) *tensor.Node {
			return b.Add(tensor.Normalize{Norm: "l1"}, b.Add(tensor.Func{Fn: "sigmoid"}, x))
		},
	} {
		b := graphtest.NewBuilder(tensor.Epilogue, nil)
		y := build(b, b.Input(3))
		if r := b.Output(y).Bounds()[y.ID]; !r.Probability() {
			t.Errorf("%s: %+v", name, r)
		}
	}
	b := graphtest.NewBuilder(tensor.Epilogue, nil)
	y := b.Add(tensor.Func{Fn: "sqrt"}, b.Input(3))
	if r := b.Output(y).Bounds()[y.ID]; r.Probability() {
		t.Errorf("a root may be anything: %+v", r)
	}
}
