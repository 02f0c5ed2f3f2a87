package approx

import (
	"fmt"
	"math"

	"hecc/ir/tensor"
)

// Composite approximates the sign of u in [-1, 1] by polynomials applied one after the other, v = p_k(…
// p_1(u)). Each is odd, and minimax on the image of [-1, -ε] ∪ [ε, 1] under the ones before (Cheon, Kim, Kim,
// Lee, Numerical method for comparison on homomorphically encrypted numbers, 2019; Lee, Lee, No, Kim, Minimax
// approximation of sign function by composite polynomial for homomorphic comparison, 2021). The degree is the
// product of their degrees, and the cost the sum of their costs. Between -ε and ε the polynomials are
// monotone, and v lies between 0 and the sign.
type Composite struct {
	Stages  [][]float64 // coefficients of T_0, T_1, …; all but the last map [-1, 1] to itself
	Epsilon float64     // ε
	Sign    float64     // bound of |1 - v| on [ε, 1]
	Abs     float64     // bound of ||u| - u·v| on [-1, 1]
}

// NewComposite makes the composite of polynomials of these odd degrees whose ε minimises the error of u·v as
// |u|: a smaller ε lowers the error where |u| < ε, and raises it elsewhere.
func NewComposite(degrees []int) (Composite, error) {
	total := 1.0
	for _, d := range degrees {
		total *= float64(d)
	}
	lo, hi := math.Log(minEpsilon/total), math.Log(min(maxEpsilon/total, 0.5))
	for range epsilonBisections {
		mid := (lo + hi) / 2
		c, err := compose(degrees, math.Exp(mid))
		if err != nil || c.absError(c.Epsilon, 1) > c.absError(0, c.Epsilon) { // an ε that is far too small is lost in rounding
			lo = mid
		} else {
			hi = mid
		}
	}
	c, err := compose(degrees, math.Exp(hi))
	if err != nil {
		return c, err
	}
	c.Sign = boundPolynomial(func(u float64) float64 { return 1 - c.Value(u) }, c.Degree(), coarsePoints, c.Epsilon, 1)
	c.Abs = c.absError(0, 1)
	return c, nil
}

// Bisection of log ε between these bounds, each over the degree of v.
const (
	minEpsilon        = 1
	maxEpsilon        = 32
	epsilonBisections = 9
)

// Value is v at u.
func (c *Composite) Value(u float64) float64 {
	for _, p := range c.Stages {
		u = tensor.Clenshaw(p, u)
	}
	return u
}

// Degree is the degree of u·v as one polynomial.
func (c *Composite) Degree() int {
	d := 1
	for _, p := range c.Stages {
		d *= len(p) - 1
	}
	return d + 1
}

// absError bounds |u - u·v| for u in [lo, hi], a part of [0, 1].
func (c *Composite) absError(lo, hi float64) float64 {
	return boundPolynomial(func(u float64) float64 { return u - u*c.Value(u) }, c.Degree(), coarsePoints, lo, hi)
}

// boundPolynomial bounds |p| on [lo, hi]: for degree n it is at most the largest value at m Chebyshev points
// over cos(πn/2m) (Ehlich and Zeller, Mathematische Zeitschrift 86, 1964). The rounding of float64 is
// included: where a composite is steep, its argument is below ε.
func boundPolynomial(p func(u float64) float64, n, perDegree int, lo, hi float64) float64 {
	m, worst := perDegree*n, 0.0
	for i := range m {
		worst = max(worst, math.Abs(p(lo+(hi-lo)*(1-math.Cos(math.Pi*(float64(i)+0.5)/float64(m)))/2)))
	}
	return worst/math.Cos(math.Pi/float64(2*perDegree)) + roundoffPerTerm*float64(n)
}

// Chebyshev points for each degree: with coarsePoints the bound is too large by 2 % at most, with finePoints
// by 0.02 %.
const (
	coarsePoints = 8
	finePoints   = 80
)

func compose(degrees []int, epsilon float64) (Composite, error) {
	c := Composite{Epsilon: epsilon}
	lo := epsilon
	for k, d := range degrees {
		p, level, err := minimaxSign(lo, d)
		if err != nil {
			return c, err
		}
		if k < len(degrees)-1 {
			for i := range p {
				p[i] /= 1 + level
			}
			lo = (1 - level) / (1 + level)
		}
		c.Stages = append(c.Stages, p)
	}
	return c, nil
}

// minimaxSign fits an odd polynomial to 1 on [lo, 1] by the Remez exchange; the odd T_k are a Haar system
// there. Points are spaced logarithmically, since errors alternate as often at small arguments as at large
// ones.
func minimaxSign(lo float64, d int) (c []float64, worst float64, err error) {
	at := func(x float64) float64 { return math.Pow(lo, (1-x)/2) }
	one := func(float64) float64 { return 1 }
	all := make([]float64, d+1)
	basis := func(x float64, phi []float64) {
		chebyshev(at(x), all)
		for k := range phi {
			phi[k] = all[2*k+1]
		}
	}
	ref := make([]float64, (d+1)/2+1)
	for i := range ref {
		ref[i] = -math.Cos(math.Pi * float64(i) / float64(len(ref)-1))
	}
	worst = math.Inf(1)
	for range signRounds {
		odd, level, err := solveReference(one, basis, ref)
		if err != nil {
			break
		}
		p := spreadOdd(odd, d)
		next, far := exchange(func(x float64) float64 { return 1 - tensor.Clenshaw(p, at(x)) }, len(ref))
		if far < worst {
			c, worst = p, far
		}
		if len(next) < len(ref) || far <= (1+1e-4)*math.Abs(level) {
			break
		}
		ref = next
	}
	if !(worst < 1) {
		return nil, 0, fmt.Errorf("no odd polynomial of degree %d for the sign on [%v, 1] was found", d, lo)
	}
	return c, boundPolynomial(func(u float64) float64 { return 1 - tensor.Clenshaw(c, u) }, d, finePoints, lo, 1), nil
}

const signRounds = 40

// spreadOdd puts the coefficients of odd terms in their places.
func spreadOdd(odd []float64, d int) []float64 {
	c := make([]float64, d+1)
	for k, v := range odd {
		c[2*k+1] = v
	}
	return c
}
