// Package approx fits polynomials to scalar functions, and bounds their errors.
//
// Polynomials are given by coefficients of the Chebyshev basis on an interval [lo, hi]: p(x) = Σ_k c_k T_k(t)
// with t = (2x - lo - hi)/(hi - lo). The basis keeps the fits well conditioned, and its coefficients small
// where the function is.
package approx

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// LeastSquares fits degree d to f on the points xs with the given weights, of mean 1. A few guard points are
// spread over [lo, hi] with guardShare of the weight: they keep the polynomial near f where there are no
// samples.
func LeastSquares(f func(float64) float64, xs, weights []float64, lo, hi float64, d int) ([]float64, error) {
	n := d + 1
	moments, rhs := make([]float64, 2*n), make([]float64, n)
	phi := make([]float64, n+1)
	add := func(x, w float64) { // sums T_k T_k and T_k T_{k+1}
		chebyshev((2*x-lo-hi)/(hi-lo), phi)
		y := w * f(x)
		for k := range n {
			rhs[k] += phi[k] * y
			moments[2*k] += w * phi[k] * phi[k]
			moments[2*k+1] += w * phi[k] * phi[k+1]
		}
	}
	for k, x := range xs {
		add(x, weights[k])
	}
	guards := 4 * n
	w := guardShare * float64(len(xs)) / float64(guards)
	for k := range guards {
		t := math.Cos(math.Pi * (float64(k) + 0.5) / float64(guards))
		add(lo+(hi-lo)*(t+1)/2, w)
	}
	for k := 2*n - 1; k > 1; k-- { // sums of T_k, by 2 T_i T_j = T_{i+j} + T_{|i-j|}
		moments[k] = 2*moments[k] - moments[k%2]
	}
	gram := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			gram.SetSym(i, j, (moments[i+j]+moments[j-i])/2)
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(gram) {
		return nil, fmt.Errorf("least squares of degree %d on %d points is singular", d, len(xs))
	}
	var c mat.VecDense
	if err := chol.SolveVecTo(&c, mat.NewVecDense(n, rhs)); err != nil {
		return nil, fmt.Errorf("least squares of degree %d on %d points: %w", d, len(xs), err)
	}
	return c.RawVector().Data, nil
}

// guardShare is the weight of the guard points relative to the samples'.
const guardShare = 0.05

// chebyshev fills phi with T_0(t), T_1(t), ….
func chebyshev(t float64, phi []float64) {
	phi[0] = 1
	if len(phi) > 1 {
		phi[1] = t
	}
	for k := 2; k < len(phi); k++ {
		phi[k] = 2*t*phi[k-1] - phi[k-2]
	}
}
