package packing

import (
	"slices"

	"hecc/ir/he"
)

// sampledOptions bounds the pairs of an entry and a rotation that covers of an operand are found on.
const sampledOptions = 1 << 19

// cover chooses rotations of an operand of one ciphertext, for an image family: of those that bring most entries
// of the map that have none yet to a slot that collects for them, the shortest, again and again. Of large maps it
// looks at some of the entries, evenly.
func (f family) cover(p part) []int {
	s := newSetCover(p.in)
	f.eachOption(p, s.startEntry, func(_, by int) { s.option(by) })
	return s.solve()
}

// eachOption goes through entries of a map: for each, it calls start, and then option for each ciphertext and
// rotation that bring it to a slot.
func (f family) eachOption(p part, start func(), option func(ct, by int)) {
	period, collects := p.in.Period(), newPlaces(0, f.collect.Size, f.collect.Elements(0))
	reads, places := make([]places, p.in.Cts()), 0
	for ct := range reads {
		reads[ct] = slotsByElement(p.in, ct)
		places += (len(reads[ct].slots) + len(reads[ct].begin) - 1) / len(reads[ct].begin)
	}
	total := 0
	for i := range p.m.Rows {
		cols, _ := p.m.Row(i)
		total += len(cols) * len(collects.of(i))
	}
	every := 1 + total*places/sampledOptions
	for i := range p.m.Rows {
		cols, _ := p.m.Row(i)
		for k := scattered(i) % every; k < len(cols); k += every { // another phase in each row
			start()
			for ct := range reads {
				for _, u := range reads[ct].ifHeld(cols[k]) {
					for _, t := range collects.of(i) {
						option(ct, (u-t)&(period-1))
					}
				}
			}
		}
	}
}

// scattered is a number without regularity, so that no place of a window is left out at a border.
func scattered(row int) int { return int(uint32(row) * 2654435761 >> 8) } // Knuth, The Art of Computer Programming, 6.4

// setCover chooses few rotations so that each entry has one of its options.
type setCover struct {
	slots, period int
	entries       int
	ends          []int // where the options of each entry end
	options       []int
	seen          []int // by rotation: the last entry that has it as an option
}

func newSetCover(in he.Layout) *setCover {
	return &setCover{slots: in.Slots, period: in.Period(), seen: make([]int, in.Period())}
}

func (s *setCover) startEntry() {
	s.ends = append(s.ends, len(s.options))
	s.entries++
}

func (s *setCover) option(by int) {
	if s.seen[by] != s.entries {
		s.seen[by] = s.entries
		s.options = append(s.options, by)
		s.ends[s.entries-1] = len(s.options)
	}
}

// solve is the greedy algorithm.
func (s *setCover) solve() []int {
	count := make([]int, s.period)
	begin := 0
	byRotation := make([][]int, s.period) // entries
	for e, end := range s.ends {
		for _, by := range s.options[begin:end] {
			count[by]++
			byRotation[by] = append(byRotation[by], e)
		}
		begin = end
	}
	var open []int
	for by, n := range count {
		if n > 0 {
			open = append(open, by)
		}
	}
	slices.SortFunc(open, func(a, b int) int { return s.length(a) - s.length(b) })
	covered := make([]bool, s.entries)
	var chosen []int
	for left := s.entries; left > 0; {
		best := open[0]
		for _, by := range open {
			if count[by] > count[best] {
				best = by
			}
		}
		chosen = append(chosen, s.shortest(best))
		for _, e := range byRotation[best] {
			if covered[e] {
				continue
			}
			covered[e] = true
			left--
			first := 0
			if e > 0 {
				first = s.ends[e-1]
			}
			for _, by := range s.options[first:s.ends[e]] {
				count[by]--
			}
		}
	}
	return chosen
}

// shortest is the same rotation of the operand, backwards if that is shorter.
func (s *setCover) shortest(by int) int {
	if by > s.period/2 {
		return by + s.slots - s.period
	}
	return by
}

// length orders rotations: 0, 1, -1, 2, …
func (s *setCover) length(by int) int {
	if by > s.period/2 {
		return 2*(s.period-by) + 1
	}
	return 2 * by
}

// coverPart chooses the diagonals of an operand.
func (f family) coverPart(partNo int, p part) []he.RotatedOperand {
	if p.in.Cts() > 1 {
		return f.coverSent(partNo, p)
	}
	rotations := f.cover(p)
	list := make([]he.RotatedOperand, len(rotations))
	for k, by := range rotations {
		list[k] = he.RotatedOperand{Part: partNo, Rotation: by}
	}
	return list
}
