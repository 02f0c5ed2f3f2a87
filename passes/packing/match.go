package packing

import (
	"slices"

	"hecc/ir/he"
	"hecc/ir/tensor"
)

// family is a way to lay out the result of a linear map and to sum it up: slot t collects
// a part of the result's element group(t), and folding adds the parts.
type family struct {
	out    he.Layout
	perCt  int             // elements of a ciphertext
	period int             // the diagonals repeat with this period
	group  func(t int) int // element of a ciphertext that slot t collects for, 0 ≤ t < period
	step   int             // rotations are tried in multiples of this first
	folds  [][]int         // rotations of each fold, in order
}

// part is one operand of a linear map.
type part struct {
	m  *tensor.Map
	in he.Layout
}

// diagonal is the plaintext of one rotation of one ciphertext of one operand.
type diagonal struct {
	operand, ct int
	rotation    int
	values      he.Plain
}

// match finds the generalised diagonals of Σ_k m_k x_k for ciphertext ct of the result:
// every entry of every map is given to one slot and rotation where its column and its row
// meet. It fails if some entry's never do.
func (f family) match(parts []part, ct int) ([]diagonal, bool) {
	var out []diagonal
	for k, p := range parts {
		taken := make([]bool, len(p.m.Val))
		for c := range p.in.Cts() {
			d, ok := f.matchOne(p, k, c, ct, taken)
			if !ok {
				return nil, false
			}
			out = append(out, d...)
		}
	}
	return out, true
}

// matchOne marks the entries that it has given a place.
func (f family) matchOne(p part, operand, inCt, outCt int, taken []bool) ([]diagonal, bool) {
	rowLeft, left := f.entries(p, inCt, outCt)
	slots := p.in.Slots
	element := p.in.Elements(inCt)
	open := f.collectors(rowLeft)
	var out []diagonal
	for _, r := range f.rotations(p.in) {
		if left == 0 {
			return out, true
		}
		var values he.Plain
		still := open[:0]
		for _, c := range open {
			if rowLeft[c.row] == 0 {
				continue
			}
			still = append(still, c)
			j := element[(c.slot+r)&(slots-1)]
			if j == he.Empty {
				continue
			}
			k, ok := entry(p.m, outCt*f.perCt+c.row, j)
			if !ok || taken[k] {
				continue
			}
			taken[k] = true
			rowLeft[c.row]--
			left--
			if values == nil {
				values = make(he.Plain, slots)
			}
			for u := c.slot; u < slots; u += f.period {
				values[u] = p.m.Val[k]
			}
		}
		open = still
		if values != nil {
			out = append(out, diagonal{operand, inCt, r, values})
		}
	}
	return out, left == 0
}

// collector is a slot, and the row of a ciphertext's rows that it collects for.
type collector struct{ slot, row int }

// collectors are the slots of a period that collect for rows with entries.
func (f family) collectors(rowLeft []int) []collector {
	var out []collector
	for t := range f.period {
		if i := f.group(t); i != he.Empty && i < len(rowLeft) && rowLeft[i] > 0 {
			out = append(out, collector{t, i})
		}
	}
	return out
}

// entries counts the entries of p's map between two ciphertexts, in each row and in all.
func (f family) entries(p part, inCt, outCt int) (rows []int, all int) {
	held := slices.DeleteFunc(p.in.Elements(inCt), func(e int) bool { return e == he.Empty })
	lo, hi := slices.Min(held), slices.Max(held)+1
	for i := outCt * f.perCt; i < min((outCt+1)*f.perCt, p.m.Rows); i++ {
		cols, _ := p.m.Row(i)
		a, _ := slices.BinarySearch(cols, lo)
		b, _ := slices.BinarySearch(cols, hi)
		rows = append(rows, b-a)
		all += b - a
	}
	return rows, all
}

// entry finds the entry of row i and column j.
func entry(m *tensor.Map, i, j int) (int, bool) {
	cols, _ := m.Row(i)
	if len(cols) == m.Cols {
		return m.RowPtr[i] + j, true
	}
	k, ok := slices.BinarySearch(cols, j)
	return m.RowPtr[i] + k, ok
}

// rotations lists the rotations to try: upwards in steps from zero, or downwards if the
// operand is spread out, so that its elements move into the gaps; then all others.
func (f family) rotations(in he.Layout) []int {
	step := f.step
	if in.Spread() > 1 && step == 1 {
		step = in.Slots - 1
	}
	seen := make([]bool, in.Slots)
	out := make([]int, 0, in.Slots)
	for r := 0; !seen[r]; r = (r + step) & (in.Slots - 1) {
		seen[r] = true
		out = append(out, r)
	}
	for r := range seen {
		if !seen[r] {
			out = append(out, r)
		}
	}
	return out
}

// cyclic lays the result out with a period, fully repeated: every slot whose number is
// i modulo h collects for element i, and folding by h, 2h, … leaves the sum in all of them.
func cyclic(size, h int, parts []part) family {
	slots := parts[0].in.Slots
	h = min(h, slots)
	copies := max(1, commonPeriod(parts)/h)
	return family{
		out:    he.Vector(size, slots, min(size, h), 0, he.Repeat(slots/h, 2), he.Move(h, 1, 1, 2)),
		perCt:  min(size, h),
		period: h * copies,
		group:  func(t int) int { return t % h },
		step:   1,
		folds:  foldSteps(h, copies),
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
		out:    out,
		perCt:  size,
		period: c * h,
		group:  func(t int) int { return t / c },
		step:   c,
		folds:  foldSteps(1, c),
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

// foldSteps sums copies at a distance, a power of two of them, by hoisted folds of four:
// the rotations of one fold share a decomposition.
func foldSteps(distance, copies int) [][]int {
	var folds [][]int
	for copies > 1 {
		radix := min(4, copies)
		steps := make([]int, radix)
		for k := range steps {
			steps[k] = k * distance
		}
		folds = append(folds, steps)
		distance, copies = distance*radix, copies/radix
	}
	return folds
}
