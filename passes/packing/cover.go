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
	s := newSetCover(p)
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
func scattered(row int) int { return int(uint32(row) * 2654435761 >> 8) } // 2^32 over the golden ratio

// setCover chooses few rotations so that each entry has one of its options.
type setCover struct {
	slots, period int
	entries       int
	ends          []int // where the options of each entry end
	options       []int32
	seen          []int // by rotation: the last entry that has it as an option
}

func newSetCover(p part) *setCover {
	room := min(sampledOptions, 4*len(p.m.Val))
	return &setCover{slots: p.in.Slots, period: p.in.Period(), seen: make([]int, p.in.Period()), options: make([]int32, 0, room)}
}

func (s *setCover) startEntry() {
	s.ends = append(s.ends, len(s.options))
	s.entries++
}

func (s *setCover) option(by int) {
	if s.seen[by] != s.entries {
		s.seen[by] = s.entries
		s.options = append(s.options, int32(by))
		s.ends[s.entries-1] = len(s.options)
	}
}

// of are the options of an entry.
func (s *setCover) of(entry int) []int32 {
	first := 0
	if entry > 0 {
		first = s.ends[entry-1]
	}
	return s.options[first:s.ends[entry]]
}

// byRotation lists the entries that each rotation is an option of, one rotation after the other.
func (s *setCover) byRotation() (count, ends []int, entries []int32) {
	count, ends = make([]int, s.period), make([]int, s.period)
	for _, by := range s.options {
		count[by]++
	}
	for by := 1; by < s.period; by++ { // where each begins, and in the end where it ends
		ends[by] = ends[by-1] + count[by-1]
	}
	entries = make([]int32, len(s.options))
	for e := range s.ends {
		for _, by := range s.of(e) {
			entries[ends[by]] = int32(e)
			ends[by]++
		}
	}
	return count, ends, entries
}

// solve is the greedy algorithm.
func (s *setCover) solve() []int {
	count, ends, entries := s.byRotation()
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
		first := 0
		if best > 0 {
			first = ends[best-1]
		}
		for _, e := range entries[first:ends[best]] {
			if covered[e] {
				continue
			}
			covered[e] = true
			left--
			for _, by := range s.of(int(e)) {
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
