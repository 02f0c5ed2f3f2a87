package packing

import (
	"hecc/ir/tensor"
)

// follows says how an axis of a map's result follows an axis of its operand, as rows of a convolution's result
// follow rows of the image: index p of the result reads, on that axis, indices near p·num/den.
type follows struct {
	axis     int // of the operand, or none
	num, den int // one of them is 1: the stride of a convolution, or how many times finer the result is
	width    int // how many indices of the operand an index of the result reads
}

// none is the axis that an axis of channels follows: it reads all of them.
const none = -1

// maxStride bounds the strides that are looked for.
const maxStride = 64

// windowsOf finds, for each axis of the result of a map, the axis of the operand that it follows. It looks at
// entries only, so that it knows convolutions, poolings and their products however they were written.
func windowsOf(m *tensor.Map, in, out []int) []follows {
	found := make([]follows, len(out))
	for p := range found {
		found[p].axis = none
	}
	spans := spansOf(m, in, out)
	for len(spans) > 0 {
		best, at := follows{}, none
		for p := range out {
			for q := range in {
				if found[p].axis != none || taken(found, q) || out[p] == 1 {
					continue
				}
				if w := narrowest(spans, p, q, in[q]); at == none || w.width*in[best.axis] < best.width*in[q] {
					best, at = w, p
				}
			}
		}
		if at == none || best.width*4 > in[best.axis]*3 {
			return found
		}
		found[at] = best
	}
	return found
}

func taken(found []follows, axis int) bool {
	for _, f := range found {
		if f.axis == axis {
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
	for i := range m.Rows {
		cols, _ := m.Row(i)
		if len(cols) == 0 {
			continue
		}
		s := span{at: indices(i, out), lo: indices(cols[0], in), hi: indices(cols[0], in)}
		for _, j := range cols[1:] {
			for q, x := range indices(j, in) {
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

// narrowest is the stride at which an axis of the result needs the narrowest window of an axis of the operand.
func narrowest(spans []span, p, q, extent int) follows {
	best := follows{axis: q, num: 1, den: 1, width: extent}
	for stride := 1; stride <= maxStride; stride++ {
		for _, f := range []follows{{q, stride, 1, 0}, {q, 1, stride, 0}} {
			lo, hi := 1<<40, -1<<40
			for _, s := range spans {
				lo, hi = min(lo, f.den*s.lo[q]-f.num*s.at[p]), max(hi, f.den*s.hi[q]-f.num*s.at[p])
			}
			if f.width = (hi-lo)/f.den + 1; f.width < best.width {
				best = f
			}
		}
	}
	return best
}
