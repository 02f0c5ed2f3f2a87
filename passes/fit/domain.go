package fit

import (
	"errors"
	"math"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// domainError says that a function is not defined where its arguments lie. The arguments come from earlier
// polynomials, so other degrees may move them.
type domainError struct{ at *diag.Error }

func (e domainError) Error() string { return e.at.Error() }

// Unwrap lets errors.As find the diagnostic.
func (e domainError) Unwrap() error { return e.at }

// isDomainError says whether an error is, or wraps, a domainError.
func isDomainError(err error) bool {
	var u domainError
	return errors.As(err, &u)
}

func newDomainError(n *tensor.Node, lo, hi float64, err error) domainError {
	return domainError{diag.At(n.Pos, "the values of its argument reach from %.4g to %.4g: %v", lo, hi, err).
		Cure("keep the argument inside the function's domain, as by adding a constant; or give inputs that keep it there: --calibrate samples.npy, --input-range lo:hi")}
}

// restrictToDomain narrows the intervals of polynomials to the domain of their function. The samples must lie
// in it.
func restrictToDomain(n *tensor.Node, p *tensor.Poly, cols [][]float64) error {
	fn := n.Op.(tensor.Func)
	for i := range cols {
		f := fn.Scalar(i)
		lo, hi := slices.Min(cols[i]), slices.Max(cols[i])
		if err := f.Defined(lo, hi); err != nil {
			return newDomainError(n, lo, hi, err)
		}
		p.Lo[i], p.Hi[i] = withinDomain(f, lo, hi, p.Lo[i], p.Hi[i])
	}
	return nil
}

// withinDomain extends [lo, hi] towards [wantLo, wantHi] as far as the function is defined.
func withinDomain(f tensor.ScalarFunc, lo, hi, wantLo, wantHi float64) (float64, float64) {
	if f.Defined(wantLo, wantHi) == nil {
		return wantLo, wantHi
	}
	return domainEnd(f, lo, wantLo, hi), domainEnd(f, hi, wantHi, lo)
}

// domainBisections find the end of a domain to the rounding error of the distance searched.
const domainBisections = 60

// domainEnd goes from the outermost sample at end towards want, as far as the function is defined. Where the
// function changes by more on the way than a quarter of its change between the samples' ends, as it does
// towards a pole, only half of the way is taken.
func domainEnd(f tensor.ScalarFunc, end, want, other float64) float64 {
	definedTo := func(x float64) bool { return f.Defined(min(x, end), max(x, end)) == nil }
	if definedTo(want) {
		return want
	}
	in, out := end, want
	for range domainBisections {
		mid := in/2 + out/2
		if definedTo(mid) {
			in = mid
		} else {
			out = mid
		}
	}
	if in*out <= 0 && definedTo(0) { // most domains end at 0
		in = 0
	}
	if math.Abs(f.Eval(in)-f.Eval(end)) <= math.Abs(f.Eval(other)-f.Eval(end))/4 {
		return in
	}
	return in/2 + end/2
}
