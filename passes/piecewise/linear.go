package piecewise

import (
	"math"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/bounds"
)

// piecewiseLinear is the function slope·x + offset + Σ_j absCoeffs_j·|x - kinks_j| + signCoeffs_j·sgn(x -
// kinks_j).
type piecewiseLinear struct {
	slope, offset                float64
	kinks, absCoeffs, signCoeffs []float64
}

// Tolerances of comparisons.
const (
	kinkTolerance  = 1e-9 // distance below which kinks are one, relative to the distance of all kinks
	slopeTolerance = 1e-9 // difference below which slopes are equal, relative to their size
	pieceMargin    = 1e-6 // share of a piece at its ends where the slope is not enclosed
)

// piecewiseLinearOf writes a function as piecewise linear, and says whether it is. Enclosures of the slope
// prove that between the kinks and a little outside. Functions are analytic between kinks, so it then holds
// up to the kinks and for all numbers outside.
func piecewiseLinearOf(f tensor.ScalarFunc) (piecewiseLinear, bool) {
	kinks := distinctKinks(f.Kinks)
	if len(kinks) == 0 {
		return piecewiseLinear{}, false
	}
	width := max(1, kinks[len(kinks)-1]-kinks[0])
	b := piecewiseLinear{kinks: kinks}
	var left bounds.AffineBound
	for k := 0; k <= len(kinks); k++ {
		lo, hi := kinks[0]-width, kinks[len(kinks)-1]+width
		if k > 0 {
			lo = kinks[k-1]
		}
		if k < len(kinks) {
			hi = kinks[k]
		}
		right, ok := linearPiece(f, lo, hi)
		if !ok {
			return b, false
		}
		if k > 0 {
			b.absCoeffs = append(b.absCoeffs, roundToZero((right.Scale-left.Scale)/2, left.Scale))
			b.signCoeffs = append(b.signCoeffs, roundToZero((right.Scale*lo+right.Offset-left.Scale*lo-left.Offset)/2, left.Scale*lo+left.Offset))
		} else {
			b.slope, b.offset = right.Scale, right.Offset
		}
		left = right
	}
	for k, x := range b.kinks { // left of all kinks |x - at| is at - x, and the sign -1
		b.slope += b.absCoeffs[k]
		b.offset += b.signCoeffs[k] - b.absCoeffs[k]*x
	}
	return b, true
}

// distinctKinks merges the neighbouring numbers that mark a jump.
func distinctKinks(kinks []float64) (at []float64) {
	if len(kinks) == 0 {
		return nil
	}
	near := kinkTolerance * max(1, kinks[len(kinks)-1]-kinks[0])
	for k := 0; k < len(kinks); k++ {
		if len(at) > 0 && kinks[k]-at[len(at)-1] <= near {
			continue
		}
		x := kinks[k]
		if k+1 < len(kinks) && kinks[k+1] == math.Nextafter(x, math.Inf(1)) {
			x = kinks[k+1] // of three the middle one
		}
		at = append(at, x)
	}
	return at
}

// linearPiece gives the affine function on [lo, hi], and says whether the function is affine there.
func linearPiece(f tensor.ScalarFunc, lo, hi float64) (bounds.AffineBound, bool) {
	edge := pieceMargin * (hi - lo)
	least, most := f.Slopes(lo+edge, hi-edge)
	if !(most-least <= slopeTolerance*max(1, math.Abs(most))) {
		return bounds.AffineBound{}, false
	}
	slope, middle := least/2+most/2, lo/2+hi/2
	return bounds.AffineBound{Scale: slope, Offset: f.Eval(middle) - slope*middle}, true
}

// roundToZero gives 0 for a difference that rounding explains.
func roundToZero(x, size float64) float64 {
	if math.Abs(x) <= slopeTolerance*max(1, math.Abs(size)) {
		return 0
	}
	return x
}

// within is the same function for arguments in [lo, hi]: kinks outside become part of the affine function.
func (b piecewiseLinear) within(lo, hi float64) piecewiseLinear {
	out := piecewiseLinear{slope: b.slope, offset: b.offset}
	for k, x := range b.kinks {
		switch {
		case b.absCoeffs[k] == 0 && b.signCoeffs[k] == 0:
		case x <= lo:
			out.slope += b.absCoeffs[k]
			out.offset += b.signCoeffs[k] - b.absCoeffs[k]*x
		case x >= hi:
			out.slope -= b.absCoeffs[k]
			out.offset += b.absCoeffs[k]*x - b.signCoeffs[k]
		default:
			out.kinks, out.absCoeffs, out.signCoeffs = append(out.kinks, x), append(out.absCoeffs, b.absCoeffs[k]), append(out.signCoeffs, b.signCoeffs[k])
		}
	}
	return out
}

// eval is the function at x.
func (b piecewiseLinear) eval(x float64) float64 {
	y := b.slope*x + b.offset
	for k, at := range b.kinks {
		y += b.absCoeffs[k] * math.Abs(x-at)
		switch {
		case x > at:
			y += b.signCoeffs[k]
		case x < at:
			y -= b.signCoeffs[k]
		}
	}
	return y
}

// magnitude bounds the sum of the absolute values of all terms on [lo, hi].
func (b piecewiseLinear) magnitude(lo, hi float64) float64 {
	far := max(math.Abs(lo), math.Abs(hi))
	s := math.Abs(b.slope)*far + math.Abs(b.offset)
	for k, at := range b.kinks {
		s += math.Abs(b.absCoeffs[k])*(far+math.Abs(at)) + math.Abs(b.signCoeffs[k])
	}
	return s
}

// chord encloses the function on [lo, hi] by the chord through the ends, shifted so that the error is
// smallest.
func (b piecewiseLinear) chord(lo, hi float64) bounds.AffineBound {
	slope := 0.0
	if hi > lo {
		slope = (b.eval(hi) - b.eval(lo)) / (hi - lo)
	}
	least, most := math.Inf(1), math.Inf(-1)
	see := func(x float64) {
		for _, y := range []float64{b.eval(x), b.eval(math.Nextafter(x, lo)), b.eval(math.Nextafter(x, hi))} {
			least, most = min(least, y-slope*x), max(most, y-slope*x)
		}
	}
	see(lo)
	see(hi)
	for _, at := range b.kinks {
		if lo < at && at < hi {
			see(at)
		}
	}
	return bounds.AffineBound{Scale: slope, Offset: (least + most) / 2, Error: (most - least) / 2}
}

// IsPiecewiseLinear says whether a node is a function that is piecewise linear for every element, and whether
// some jump.
func IsPiecewiseLinear(n *tensor.Node) (linear, jumps bool) {
	fn, ok := n.Op.(tensor.Func)
	if !ok {
		return false, false
	}
	for i := range n.Size() {
		b, ok := piecewiseLinearOf(fn.Scalar(i))
		if !ok {
			return false, false
		}
		jumps = jumps || slices.ContainsFunc(b.signCoeffs, func(j float64) bool { return j != 0 })
		if fn.Uniform() {
			break
		}
	}
	return true, jumps
}
