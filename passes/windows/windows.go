package windows

import (
	"hecc/ir/tensor"
)

// Follow says how an axis of a map's result follows an axis of its operand, as rows of a convolution's result
// follow rows of the image: index p of the result reads, on that axis, indices near p·Num/Den.
type Follow struct {
	Axis      int // of the operand, or None
	Num, Den  int // one of them is 1: the stride of a convolution, or how many times finer the result is
	low, high int // the least and the greatest Den·q - Num·p of an entry
}

// None is the axis that an axis of channels follows: it reads all of them.
const None = -1

// Width is how many indices of the operand an index of the result reads.
func (f Follow) Width() int { return (f.high-f.low)/f.Den + 1 }

// Shifts are the least and the greatest number of strides by which what an index reads lies off its own place, and whether
// that is a number of strides: not where the result is finer.
func (f Follow) Shifts() (low, high int, ok bool) {
	if f.Axis == None || f.Den > 1 {
		return 0, 0, false
	}
	return floorDiv(f.low, f.Num), floorDiv(f.high, f.Num), true
}

func floorDiv(a, b int) int {
	if a < 0 {
		return -((b - 1 - a) / b)
	}
	return a / b
}

// maxStride bounds the strides that are looked for.
const maxStride = 64

// Of finds, for each axis of the result of a map, the axis of the operand that it follows. Shapes have no axes of
// one index.
func Of(m *tensor.Map, in, out []int) []Follow {
	found := make([]Follow, len(out))
	for p := range found {
		found[p].Axis = None
	}
	spans := spansOf(m, in, out)
	for len(spans) > 0 {
		best, at := Follow{}, None
		for p := range out {
			for q := range in {
				if found[p].Axis != None || taken(found, q) || out[p] == 1 {
					continue
				}
				if w := narrowest(spans, p, q, in[q]); at == None || w.Width()*in[best.Axis] < best.Width()*in[q] {
					best, at = w, p
				}
			}
		}
		if at == None || best.Width()*4 > in[best.Axis]*3 {
			return found
		}
		found[at] = best
	}
	return found
}

func taken(found []Follow, axis int) bool {
	for _, f := range found {
		if f.Axis == axis {
			return true
		}
	}
	return false
}

// span is a row of a map: its indices on the axes of the result, and on each axis of the operand the least and
// the greatest index of its entries.
type span struct{ at, lo, hi []int }

func spansOf(m *tensor.Map, in, out []int) []span {
	var spans []span
	columns := allIndices(in)
	for i := range m.Rows {
		cols, _ := m.Row(i)
		if len(cols) == 0 {
			continue
		}
		s := span{at: indices(i, out), lo: indices(cols[0], in), hi: indices(cols[0], in)}
		for _, j := range cols[1:] {
			for q, x := range columns[j*len(in):][:len(in)] {
				s.lo[q], s.hi[q] = min(s.lo[q], x), max(s.hi[q], x)
			}
		}
		spans = append(spans, s)
	}
	return spans
}

// indices are those of an element on the axes of a shape.
func indices(element int, shape []int) []int {
	at := make([]int, len(shape))
	for a := len(shape) - 1; a >= 0; a-- {
		at[a] = element % shape[a]
		element /= shape[a]
	}
	return at
}

// allIndices are those of all elements, one after the other.
func allIndices(shape []int) []int {
	size := 1
	for _, n := range shape {
		size *= n
	}
	out := make([]int, 0, size*len(shape))
	for i := range size {
		out = append(out, indices(i, shape)...)
	}
	return out
}

// narrowest is the stride at which an axis of the result needs the narrowest window of an axis of the operand.
func narrowest(spans []span, p, q, extent int) Follow {
	best := Follow{q, 1, 1, 0, extent - 1}
	for stride := 1; stride <= maxStride; stride++ {
		for _, f := range []Follow{{q, stride, 1, 0, 0}, {q, 1, stride, 0, 0}} {
			f.low, f.high = 1<<40, -1<<40
			for _, s := range spans {
				f.low, f.high = min(f.low, f.Den*s.lo[q]-f.Num*s.at[p]), max(f.high, f.Den*s.hi[q]-f.Num*s.at[p])
			}
			if f.Width() < best.Width() {
				best = f
			}
		}
	}
	return best
}
