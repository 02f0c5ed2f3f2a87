package onnx

// tap is one element that an output of a linear map reads.
type tap struct {
	at     int     // its place in the input
	kernel int     // the place in the kernel that multiplies it
	weight float64 // a further factor
}

// reach lists the taps of each output, along one axis or along several, in the order of their places in the
// input.
type reach [][]tap

// wholeReach is that of no axes: one output that reads one element.
var wholeReach = reach{{{weight: 1}}}

// times adds an axis of that many elements, and of that many places in the kernel, behind those that there are.
func (r reach) times(axis reach, size, kernel int) reach {
	out := make(reach, 0, len(r)*len(axis))
	for _, outer := range r {
		for _, inner := range axis {
			list := make([]tap, 0, len(outer)*len(inner))
			for _, a := range outer {
				for _, b := range inner {
					list = append(list, tap{a.at*size + b.at, a.kernel*kernel + b.kernel, a.weight * b.weight})
				}
			}
			out = append(out, list)
		}
	}
	return out
}

// taps is the number of all taps.
func (r reach) taps() int {
	n := 0
	for _, list := range r {
		n += len(list)
	}
	return n
}

// withoutKernel is the same with all weights in the taps.
func (r reach) withoutKernel() reach {
	for _, list := range r {
		for i := range list {
			list[i].kernel = 0
		}
	}
	return r
}
