package tensor

import "math"

// ScalarFunc is an elementwise nonlinearity.
type ScalarFunc struct {
	Eval func(x float64) float64
	// Lipschitz bounds the slope.
	Lipschitz float64
	// Kinks are the points where the function is not smooth.
	Kinks []float64
}

// Slope bounds |f'| on [lo, hi].
func (f ScalarFunc) Slope(lo, hi float64) float64 { return f.Lipschitz }

// Scalar is the function of one element of the operand.
func (op Func) Scalar(element int) ScalarFunc { return Funcs[op.Fn] }

// Uniform says whether all elements have the same function.
func (op Func) Uniform() bool { return true }

// Funcs are the functions that Func may name.
var Funcs = map[string]ScalarFunc{
	"relu":    {Eval: func(x float64) float64 { return max(x, 0) }, Lipschitz: 1, Kinks: []float64{0}},
	"sigmoid": {Eval: func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, Lipschitz: 0.25},
	"tanh":    {Eval: math.Tanh, Lipschitz: 1},
}
