package packing_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/he"
	"hecc/ir/tensor"
	"hecc/passes/packing"
)

// layer is a convolution, or a dense layer if the kernel is 0, with a function and a pool behind it. A residual layer is a
// convolution of 3 by 3 that keeps the shape, to which what the function before it was of is added.
type layer struct {
	maps, kernel, stride, pad, pool int
	residual                        bool
	function                        func(b *graphtest.Builder, x *tensor.Node) *tensor.Node // nil: a square
}

func cnn(shape []int, layers ...layer) *tensor.Graph {
	b := graphtest.NewBuilder(tensor.Polynomial, rand.New(rand.NewPCG(1, 1)))
	x := b.Add(tensor.Input{Label: "x", Shape: shape})
	var before *tensor.Node // the function behind the last layer
	for i, l := range layers {
		maps, in := []*tensor.Map{nil}, []*tensor.Node{x}
		switch {
		case l.kernel == 0:
			shape = []int{l.maps}
			maps[0] = tensor.MatMulMap(tensor.Const{Shape: []int{l.maps, x.Size()}, Data: graphtest.Vector(b.Rng, l.maps*x.Size(), 1/float64(x.Size()))}, []int{x.Size()}, false)
		case l.residual && before != nil && before.Size() == x.Size():
			maps[0], shape = graphtest.Conv(b.Rng, shape, shape[0], 3, 1, 1)
			maps, in = append(maps, tensor.IdentityMap(x.Size())), append(in, before)
		default:
			maps[0], shape = graphtest.Conv(b.Rng, shape, l.maps, l.kernel, l.stride, l.pad)
		}
		x = b.Add(tensor.Affine{Shape: shape, Maps: maps}, in...)
		if i == len(layers)-1 {
			break
		}
		before = x
		if l.function != nil {
			x = l.function(b, x)
		} else {
			x = b.Add(tensor.Mul{}, x, x)
		}
		if l.pool > 1 {
			var sums *tensor.Map
			sums, shape = graphtest.Pool(shape, l.pool)
			x = b.Add(tensor.Affine{Shape: shape, Maps: []*tensor.Map{sums}}, x)
		}
	}
	return b.Output(x)
}

// TestImages packs small convolutional networks: strides, pads, channels, rectangles, pools, polynomials, residual
// connections, a dense layer at the end.
func TestImages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string, from, to int) int { return rapid.IntRange(from, to).Draw(t, name) }
		shape := []int{draw("channels", 1, 3), draw("height", 1, 10), draw("width", 4, 10)}
		var layers []layer
		for h, w := shape[1], shape[2]; len(layers) < 3; {
			l := layer{draw("maps", 1, 5), draw("kernel", 1, 4), draw("stride", 1, 4), draw("pad", 0, 2), draw("pool", 1, 3), false, nil}
			if l.residual = len(layers) > 0 && layers[len(layers)-1].pool == 1 && rapid.Bool().Draw(t, "residual"); l.residual {
				l.kernel, l.stride, l.pad = 3, 1, 1
			}
			if rapid.Bool().Draw(t, "polynomial") {
				l.function = func(b *graphtest.Builder, x *tensor.Node) *tensor.Node { return b.Add(b.Poly(t, x.Size()), x) }
			}
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
	lenet := cnn([]int{1, 28, 28}, layer{maps: 6, kernel: 5, stride: 1, pad: 2, pool: 2}, layer{maps: 16, kernel: 5, stride: 1, pool: 2}, layer{maps: 120}, layer{maps: 84}, layer{maps: 10})
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

// TestStreamed: with a picture's elements in ciphertexts of their own, sums of the same operands stand together, and far fewer
// values are held at once than a layer has.
func TestStreamed(t *testing.T) {
	g := cnn([]int{1, 16, 16}, layer{maps: 4, kernel: 3, stride: 1, pad: 1, pool: 2}, layer{maps: 5, kernel: 3, stride: 1, pool: 2}, layer{maps: 3})
	p, err := packing.Pack(g, ring(3), 8)
	if err != nil {
		t.Fatal(err)
	}
	c := p[0].Circuit
	checkPacked(t, g, c)
	last := map[string]int{}
	for _, v := range c.Values {
		if _, ok := v.Op.(he.Linear); !ok {
			continue
		}
		key := ""
		for _, in := range v.In {
			key += fmt.Sprintln(in.ID)
		}
		if at, ok := last[key]; ok && at != v.ID-1 {
			t.Errorf("sums %d and %d have the same operands, and others between them", at, v.ID)
		}
		last[key] = v.ID
	}
	const layer = 4 * 16 * 16 // values of the first convolution
	if most := mostHeld(c); most > layer/2 {
		t.Errorf("%d values are held at once, where the first layer has %d", most, layer)
	}
}

// mostHeld is how many values of a circuit are needed at once.
func mostHeld(c *he.Circuit) int {
	dying := make([]int, len(c.Values)+1)
	for _, at := range c.LastUse() {
		dying[at]++
	}
	held, most := 0, 0
	for id := range c.Values {
		held++
		most = max(most, held)
		held -= dying[id]
	}
	return most
}
