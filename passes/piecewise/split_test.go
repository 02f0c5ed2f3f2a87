package piecewise

import (
	"math"
	"math/rand/v2"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
)

// TestSplitKinks: the parts add up to the function, one is smooth up to its slope and the other straight.
func TestSplitKinks(t *testing.T) {
	for name, fn := range graphtest.CurvedKinks(4) {
		b := graphtest.NewBuilder(tensor.Lowering, rand.New(rand.NewPCG(1, 2)))
		g := b.Output(b.Add(fn, b.Input(4)))
		split, ok := Split(g)
		if !ok {
			t.Errorf("%s is not split", name)
			continue
		}
		if straight, _ := IsPiecewiseLinear(split.Nodes[2]); !straight {
			t.Errorf("%s: the kinks are not straight", name)
		}
		smooth := split.Nodes[1].Op.(tensor.Func)
		for i := range 4 {
			for k := range 2000 {
				x := float64(k)/200 - 5
				whole := make([]float64, 4)
				whole[i] = x
				if d := graphtest.Gap(graphtest.Outputs(split, whole)[0], graphtest.Outputs(g, whole)[0]); d > 1e-12 {
					t.Fatalf("%s: the parts are off by %v at %v", name, d, x)
				}
				f := smooth.Scalar(i)
				if d := slopeOn(f, x, x+1e-3) - slopeOn(f, x-1e-3, x); math.Abs(d) > 1e-2 {
					t.Fatalf("%s: the slope changes by %v at %v", name, d, x)
				}
			}
		}
	}
}

// TestNothingToSplit: functions that are smooth, straight, or jump stay as they are.
func TestNothingToSplit(t *testing.T) {
	curve, leap := &tensor.Body{}, &tensor.Body{}
	curve.Add("mul", 0, curve.Add("relu", 0))
	leap.Add("mul", leap.Add("exp", 0), leap.Add("sign", 0))
	for _, fn := range []tensor.Func{{Fn: "relu"}, {Fn: "softsign"}, {Fn: "tanh"}, {Fn: "log"}, {Fn: "sign"}, {Fn: "x·relu(x)", Body: curve}, {Fn: "exp(x)·sign(x)", Body: leap}} {
		b := graphtest.NewBuilder(tensor.Lowering, rand.New(rand.NewPCG(1, 2)))
		if _, ok := Split(b.Output(b.Add(fn, b.Input(2)))); ok {
			t.Errorf("%s is split", fn.Fn)
		}
	}
}
