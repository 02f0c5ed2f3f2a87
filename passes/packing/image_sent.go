package packing

import (
	"hecc/ir/he"
	"hecc/passes/windows"
)

// sending says how many ciphertexts an image is sent in: each holds it moved by another part of the window, so that
// fewer rotations, or none, bring what a result reads to its place.
type sending int

const (
	sentOnce  sending = iota // one ciphertext
	sentHalf                 // moved by half of the window on each axis; a rotation forwards brings the rest
	sentWhole                // moved by all of the window
)

// maxSent bounds the ciphertexts of an image.
const maxSent = 32

// moved lists the dimensions of ciphertexts, and the bits of slots, along which an image is moved by parts of the
// window. Indices before a place are reached by steps that go round the axis, whose wrap is the length of the raster. It
// takes the wraps away again where nothing goes round.
func (f form) moved(moves []windows.Follow, axes []he.Axis, widest int) (sent []he.Dim, groups []bit, ok bool) {
	cts := 1
	for q, w := range moves {
		if w.Axis == windows.None {
			continue
		}
		m := f.along(w, f.groups > 1 && q == widest)
		if m.back && !isPow2(axes[q].Wrap) {
			return nil, nil, false
		}
		if m.group != 0 {
			groups = append(groups, move(q, (m.group+axes[q].Wrap)%axes[q].Wrap, len(axes)))
		}
		for _, d := range m.sent {
			sent = append(sent, he.Move(d.size, q, (d.step+axes[q].Wrap)%axes[q].Wrap, len(axes)))
			cts *= d.size
		}
		if !m.back {
			axes[q].Wrap = 0
		}
	}
	return sent, groups, cts <= maxSent
}

// axisMoves are those of an image along one axis.
type axisMoves struct {
	group int // of a copy in the slots, or 0
	sent  []sentMove
	back  bool // some go round the axis
}

// sentMove moves an image on by a step from each ciphertext to the next.
type sentMove struct{ size, step int }

// along chooses the moves along an axis, in the slots too if it is grouped.
func (f form) along(w windows.Follow, grouped bool) (m axisMoves) {
	low, high, ok := w.Shifts()
	if f.sent == sentOnce || !ok {
		if grouped {
			m.group = f.factor * ((w.Width() + f.factor*f.groups - 1) / (f.factor * f.groups))
		}
		return m
	}
	before, behind := max(0, -low), max(0, high)
	if before == 0 {
		n := behind + 1
		if grouped || f.sent == sentHalf {
			n = (n + 1) / 2
		}
		if grouped {
			m.group = n * w.Num
		}
		m.sent = []sentMove{{n, w.Num}}
		return m
	}
	m.back = true
	half := max(before, behind+1) // places on each side
	switch {
	case grouped:
		m.group, m.sent = -half*w.Num, []sentMove{{half, w.Num}}
	case f.sent == sentWhole:
		m.sent = []sentMove{{2, -half * w.Num}, {half, w.Num}}
	default: // the raster has no room before its first place, so rotations go forwards
		m.sent = []sentMove{{max(before, behind) + 1, -w.Num}}
	}
	return m
}

// coverSent is cover for an operand in several ciphertexts. All ciphertexts share their rotations, so these come first, and then
// the ciphertexts that each of them needs.
func (f family) coverSent(partNo int, p part) []he.RotatedOperand {
	type option struct{ by, ct int32 }
	var options []option
	var ends []int // where those of each entry end
	s := newSetCover(p)
	f.eachOption(p, func() {
		s.startEntry()
		ends = append(ends, len(options))
	}, func(ct, by int) {
		s.option(by)
		options = append(options, option{int32(by), int32(ct)})
		ends[len(ends)-1] = len(options)
	})
	covered := make([]bool, len(ends))
	var list []he.RotatedOperand
	for _, by := range s.solve() {
		cts := &setCover{slots: p.in.Cts(), period: p.in.Cts(), seen: make([]int, p.in.Cts())}
		first := 0
		for e, end := range ends {
			if !covered[e] {
				for _, o := range options[first:end] {
					if int(o.by) != by&(s.period-1) {
						continue
					}
					if !covered[e] {
						covered[e] = true
						cts.startEntry()
					}
					cts.option(int(o.ct))
				}
			}
			first = end
		}
		for _, ct := range cts.solve() {
			list = append(list, he.RotatedOperand{Part: partNo, Ct: ct, Rotation: by})
		}
	}
	return list
}
