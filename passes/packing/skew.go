package packing

import "hecc/ir/he"

// run is a layout whose first slots hold the elements of a vector one after the other, again and again: slot t
// holds element t mod period, if there is one.
type run struct {
	period int
	slots  int  // how many; no others hold elements
	closed bool // all slots, and slot 0 continues the last one
}

// runOf says whether a layout of one ciphertext is a run.
func runOf(l he.Layout) (run, bool) {
	r := run{slots: l.Slots}
	dims := l.Dims
	if l.Cts() > 1 || len(l.Axes) != 1 || len(dims) == 0 {
		return r, false
	}
	if dims[0].Gap {
		r.slots /= dims[0].Size
		dims = dims[1:]
	}
	r.period = r.slots
	if len(dims) > 1 { // copies
		r.period /= dims[0].Size
		if r.period != dims[1].Size || dims[0].Steps[0] != 0 || dims[0].Gap {
			return r, false
		}
		dims = dims[1:]
	}
	if len(dims) != 1 || dims[0].Gap || dims[0].Steps[0] != 1 {
		return r, false
	}
	if wrap := l.Axes[0].Wrap; wrap > 0 {
		r.period = wrap
	}
	r.closed = r.slots == l.Slots && l.Slots%r.period == 0
	return r, true
}

// skewed lists families from operands that are one run to a run with another period. Let p be the operands' period and q the
// result's, and let q be δ or -δ modulo p, where p = n·δ. Slots at distance q then read columns at distance δ,
// so that δ diagonals of each operand, with the rotations from 0 to δ-1, cover all columns in n slots, t, t+q, …, t+(n-1)q, and
// folding by q sums these. So a layer takes about 2√δ + log n rotations, where a result with the period of its
// operand would take a diagonal for each column.
//
// Diagonals repeat after n·q slots, a common multiple of both periods. Where the operand's run ends, and where
// sums run around the end of the slots, they are partial: the result is a run that is shorter by the slots that
// a sum reaches over.
func skewed(size int, parts []part) []family {
	from, ok := runOf(parts[0].in)
	for _, p := range parts[1:] {
		if other, also := runOf(p.in); !also || other != from {
			return nil
		}
	}
	if !ok {
		return nil
	}
	var out []family
	for n := 2; n <= maxSummed; n++ {
		delta := from.period / n
		if n*delta != from.period || largestPrime(n) > 5 {
			continue
		}
		for _, q := range []int{delta, from.period - delta} {
			for q < size {
				q += from.period
			}
			if f, ok := skew(from, q, n, size, parts[0].in.Slots); ok {
				out = append(out, f)
			}
		}
	}
	return out
}

// maxSummed bounds how many slots a sum of a skewed family is over.
const maxSummed = 64

// skew is the skewed family that sums n slots for a result of period q, if there are slots enough.
func skew(from run, q, n, size, slots int) (family, bool) {
	delta := from.period / n
	reach := (n-1)*q + delta - 1
	if from.closed {
		reach = (n - 1) * q // rotations continue in slot 0
	}
	to := run{period: q, slots: floorPow2(from.slots - reach)}
	if to.slots < max(q, size) {
		return family{}, false
	}
	out := he.Vector(size, slots, size, q, he.Gap(slots/to.slots, 2), he.Move(to.slots, 1, 1, 2))
	out.Dirty = true
	return family{
		out:     out,
		collect: he.Vector(size, slots, size, q, he.Move(slots, 1, 1, 2)),
		period:  n * q,
		perCt:   size,
		step:    1,
		folds:   foldSteps(q, n),
		skewed:  delta,
	}, true
}

// floorPow2 is the largest power of two up to n, or 0.
func floorPow2(n int) int {
	if n < 1 {
		return 0
	}
	p := he.CeilPow2(n)
	if p > n {
		p /= 2
	}
	return p
}

func largestPrime(n int) int {
	largest := 1
	for p := 2; n > 1; p++ {
		for n%p == 0 {
			n, largest = n/p, p
		}
	}
	return largest
}
