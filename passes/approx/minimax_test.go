package approx_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hecc/ir/tensor"
	"hecc/passes/approx"
)

// TestMinimaxEverywhere: at any degree, on tiny, huge and lopsided intervals, a fit ends, is finite, and is
// no worse than interpolation, within its bound.
func TestMinimaxEverywhere(t *testing.T) {
	names := []string{"relu", "sigmoid", "tanh"}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(names).Draw(t, "function")
		f := tensor.Funcs[name]
		width := math.Pow(10, rapid.Float64Range(-6, 6).Draw(t, "log width"))
		lo := -width * rapid.Float64Range(-1, 2).Draw(t, "place")
		hi := lo + width
		d := rapid.SampledFrom([]int{0, 1, 2, 3, 6, 9, 15}).Draw(t, "degree")
		start := time.Now()
		c, err := approx.Minimax(f.Eval, lo, hi, d)
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Fatalf("took %v", took)
		}
		bound := approx.Bound(f, c, lo, hi)
		if w := worst(f.Eval, c, lo, hi); !(w <= bound) {
			t.Fatalf("off by %v, bound %v", w, bound)
		}
		size := max(math.Abs(f.Eval(lo)), math.Abs(f.Eval(hi)))
		if other := approx.Bound(f, interpolate(f.Eval, lo, hi, d), lo, hi); bound > other*1.001+1e-12*size {
			t.Fatalf("bound %v, of interpolation %v", bound, other)
		}
	})
}

// TestMinimaxHighDegrees: the largest degrees that are tried, against what is known of |x| (Bernstein's
// constant 0.28017 divided by the degree) and of functions that a polynomial of degree 31 or 63 meets to
// rounding.
func TestMinimaxHighDegrees(t *testing.T) {
	for _, d := range []int{31, 63, 247} {
		c, err := approx.Minimax(tensor.Funcs["relu"].Eval, -1, 1, d)
		if err != nil {
			t.Fatal(err)
		}
		even := float64(d - d%2)
		if w, best := worst(tensor.Funcs["relu"].Eval, c, -1, 1), 0.28017/even/2; w > 1.01*best || w < 0.99*best {
			t.Errorf("relu at degree %d: off by %v, the best is %v", d, w, best)
		}
		if c, err = approx.Minimax(math.Tanh, -1, 1.5, d); err != nil {
			t.Fatal(err)
		}
		if w := worst(math.Tanh, c, -1, 1.5); w > 1e-8 {
			t.Errorf("tanh at degree %d: off by %v", d, w)
		}
	}
	if _, err := approx.Minimax(math.Log, -1, 1, 3); err == nil {
		t.Error("a fit to a function that is not defined")
	}
}

// TestBoundSeesSteps: a step far narrower than the grid is not missed.
func TestBoundSeesSteps(t *testing.T) {
	f := tensor.Funcs["sigmoid"]
	for _, width := range []float64{1e2, 1e4, 1e6} {
		for _, c := range [][]float64{{0.5, 0.6, 0}, {0.5, 0.5, 0.1, 0.1}} {
			lo, hi := -width, width*1.1
			bound := approx.Bound(f, c, lo, hi)
			for _, x := range []float64{-30, -20, -10, -3, 0, 3, 10, 20, 30} {
				if e := math.Abs(f.Eval(x) - at(c, lo, hi, x)); e > bound {
					t.Errorf("width %v: off by %v at %v, bound %v", width, e, x, bound)
				}
			}
		}
	}
}
