package passes

import (
	"errors"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// undefinedError says that a function is not defined where its arguments lie. At another
// degree the arguments, which earlier polynomials give, may lie elsewhere.
type undefinedError struct{ at *diag.Error }

func (e undefinedError) Error() string { return e.at.Error() }

// Unwrap lets errors.As find the diagnostic.
func (e undefinedError) Unwrap() error { return e.at }

func isUndefined(err error) bool {
	var u undefinedError
	return errors.As(err, &u)
}

func undefined(n *tensor.Node, lo, hi float64, err error) undefinedError {
	return undefinedError{diag.Errorf(n.Pos, "the values of its argument reach from %.4g to %.4g: %v", lo, hi, err).
		Note("keep the argument inside the function's domain, as by adding a constant; or give inputs that keep it there: --calibrate samples.npy, --input-range lo:hi")}
}

// keepDefined checks that a function is defined on the intervals of its polynomials. Where it
// is not, but is on the samples themselves, the interval is widened by less.
func keepDefined(n *tensor.Node, p *tensor.Poly, cols [][]float64) error {
	fn := n.Op.(tensor.Func)
	for i := range cols {
		f := fn.Scalar(i)
		lo, hi := slices.Min(cols[i]), slices.Max(cols[i])
		below, above := lo-p.Lo[i], p.Hi[i]-hi
		err := f.Defined(p.Lo[i], p.Hi[i])
		for k := 0; err != nil; k++ {
			if k == maxHalvings {
				return undefined(n, lo, hi, err)
			}
			below, above = below/2, above/2
			p.Lo[i], p.Hi[i] = lo-below, hi+above
			err = f.Defined(p.Lo[i], p.Hi[i])
		}
	}
	return nil
}

// maxHalvings is how often a widening is halved: at the end an interval is the samples' own
// but for a thousandth.
const maxHalvings = 8
