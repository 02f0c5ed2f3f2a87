package tensor

import (
	"fmt"

	"hecc/ir/text"
)

// Poly evaluates a polynomial on each element: one for all elements, or one for each. A polynomial is given
// on its interval [Lo, Hi] by coefficients of the Chebyshev basis, Σ_k Coeffs[k] T_k(t) with t = (2x - Lo -
// Hi) / (Hi - Lo).
type Poly struct {
	Of     string      // the function that it approximates, e.g. "relu"
	Coeffs [][]float64 // per polynomial, degree+1 coefficients, all of the same length
	Lo, Hi []float64   // per polynomial
	Err    []float64   // per polynomial: the largest |p(x) - f(x)| on the interval
}

func (Poly) Name() string { return "poly" }

// Degree is the degree of the longest polynomial.
func (op Poly) Degree() int { return len(op.Coeffs[0]) - 1 }

// At gives the index of element i's polynomial.
func (op Poly) At(i int) int {
	if len(op.Coeffs) == 1 {
		return 0
	}
	return i
}

// Unit maps x to the variable t of polynomial p, which is in [-1, 1] inside the interval.
func (op Poly) Unit(p int, x float64) float64 {
	return (2*x - op.Lo[p] - op.Hi[p]) / (op.Hi[p] - op.Lo[p])
}

func (op Poly) infer(in [][]int) ([]int, error) {
	if err := arity(in, 1); err != nil {
		return nil, err
	}
	n := len(op.Coeffs)
	if n == 0 || len(op.Lo) != n || len(op.Hi) != n || len(op.Err) != n {
		return nil, fmt.Errorf("%d polynomials with %d, %d, %d bounds", n, len(op.Lo), len(op.Hi), len(op.Err))
	}
	if n != 1 && n != size(in[0]) {
		return nil, fmt.Errorf("%d polynomials for %d elements", n, size(in[0]))
	}
	for p := range op.Coeffs {
		if len(op.Coeffs[p]) == 0 || len(op.Coeffs[p]) != len(op.Coeffs[0]) {
			return nil, fmt.Errorf("polynomial %d has %d coefficients", p, len(op.Coeffs[p]))
		}
		if !(op.Lo[p] < op.Hi[p]) {
			return nil, fmt.Errorf("interval [%v, %v] is empty", op.Lo[p], op.Hi[p])
		}
		if err := finite(op.Coeffs[p]); err != nil {
			return nil, err
		}
	}
	if err := finite(append(append([]float64{}, op.Lo...), op.Hi...)); err != nil {
		return nil, err
	}
	return in[0], nil
}

func (op Poly) eval(in []operand, out []float64) {
	for i, x := range in[0].data {
		p := op.At(i)
		out[i] = Clenshaw(op.Coeffs[p], op.Unit(p, x))
	}
}

// Clenshaw evaluates Σ c_k T_k(t) by Clenshaw's recurrence.
func Clenshaw(c []float64, t float64) float64 {
	var b1, b2 float64
	for k := len(c) - 1; k > 0; k-- {
		b1, b2 = c[k]+2*t*b1-b2, b1
	}
	return c[0] + t*b1 - b2
}

func (op Poly) attrs() []text.Attr {
	var flat text.Blob
	for _, c := range op.Coeffs {
		flat = append(flat, c...)
	}
	return []text.Attr{
		{Key: "of", Value: op.Of},
		{Key: "degree", Value: op.Degree()},
		{Key: "coeffs", Value: flat},
		{Key: "lo", Value: text.Blob(op.Lo)},
		{Key: "hi", Value: text.Blob(op.Hi)},
		{Key: "err", Value: text.Blob(op.Err)},
	}
}

func readPoly(a *text.Attrs) (Op, error) {
	op := Poly{Of: a.String("of")}
	terms := a.Int("degree") + 1
	flat := a.Blob("coeffs")
	op.Lo, op.Hi, op.Err = a.Blob("lo"), a.Blob("hi"), a.Blob("err")
	if terms < 1 || len(flat)%terms != 0 {
		return nil, fmt.Errorf("%d coefficients do not make polynomials of degree %d", len(flat), terms-1)
	}
	for ; len(flat) > 0; flat = flat[terms:] {
		op.Coeffs = append(op.Coeffs, flat[:terms:terms])
	}
	return op, nil
}
