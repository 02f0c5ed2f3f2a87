package graphtest

import (
	"math/rand/v2"

	"hecc/ir/tensor"
)

// Conv is a convolution of images as a map: shape is [channels, height, width].
func Conv(rng *rand.Rand, shape []int, maps, kernel, stride, pad int) (*tensor.Map, []int) {
	h, w := (shape[1]+2*pad-kernel)/stride+1, (shape[2]+2*pad-kernel)/stride+1
	weights := Vector(rng, maps*shape[0]*kernel*kernel, 1/float64(shape[0]*kernel*kernel))
	b := tensor.NewMapBuilder(shape[0] * shape[1] * shape[2])
	for o := range maps {
		for i := range h {
			for j := range w {
				for c := range shape[0] {
					for a := range kernel {
						for e := range kernel {
							y, x := i*stride+a-pad, j*stride+e-pad
							if y >= 0 && y < shape[1] && x >= 0 && x < shape[2] {
								b.Add((c*shape[1]+y)*shape[2]+x, weights[((o*shape[0]+c)*kernel+a)*kernel+e])
							}
						}
					}
				}
				b.EndRow(0.1)
			}
		}
	}
	return b.Map(), []int{maps, h, w}
}

// Pool sums windows of n by n places that lie side by side.
func Pool(shape []int, n int) (*tensor.Map, []int) {
	h, w := shape[1]/n, shape[2]/n
	b := tensor.NewMapBuilder(shape[0] * shape[1] * shape[2])
	for c := range shape[0] {
		for i := range h * w {
			for k := range n * n {
				b.Add((c*shape[1]+i/w*n+k/n)*shape[2]+i%w*n+k%n, 1)
			}
			b.EndRow(0)
		}
	}
	return b.Map(), []int{shape[0], h, w}
}
