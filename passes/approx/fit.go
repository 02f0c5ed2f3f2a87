// Package approx fits polynomials to scalar functions, and bounds how far off they are.
//
// Polynomials are given by coefficients of the Chebyshev basis on an interval [lo, hi]:
// p(x) = Σ_k c_k T_k(t) with t = (2x - lo - hi)/(hi - lo). The basis keeps the fits well
// conditioned, and its coefficients small where the function is.
package approx

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hecc/ir/tensor"
)

// LeastSquares fits degree d to f on the points xs with the given weights, of mean 1. A few points spread
// over [lo, hi] are added with guardShare of the weight, so that the polynomial stays
// near f where no point lies.
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
	for k := 2*n - 1; k > 1; k-- { // of which 2 T_i T_j = T_{i+j} + T_{|i-j|} makes sums of T_k
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

// Minimax fits degree d to f on [lo, hi] so that the largest error is as small as can be,
// by Remez' exchange from near the Chebyshev extrema (Trefethen, Approximation Theory and
// Approximation Practice, chapter 10).
func Minimax(f func(float64) float64, lo, hi float64, d int) ([]float64, error) {
	at := func(t float64) float64 { return f(lo + (hi-lo)*(t+1)/2) }
	ref := make([]float64, d+2)
	for i := range ref {
		x := -math.Cos(math.Pi * float64(i) / float64(d+1))
		ref[i] = x + skew*(1-x*x)
	}
	best, bestErr := []float64(nil), math.Inf(1)
	for range remezRounds {
		c, level, err := solveReference(at, ref)
		if err != nil && best != nil {
			break // the errors are down to rounding, and so are the points where they alternate
		}
		if err != nil {
			return nil, err
		}
		next, worst := exchange(at, c, len(ref))
		if worst < bestErr {
			best, bestErr = c, worst
		}
		if len(next) < len(ref) || worst <= (1+1e-6)*math.Abs(level) {
			break
		}
		ref = next
	}
	return best, nil
}

const remezRounds = 20

// skew moves the first reference off the middle: on a symmetric one the error of an even
// function, and of relu, need not alternate.
const skew = 0.1

// solveReference finds the polynomial whose error alternates at the reference points.
func solveReference(f func(float64) float64, ref []float64) (c []float64, level float64, err error) {
	n := len(ref)
	a := mat.NewDense(n, n, nil)
	b := mat.NewVecDense(n, nil)
	phi := make([]float64, n-1)
	for i, t := range ref {
		chebyshev(t, phi)
		for k, v := range phi {
			a.Set(i, k, v)
		}
		a.Set(i, n-1, float64(1-2*(i%2)))
		b.SetVec(i, f(t))
	}
	var x mat.VecDense
	if err := x.SolveVec(a, b); err != nil {
		return nil, 0, fmt.Errorf("minimax fit of degree %d: %w", n-2, err)
	}
	v := x.RawVector().Data
	return v[:n-1], v[n-1], nil
}

// exchange finds n points of alternating, largest error, and the largest error.
func exchange(f func(float64) float64, c []float64, n int) (ref []float64, worst float64) {
	const perPoint = 128 // dense enough for the peak at a kink
	grid := perPoint * n
	var errs []float64
	for i := 0; i <= grid; i++ {
		t := -math.Cos(math.Pi * float64(i) / float64(grid))
		e := f(t) - tensor.Clenshaw(c, t)
		worst = max(worst, math.Abs(e))
		switch k := len(ref) - 1; {
		case k < 0 || (e > 0) != (errs[k] > 0):
			ref, errs = append(ref, t), append(errs, e)
		case math.Abs(e) > math.Abs(errs[k]):
			ref[k], errs[k] = t, e
		}
	}
	for len(ref) > n { // drop the weaker end: alternation stays
		if math.Abs(errs[0]) < math.Abs(errs[len(errs)-1]) {
			ref, errs = ref[1:], errs[1:]
		} else {
			ref, errs = ref[:len(ref)-1], errs[:len(errs)-1]
		}
	}
	return ref, worst
}

// Bound is the largest |p(x) - f(x)| on [lo, hi]. It is taken at the points where f is not
// smooth and on a grid so dense that an error which oscillates up to twice as fast as the
// polynomial exceeds its largest value on the grid by at most 1/cos(π/64) - 1, which is added.
func Bound(f tensor.ScalarFunc, c []float64, lo, hi float64) float64 {
	worst := 0.0
	check := func(t float64) {
		worst = max(worst, math.Abs(f.Eval(lo+(hi-lo)*(t+1)/2)-tensor.Clenshaw(c, t)))
	}
	grid := 64 * len(c)
	for i := 0; i <= grid; i++ {
		check(-math.Cos(math.Pi * float64(i) / float64(grid)))
	}
	for _, x := range f.Kinks {
		if lo < x && x < hi {
			check((2*x - lo - hi) / (hi - lo))
		}
	}
	return worst / math.Cos(math.Pi/64)
}
