package packing

import (
	"slices"

	"hecc/ir/he"
	"hecc/ir/tensor"
)

// part is one operand of a linear map.
type part struct {
	m  *tensor.Map
	in he.Layout
}

// match finds the generalised diagonals of Σ_k m_k x_k for ciphertext ct of the result. It only chooses
// rotations; he.Matrix derives the diagonals from them. An entry can be placed at any rotation that brings a
// slot with its column to a slot that collects for its row. It gets the first of these in the order of
// preference, so entries that share early rotations share diagonals. It fails if some entry has no such
// rotation.
func (f family) match(parts []part, ct int) (*he.Matrix, bool) { return f.fill(parts, ct, rowsOf) }

// matchByKinds is match for a matrix that is kept: its weights are held by kinds of rows.
func (f family) matchByKinds(parts []part, ct int) (*he.Matrix, bool) {
	return f.fill(parts, ct, kindsOf)
}

func (f family) fill(parts []part, ct int, rows func(m *tensor.Map, from, end int) he.Sparse) (*he.Matrix, bool) {
	m := &he.Matrix{Collect: f.collect, Period: f.period, Ct: ct, First: ct * f.perCt}
	for _, p := range parts {
		end := min(m.First+f.perCt, p.m.Rows)
		m.Parts = append(m.Parts, he.Part{Weights: rows(p.m, m.First, end), In: p.in})
	}
	fill := m.Fill()
	for k, p := range parts {
		if f.image {
			for _, d := range f.coverPart(k, p) {
				fill.Try(d)
			}
		}
		for c := range p.in.Cts() {
			s := &matcher{m, fill, k, c, f.preference(p.in)}
			if f.image {
				s.chooseForUnplaced()
			} else {
				s.choose()
			}
		}
	}
	return m, fill.Unplaced() == 0
}

// rowsOf gives a range of rows of a map, without copying its weights.
func rowsOf(m *tensor.Map, from, end int) he.Sparse {
	a, b := m.RowPtr[from], m.RowPtr[end]
	s := he.Sparse{Rows: end - from, Cols: m.Cols, Val: m.Val[a:b:b]}
	if len(s.Val) == s.Rows*s.Cols {
		return s
	}
	s.Col = m.Col[a:b:b]
	for _, p := range m.RowPtr[from : end+1] {
		s.RowPtr = append(s.RowPtr, p-a)
	}
	return s
}

// kindsOf is that by kinds of rows.
func kindsOf(m *tensor.Map, from, end int) he.Sparse {
	s := rowsOf(m, from, end)
	if s.RowPtr == nil {
		return s
	}
	return he.NewSparse(s.Cols, s.RowPtr, s.Col, s.Val)
}

// perPlace is the cost of working out an entry's rotation from one place of its column, in units of trying a
// rotation on one slot.
const perPlace = 4

// matcher chooses the rotations of one ciphertext of one operand.
type matcher struct {
	m        *he.Matrix
	fill     *he.Filling
	part, ct int
	prefer   preference
}

func (s *matcher) try(by int) int {
	return s.fill.Try(he.RotatedOperand{Part: s.part, Ct: s.ct, Rotation: by})
}

// choose tries rotations in the order of preference until the cost of unsuccessful trials reaches that of
// working out the rotation of each unplaced entry, and then works these out. Dense maps are complete before
// that; in sparse maps the time depends on the entries and their copies, not on the number of rotations.
func (s *matcher) choose() {
	reads := slotsByElement(s.m.Parts[s.part].In, s.ct)
	copies := (len(reads.slots) + len(reads.begin) - 1) / len(reads.begin)
	wasted := 0
	for n := range s.prefer.slots / s.prefer.step {
		if s.fill.Unplaced() == 0 {
			return
		}
		if wasted > perPlace*copies*s.fill.Unplaced() {
			break
		}
		open := s.fill.OpenSlots(s.part)
		wasted += open - s.try(s.prefer.at(n))
	}
	s.chooseForUnplaced()
}

// chooseForUnplaced works out a rotation for each entry that has no place yet.
func (s *matcher) chooseForUnplaced() {
	if s.fill.Unplaced() == 0 {
		return
	}
	reads := slotsByElement(s.m.Parts[s.part].In, s.ct)
	found := map[int]bool{}
	s.eachUnplaced(reads, func(by int) { found[by] = true })
	list := make([]int, 0, len(found))
	for by := range found {
		list = append(list, by)
	}
	slices.SortFunc(list, s.prefer.compare)
	for _, by := range list {
		s.try(by)
	}
}

// eachUnplaced calls f with the rotation of each entry that has no place yet and whose column this ciphertext
// holds.
func (s *matcher) eachUnplaced(reads places, f func(by int)) {
	p := &s.m.Parts[s.part]
	collects := collectorsOf(s.m, min(p.In.Period(), s.m.Collect.Period()), s.prefer)
	s.fill.EachUnplaced(s.part, reads.first, reads.first+len(reads.begin)-1, func(row, column int) {
		best := -1
		for _, slot := range reads.of(column) {
			if by := collects.rotation(row, slot); by >= 0 && (best < 0 || s.prefer.compare(by, best) < 0) {
				best = by
			}
		}
		if best >= 0 {
			f(best)
		}
	})
}
