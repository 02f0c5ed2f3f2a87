package piecewise

import (
	"math"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/bounds"
)

// pieces writes a function of straight pieces as slope·x + shift + Σ bend_j·|x - at_j| + jump_j·sgn(x - at_j).
type pieces struct {
	slope, shift   float64
	at, bend, jump []float64
}

// Numbers of pieces are compared up to these.
const (
	samePlace = 1e-9 // of kinks, relative to the function's width
	sameSlope = 1e-9
	pieceEdge = 1e-6 // share of a piece at its ends that its slope is not taken from
)

// piecesOf says whether a function is made of straight pieces, and of which. Enclosures of its slope prove
// it between all kinks and a little outside: between kinks functions are analytic, so that holds up to the
// kinks and for all numbers beyond.
func piecesOf(f tensor.ScalarFunc) (pieces, bool) {
	at := distinctKinks(f.Kinks)
	if len(at) == 0 {
		return pieces{}, false
	}
	width := max(1, at[len(at)-1]-at[0])
	b := pieces{at: at}
	var left bounds.Line
	for k := 0; k <= len(at); k++ {
		lo, hi := at[0]-width, at[len(at)-1]+width
		if k > 0 {
			lo = at[k-1]
		}
		if k < len(at) {
			hi = at[k]
		}
		right, ok := straightPiece(f, lo, hi)
		if !ok {
			return b, false
		}
		if k > 0 {
			b.bend = append(b.bend, clean((right.Scale-left.Scale)/2, left.Scale))
			b.jump = append(b.jump, clean((right.Scale*lo+right.Shift-left.Scale*lo-left.Shift)/2, left.Scale*lo+left.Shift))
		} else {
			b.slope, b.shift = right.Scale, right.Shift
		}
		left = right
	}
	for k, x := range b.at { // left of all kinks |x - at| is at - x, and the sign -1
		b.slope += b.bend[k]
		b.shift += b.jump[k] - b.bend[k]*x
	}
	return b, true
}

// distinctKinks merges the neighbours that mark a jump.
func distinctKinks(kinks []float64) (at []float64) {
	if len(kinks) == 0 {
		return nil
	}
	near := samePlace * max(1, kinks[len(kinks)-1]-kinks[0])
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

func straightPiece(f tensor.ScalarFunc, lo, hi float64) (bounds.Line, bool) {
	edge := pieceEdge * (hi - lo)
	least, most := f.Slopes(lo+edge, hi-edge)
	if !(most-least <= sameSlope*max(1, math.Abs(most))) {
		return bounds.Line{}, false
	}
	slope, middle := least/2+most/2, lo/2+hi/2
	return bounds.Line{Scale: slope, Shift: f.Eval(middle) - slope*middle}, true
}

// clean makes 0 of what rounding has left of a difference.
func clean(x, size float64) float64 {
	if math.Abs(x) <= sameSlope*max(1, math.Abs(size)) {
		return 0
	}
	return x
}

// within is the same function for arguments in [lo, hi]: kinks outside are part of the line.
func (b pieces) within(lo, hi float64) pieces {
	out := pieces{slope: b.slope, shift: b.shift}
	for k, x := range b.at {
		switch {
		case b.bend[k] == 0 && b.jump[k] == 0:
		case x <= lo:
			out.slope += b.bend[k]
			out.shift += b.jump[k] - b.bend[k]*x
		case x >= hi:
			out.slope -= b.bend[k]
			out.shift += b.bend[k]*x - b.jump[k]
		default:
			out.at, out.bend, out.jump = append(out.at, x), append(out.bend, b.bend[k]), append(out.jump, b.jump[k])
		}
	}
	return out
}

// eval is the function at x.
func (b pieces) eval(x float64) float64 {
	y := b.slope*x + b.shift
	for k, at := range b.at {
		y += b.bend[k] * math.Abs(x-at)
		switch {
		case x > at:
			y += b.jump[k]
		case x < at:
			y -= b.jump[k]
		}
	}
	return y
}

// size bounds all that is added up on [lo, hi].
func (b pieces) size(lo, hi float64) float64 {
	far := max(math.Abs(lo), math.Abs(hi))
	s := math.Abs(b.slope)*far + math.Abs(b.shift)
	for k, at := range b.at {
		s += math.Abs(b.bend[k])*(far+math.Abs(at)) + math.Abs(b.jump[k])
	}
	return s
}

// chord is the line through the ends, moved to the middle of how far the function is from it.
func (b pieces) chord(lo, hi float64) bounds.Line {
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
	for _, at := range b.at {
		if lo < at && at < hi {
			see(at)
		}
	}
	return bounds.Line{Scale: slope, Shift: (least + most) / 2, Off: (most - least) / 2}
}

// IsStraight says whether a node is a function, and of straight pieces for every element, and whether some jump.
func IsStraight(n *tensor.Node) (straight, jumps bool) {
	fn, ok := n.Op.(tensor.Func)
	if !ok {
		return false, false
	}
	for i := range n.Size() {
		b, ok := piecesOf(fn.Scalar(i))
		if !ok {
			return false, false
		}
		jumps = jumps || slices.ContainsFunc(b.jump, func(j float64) bool { return j != 0 })
		if fn.Uniform() {
			break
		}
	}
	return true, jumps
}
