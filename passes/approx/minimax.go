package approx

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hecc/ir/tensor"
)

// Minimax fits degree d to f on [lo, hi] with the least maximum error, by the Remez exchange, starting near
// the Chebyshev extrema (Trefethen, Approximation Theory and Approximation Practice, chapter 10).
func Minimax(f func(float64) float64, lo, hi float64, d int) ([]float64, error) {
	at := func(t float64) float64 { return f(lo + (hi-lo)*(t+1)/2) }
	ref := make([]float64, d+2)
	for i := range ref {
		x := -math.Cos(math.Pi * float64(i) / float64(d+1))
		ref[i] = x + referenceSkew/float64(d+1)*(1-x*x)
	}
	best := interpolate(at, d)
	_, bestErr := exchange(errorOf(at, best), len(ref))
	if math.IsNaN(bestErr) || math.IsInf(bestErr, 0) {
		return nil, fmt.Errorf("the function is not finite everywhere on [%v, %v]", lo, hi)
	}
	for range remezRounds {
		c, level, err := solveReference(at, chebyshev, ref)
		if err != nil {
			break // errors, and so the points where they alternate, are rounding errors
		}
		next, worst := exchange(errorOf(at, c), len(ref))
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

// interpolate interpolates at the zeros of T_{d+1}, which is close to minimax for any function, and is the
// fallback.
func interpolate(f func(float64) float64, d int) []float64 {
	c := make([]float64, d+1)
	for j := range c {
		angle := math.Pi * (float64(j) + 0.5) / float64(d+1)
		y := f(math.Cos(angle))
		for k := range c {
			c[k] += 2 / float64(d+1) * y * math.Cos(float64(k)*angle)
		}
	}
	c[0] /= 2
	return c
}

const remezRounds = 20

// referenceSkew moves the first reference away from symmetry, by a share of the distance of its points: on a
// symmetric reference the error of an even function, and of relu, need not alternate.
const referenceSkew = 0.5

// errorOf is f minus the polynomial.
func errorOf(f func(float64) float64, c []float64) func(float64) float64 {
	return func(t float64) float64 { return f(t) - tensor.Clenshaw(c, t) }
}

// solveReference finds the linear combination of a basis whose error alternates with equal size, the level,
// at the reference points.
func solveReference(f func(float64) float64, basis func(t float64, phi []float64), ref []float64) (c []float64, level float64, err error) {
	n := len(ref)
	a := mat.NewDense(n, n, nil)
	b := mat.NewVecDense(n, nil)
	phi := make([]float64, n-1)
	for i, t := range ref {
		basis(t, phi)
		for k, v := range phi {
			a.Set(i, k, v)
		}
		a.Set(i, n-1, float64(1-2*(i%2)))
		b.SetVec(i, f(t))
	}
	var x mat.VecDense
	if err := x.SolveVec(a, b); err != nil {
		return nil, 0, fmt.Errorf("minimax fit with %d terms: %w", n-1, err)
	}
	v := x.RawVector().Data
	return v[:n-1], v[n-1], nil
}

// The grid that is searched for the largest errors: fine enough for the peak at a kink, and for high degrees
// not much finer than the error oscillates.
const (
	gridPerPoint     = 16
	fineGridPerPoint = 128
	maxFineGrid      = 1 << 13
)

// exchange finds n points of alternating, locally largest error, and the largest error.
func exchange(err func(float64) float64, n int) (ref []float64, worst float64) {
	grid := max(gridPerPoint*n, min(fineGridPerPoint*n, maxFineGrid))
	var errs []float64
	for i := 0; i <= grid; i++ {
		t := -math.Cos(math.Pi * float64(i) / float64(grid))
		e := err(t)
		worst = max(worst, math.Abs(e)) // NaN if any error is
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
