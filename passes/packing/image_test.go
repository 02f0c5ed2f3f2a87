package packing_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
	"hecc/passes/packing"
)

// conv is a convolution of images as a map: shape is [channels, height, width].
func conv(rng *rand.Rand, shape []int, maps, kernel, stride, pad int) (*tensor.Map, []int) {
	h, w := (shape[1]+2*pad-kernel)/stride+1, (shape[2]+2*pad-kernel)/stride+1
	weights := graphtest.Vector(rng, maps*shape[0]*kernel*kernel, 1/float64(shape[0]*kernel*kernel))
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

// layer is a convolution, or a dense layer if the kernel is 0.
type layer struct{ maps, kernel, stride, pad int }

func cnn(shape []int, layers ...layer) *tensor.Graph {
	b := graphtest.NewBuilder(tensor.Polynomial, rand.New(rand.NewPCG(1, 1)))
	x := b.Add(tensor.Input{Label: "x", Shape: shape})
	for i, l := range layers {
		var m *tensor.Map
		if l.kernel == 0 {
			shape = []int{l.maps}
			m = tensor.MatMulMap(tensor.Const{Shape: []int{l.maps, x.Size()}, Data: graphtest.Vector(b.Rng, l.maps*x.Size(), 1/float64(x.Size()))}, []int{x.Size()}, false)
		} else {
			m, shape = conv(b.Rng, shape, l.maps, l.kernel, l.stride, l.pad)
		}
		x = b.Add(tensor.Affine{Shape: shape, Maps: []*tensor.Map{m}}, x)
		if i < len(layers)-1 {
			x = b.Add(tensor.Mul{}, x, x)
		}
	}
	return b.Output(x)
}

func TestTry(t *testing.T) {
	lola := cnn([]int{1, 28, 28}, layer{5, 5, 2, 0}, layer{100, 0, 0, 0}, layer{10, 0, 0, 0})
	lenet := cnn([]int{1, 28, 28}, layer{6, 5, 1, 2}, layer{16, 6, 2, 0}, layer{120, 0, 0, 0}, layer{84, 0, 0, 0}, layer{10, 0, 0, 0})
	for name, g := range map[string]*tensor.Graph{"lola": lola, "lenet": lenet} {
		for _, logN := range []int{12, 13, 14} {
			start := time.Now()
			p, err := packing.Pack(g, ring(logN), 1)
			if err != nil {
				t.Log(name, logN, err)
				continue
			}
			checkPacked(t, g, p.Circuit)
			fmt.Println(name, logN, p.Cost/1e6, "ms", fmt.Sprintf("%+v", p.Circuit.Count()), time.Since(start))
			fmt.Println("   in", p.Circuit.Input)
			packing.Explain(p)
		}
	}
}
