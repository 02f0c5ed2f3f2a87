package approx_test

import (
	"math"
	"testing"

	"hecc/ir/tensor"
	"hecc/passes/approx"
)

// TestComposite: on dense points, more of them where v is steep, nothing is further off than the bounds,
// which are tight; no stage leaves [-1, 1], and v is odd.
func TestComposite(t *testing.T) {
	for _, degrees := range [][]int{{3, 3}, {7, 5}, {15, 15}, {3, 5, 7}, {15}} {
		c, err := approx.NewComposite(degrees)
		if err != nil {
			t.Fatal(err)
		}
		abs, sign := 0.0, 0.0
		for i := range 40001 {
			u := math.Pow(1e-6, float64(i)/40000)
			v := c.Value(u)
			abs = max(abs, math.Abs(u*v-u))
			if u >= c.Epsilon {
				sign = max(sign, math.Abs(1-v))
			} else if v < 0 || v > 1 {
				t.Errorf("%v: v(%v) = %v", degrees, u, v)
			}
			if w := c.Value(-u); math.Abs(v+w) > 1e-12 {
				t.Errorf("%v: v(%v) = %v, v(%v) = %v", degrees, u, v, -u, w)
			}
			for _, p := range c.Stages[:len(c.Stages)-1] {
				if u = tensor.Clenshaw(p, u); u > 1 {
					t.Errorf("%v: a stage gives %v", degrees, u)
				}
			}
		}
		if abs > c.Abs || sign > c.Sign || abs < 0.97*c.Abs || sign < 0.97*c.Sign {
			t.Errorf("%v: |u| is off by %v, bound %v; the sign by %v, bound %v", degrees, abs, c.Abs, sign, c.Sign)
		}
		if c.Sign > 1.1*c.Abs {
			t.Errorf("%v: ε = %v is too small: %v from there on, %v in all", degrees, c.Epsilon, c.Sign, c.Abs)
		}
	}
}

// TestCompositeIsMinimax compares single stages with what is known: the best odd polynomial of degree 1
// for the sign on [ε, 1] is 2u/(1+ε), off by (1-ε)/(1+ε).
func TestCompositeIsMinimax(t *testing.T) {
	c, err := approx.NewComposite([]int{1})
	if err != nil {
		t.Fatal(err)
	}
	if want := (1 - c.Epsilon) / (1 + c.Epsilon); math.Abs(c.Sign-want) > 0.03*want {
		t.Errorf("off by %v, the best is off by %v", c.Sign, want)
	}
}
