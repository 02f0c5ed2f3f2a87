package piecewise

import (
	"math"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
)

// TestBends: the pieces give the function back, inside an interval and beyond all kinks; curves are refused.
func TestBends(t *testing.T) {
	for name, fn := range graphtest.Kinked() {
		f := fn.Scalar(0)
		b, ok := piecewiseLinearOf(f)
		if !ok {
			t.Errorf("%s is not made of straight pieces", name)
			continue
		}
		for _, v := range [][2]float64{{-9, 9}, {-0.3, 2}, {1, 3}, {-4, -2}} {
			p := b.within(v[0], v[1])
			for k := range 101 {
				x := v[0] + (v[1]-v[0])*(float64(k)+0.37)/101.5
				if y := p.eval(x); math.Abs(y-f.Eval(x)) > 1e-9 {
					t.Fatalf("%s on %v: %v at %v, want %v", name, v, y, x, f.Eval(x))
				}
			}
		}
	}
	curved := &tensor.Body{}
	curved.Add("mul", 0, curved.Add("relu", 0))
	for _, fn := range []tensor.Func{{Fn: "tanh"}, {Fn: "exp"}, {Fn: "x·relu(x)", Body: curved}} {
		if _, ok := piecewiseLinearOf(fn.Scalar(0)); ok {
			t.Errorf("%s is taken for straight pieces", fn.Fn)
		}
	}
}
