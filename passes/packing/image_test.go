package packing_test

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
	"hecc/passes/packing"
)

// layer is a convolution, or a dense layer if the kernel is 0, with a pool behind its square.
type layer struct{ maps, kernel, stride, pad, pool int }

func cnn(shape []int, layers ...layer) *tensor.Graph {
	b := graphtest.NewBuilder(tensor.Polynomial, rand.New(rand.NewPCG(1, 1)))
	x := b.Add(tensor.Input{Label: "x", Shape: shape})
	for i, l := range layers {
		var m *tensor.Map
		if l.kernel == 0 {
			shape = []int{l.maps}
			m = tensor.MatMulMap(tensor.Const{Shape: []int{l.maps, x.Size()}, Data: graphtest.Vector(b.Rng, l.maps*x.Size(), 1/float64(x.Size()))}, []int{x.Size()}, false)
		} else {
			m, shape = graphtest.Conv(b.Rng, shape, l.maps, l.kernel, l.stride, l.pad)
		}
		x = b.Add(tensor.Affine{Shape: shape, Maps: []*tensor.Map{m}}, x)
		if i < len(layers)-1 {
			x = b.Add(tensor.Mul{}, x, x)
			if l.pool > 1 {
				m, shape = graphtest.Pool(shape, l.pool)
				x = b.Add(tensor.Affine{Shape: shape, Maps: []*tensor.Map{m}}, x)
			}
		}
	}
	return b.Output(x)
}

// TestImages packs small convolutional networks: strides, pads, channels, rectangles, a dense layer at the end.
func TestImages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string, from, to int) int { return rapid.IntRange(from, to).Draw(t, name) }
		shape := []int{draw("channels", 1, 3), draw("height", 1, 10), draw("width", 4, 10)}
		var layers []layer
		for h, w := shape[1], shape[2]; len(layers) < 3; {
			l := layer{draw("maps", 1, 5), draw("kernel", 1, 4), draw("stride", 1, 4), draw("pad", 0, 2), draw("pool", 1, 3)}
			h, w = (h+2*l.pad-l.kernel)/l.stride+1, (w+2*l.pad-l.kernel)/l.stride+1
			if h < 1 || w < 1 || h+2*l.pad < l.kernel || w+2*l.pad < l.kernel {
				break
			}
			if l.pool = min(l.pool, h, w); l.pool > 1 {
				h, w = h/l.pool, w/l.pool
			}
			layers = append(layers, l)
		}
		if rapid.Bool().Draw(t, "dense") {
			layers = append(layers, layer{maps: draw("outputs", 1, 10)})
		}
		if len(layers) == 0 {
			t.Skip("no window fits")
		}
		g := cnn(shape, layers...)
		p, err := packing.Pack(g, ring(draw("logN", 6, 10)), 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range p {
			checkPacked(t, g, p.Circuit)
		}
	})
}

// TestImageCounts: a convolution takes about one rotation and one plaintext for each place of its window, less
// where the client's copies of the image meet several at once.
func TestImageCounts(t *testing.T) {
	lola := cnn([]int{1, 28, 28}, layer{maps: 5, kernel: 5, stride: 2, pad: 1}, layer{maps: 100}, layer{maps: 10})
	lenet := cnn([]int{1, 28, 28}, layer{6, 5, 1, 2, 2}, layer{16, 5, 1, 0, 2}, layer{maps: 120}, layer{maps: 84}, layer{maps: 10})
	for _, c := range []struct {
		g                 *tensor.Graph
		logN              int
		rotations, plains int // at most
	}{
		{lola, 13, 49, 51},
		{lenet, 14, 121, 141},
	} {
		p, err := packing.Pack(c.g, ring(c.logN), 1)
		if err != nil {
			t.Fatal(err)
		}
		best := p[len(p)-1]
		n := best.Circuit.Count()
		if n.Rotations > c.rotations || n.PlainMults > c.plains {
			t.Errorf("%d rotations, %d plaintexts; before %d, %d", n.Rotations, n.PlainMults, c.rotations, c.plains)
		}
		checkPacked(t, c.g, best.Circuit)
	}
}
