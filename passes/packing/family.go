package packing

import "hecc/ir/he"

// family is a way to lay out the result of a linear map and to add it up: each slot collects a part of the
// element that the collect layout has there, and folds add up the parts.
type family struct {
	out     he.Layout
	collect he.Layout
	period  int     // slots after which the diagonals repeat
	perCt   int     // elements of a ciphertext
	step    int     // rotations are tried in multiples of this first
	folds   [][]int // rotations of each fold, in order
	skewed  int     // if not zero, the rotations are those from 0 to skewed-1: see skewed
	image   bool    // see images
}

// cyclic lays the result out with a period, fully repeated: every slot whose number is
// i modulo h collects for element i, and folding by h, 2h, … leaves the sum in all of them.
func cyclic(size, h int, parts []part) family {
	slots := parts[0].in.Slots
	h = min(h, slots)
	copies := max(1, commonPeriod(parts)/h)
	layout := func(copies int) he.Layout {
		return he.Vector(size, h*copies, min(size, h), 0, he.Repeat(copies, 2), he.Move(h, 1, 1, 2))
	}
	return family{
		out:     layout(slots / h),
		collect: layout(copies),
		period:  h * copies,
		perCt:   min(size, h),
		step:    1,
		folds:   foldSteps(h, copies),
	}
}

// contiguous gives each element of the result c neighbouring slots to collect in; folding
// by 1, 2, … leaves the sum in the first and partial sums, which are dirty, in the others.
func contiguous(size int, parts []part) (family, bool) {
	slots := parts[0].in.Slots
	h := he.CeilPow2(size)
	if h >= slots {
		return family{}, false
	}
	c := min(slots/h, commonPeriod(parts))
	if c == 1 {
		return family{}, false
	}
	out := he.Vector(size, slots, size, 0, he.Repeat(slots/(c*h), 2), he.Move(h, 1, 1, 2), he.Gap(c, 2))
	out.Dirty = true
	return family{
		out:     out,
		collect: he.Vector(size, c*h, size, 0, he.Move(h, 1, 1, 2), he.Repeat(c, 2)),
		period:  c * h,
		perCt:   size,
		step:    c,
		folds:   foldSteps(1, c),
	}, true
}

// commonPeriod is the largest period of the operands.
func commonPeriod(parts []part) int {
	period := 1
	for _, p := range parts {
		period = max(period, p.in.Period())
	}
	return period
}

// foldSteps sums copies at a distance by hoisted folds of four, or else of another factor of their number: the
// rotations of one fold share a decomposition.
func foldSteps(distance, copies int) [][]int {
	var folds [][]int
	for copies > 1 {
		radix := foldRadix(copies)
		steps := make([]int, radix)
		for k := range steps {
			steps[k] = k * distance
		}
		folds = append(folds, steps)
		distance, copies = distance*radix, copies/radix
	}
	return folds
}

// foldRadix is the factor of a number of copies to sum first: four, or else the least one.
func foldRadix(copies int) int {
	for _, radix := range []int{4, 2, 3} {
		if copies%radix == 0 {
			return radix
		}
	}
	radix := 5
	for copies%radix != 0 {
		radix++
	}
	return radix
}
