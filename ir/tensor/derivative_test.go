package tensor_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"hecc/ir/tensor"
)

// TestDerivative: the derivative lies in the enclosure of slopes around the point, whatever the scale.
func TestDerivative(t *testing.T) {
	check := func(t *rapid.T, f tensor.ScalarFunc) {
		x := rapid.Float64Range(-8, 8).Draw(t, "x") * math.Pow(10, rapid.Float64Range(-9, 3).Draw(t, "log scale"))
		least, most := f.Slopes(x, x)
		if f.Defined(x, x) != nil || math.IsInf(least, 0) || math.IsInf(most, 0) {
			return
		}
		if d := f.Derivative(x); !(least <= d && d <= most) {
			t.Fatalf("f'(%v) = %v is not in [%v, %v]", x, d, least, most)
		}
	}
	for fn, f := range tensor.Funcs {
		t.Run(fn, rapid.MakeCheck(func(t *rapid.T) { check(t, f) }))
	}
	t.Run("body", rapid.MakeCheck(func(t *rapid.T) {
		check(t, tensor.Func{Fn: "random", Body: randomBody(t, 3)}.Scalar(rapid.IntRange(0, 2).Draw(t, "element")))
	}))
}

// TestDerivativeAtEnds: where a difference would leave the domain or miss the scale.
func TestDerivativeAtEnds(t *testing.T) {
	for _, c := range []struct {
		fn      string
		x, want float64
	}{
		{"log", 1e-12, 1e12}, {"sqrt", 1e-20, 0.5e10}, {"sqrt", 0, math.Inf(1)}, {"relu", 0, 0.5}, {"relu", -1e-300, 0}, {"abs", 0, 0},
		{"sign", 0, 0}, {"sigmoid", -700, math.Exp(-700)}, {"exp", 700, math.Exp(700)},
	} {
		if got := tensor.Funcs[c.fn].Derivative(c.x); got != c.want && !(math.Abs(got/c.want-1) < 1e-12) {
			t.Errorf("%s at %v: %v, want %v", c.fn, c.x, got, c.want)
		}
	}
}
