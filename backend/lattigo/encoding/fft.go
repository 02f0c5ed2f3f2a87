package encoding

import (
	"math"
	"math/bits"
	"math/cmplx"
)

// transform holds the roots of the special FFT on n slots for a root of unity of
// order m = 4n.
type transform struct {
	n     int
	roots []complex128 // ζ^k for k < m
	group []int        // 5^j mod m
}

func newTransform(n int) *transform {
	m := 4 * n
	t := &transform{n: n, roots: make([]complex128, m), group: make([]int, n)}
	for k := range t.roots {
		t.roots[k] = cmplx.Rect(1, 2*math.Pi*float64(k)/float64(m))
	}
	power := 1
	for j := range t.group {
		t.group[j] = power
		power = power * 5 % m
	}
	return t
}

// forward evaluates: coefficients to slots, in place.
func (t *transform) forward(v []complex128) {
	reverseBits(v)
	for size := 2; size <= t.n; size *= 2 {
		half, order := size/2, 4*size
		step := len(t.roots) / order
		for i := 0; i < t.n; i += size {
			for j := range half {
				root := t.roots[t.group[j]%order*step]
				a, b := v[i+j], v[i+j+half]*root
				v[i+j], v[i+j+half] = a+b, a-b
			}
		}
	}
}

// inverse interpolates: slots to coefficients, in place.
func (t *transform) inverse(v []complex128) {
	for size := t.n; size >= 2; size /= 2 {
		half, order := size/2, 4*size
		step := len(t.roots) / order
		for i := 0; i < t.n; i += size {
			for j := range half {
				root := t.roots[(order-t.group[j]%order)*step]
				a, b := v[i+j], v[i+j+half]
				v[i+j], v[i+j+half] = a+b, (a-b)*root
			}
		}
	}
	reverseBits(v)
	for i := range v {
		v[i] /= complex(float64(t.n), 0)
	}
}

func reverseBits(v []complex128) {
	shift := 64 - bits.TrailingZeros(uint(len(v)))
	for i := range v {
		if j := int(bits.Reverse64(uint64(i)) >> shift); i < j {
			v[i], v[j] = v[j], v[i]
		}
	}
}
