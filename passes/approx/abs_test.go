package approx

import (
	"math"
	"testing"

	"hecc/ir/tensor"
)

// TestAbs: polynomials for |u| are even, off by 2/πd at 0 and by much less elsewhere, and the bound holds
// between its points.
func TestAbs(t *testing.T) {
	for _, d := range []int{62, 126, 254, 1022, 4094} {
		c, off := Abs(d)
		if share := off * float64(d) * math.Pi / 2; share < 0.98 || share > 1.03 {
			t.Errorf("degree %d: off by %v times 2/πd", d, share)
		}
		if e := math.Abs(0.5 - tensor.Clenshaw(c, 0.5)); e*float64(d*d) > 2 {
			t.Errorf("degree %d: off by %v at 1/2", d, e)
		}
		for k := 1; k < len(c); k += 2 {
			if c[k] != 0 {
				t.Fatalf("degree %d has a term T_%d", d, k)
			}
		}
		for i := range 2000 {
			u := math.Pow(float64(i)/2000, 3) // most of them near the kink
			if e := math.Abs(u - tensor.Clenshaw(c, -u)); e > off {
				t.Fatalf("degree %d: off by %v at %v, bound %v", d, e, u, off)
			}
		}
	}
}
