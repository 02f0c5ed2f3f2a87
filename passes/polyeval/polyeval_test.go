package polyeval_test

import (
	"testing"

	"hecc/passes/polyeval"
)

// TestDepth: coefficients cost a level only where a polynomial's degree is next to a power of two.
func TestDepth(t *testing.T) {
	for degree, want := range map[int]int{2: 2, 3: 2, 4: 3, 5: 3, 7: 3, 8: 4, 14: 4, 15: 5, 28: 5, 60: 6, 63: 7, 124: 7, 248: 8} {
		if got := polyeval.Of(polyeval.All(degree)).Depth; got != want {
			t.Errorf("degree %d: depth %d, want %d", degree, got, want)
		}
	}
}

// TestProducts: no more than are known to be enough.
func TestProducts(t *testing.T) {
	for degree, want := range map[int]int{2: 1, 3: 2, 5: 3, 7: 5, 9: 5, 11: 6, 15: 7, 31: 12} {
		if got := polyeval.Of(polyeval.All(degree)).Products; got > want {
			t.Errorf("degree %d: %d products, %d are enough", degree, got, want)
		}
	}
}

// TestDivide: q·T_m + r is the polynomial that was divided, at every argument.
func TestDivide(t *testing.T) {
	c := [][]float64{{3}, {-1}, {2}, {0.5}, {-4}, {1}, {0.25}}
	n := polyeval.Of(polyeval.All(6)).Root
	q, r := n.Divide(c)
	for k := range 21 {
		x := float64(k)/10 - 1
		got := value(q, x)*value(basis(n.M), x) + value(r, x)
		if want := value(c, x); got-want > 1e-12 || want-got > 1e-12 {
			t.Errorf("at %v: %v, want %v", x, got, want)
		}
	}
}

func basis(m int) [][]float64 {
	c := make([][]float64, m+1)
	for n := range c {
		c[n] = []float64{0}
	}
	c[m][0] = 1
	return c
}

// value is Σ c_n T_n(x).
func value(c [][]float64, x float64) float64 {
	sum, t, before := 0.0, 1.0, x // T_0 and T_-1
	for n := range c {
		sum += c[n][0] * t
		t, before = 2*x*t-before, t
	}
	return sum
}
