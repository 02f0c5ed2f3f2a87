package approx

import (
	"math"

	"hecc/ir/tensor"
)

// Abs is the Chebyshev series of |u| on [-1, 1] up to an even degree d, and a bound of its error: about 2/πd
// at 0, and 1/d² elsewhere. The minimax polynomial has an error of 0.28/d (Bernstein, Acta Mathematica 37,
// 1914), but everywhere, which is worse where several elements are added up.
func Abs(d int) (coeffs []float64, err float64) {
	coeffs = make([]float64, d+1)
	coeffs[0] = 2 / math.Pi
	for k := 1; 2*k <= d; k++ {
		coeffs[2*k] = 4 / math.Pi * float64(2*(k%2)-1) / float64(4*k*k-1)
	}
	return coeffs, boundPolynomial(func(u float64) float64 { return u - tensor.Clenshaw(coeffs, u) }, d, coarsePoints, 0, 1)
}
