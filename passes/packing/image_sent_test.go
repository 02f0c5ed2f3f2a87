package packing

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/he"
	"hecc/ir/plan"
	"hecc/ir/tensor"
)

// TestSentImages computes convolutions of images in several ciphertexts in every layout and family, in clear. Where
// all of a window of an image with one channel is sent, many have a family that takes no rotation but those of folds.
func TestSentImages(t *testing.T) {
	layouts, whole, unrotated := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string, from, to int) int { return rapid.IntRange(from, to).Draw(t, name) }
		m, in, out := drawConv(t, draw)
		b := graphtest.NewBuilder(tensor.Polynomial, rand.New(rand.NewPCG(1, 1)))
		b.Add(tensor.Affine{Shape: out, Maps: []*tensor.Map{m}}, b.Add(tensor.Input{Label: "x", Shape: in}))
		g := b.Output(b.G.Nodes[1])
		logN := draw("logN", 8, 9)
		s := newSearch(g, Unplanned(logN, plan.DefaultCosts), 1<<logN)
		moves := byOperandAxis(s.windowsOf(g.Nodes[1]), len(shapeOf(g.Nodes[0])))
		for _, f := range forms(otherAxes(g.Nodes[1], s.windowsOf(g.Nodes[1]))) {
			l, ok := s.raster(shapeOf(g.Nodes[0]), moves, f)
			if !ok || l.Check() != nil || l.Cts() == 1 || draw("leave out", 0, 14) > 0 {
				continue
			}
			layouts++
			still := false
			for _, st := range s.expandAffine((&state{}).extend(l, choice{}, 0), g.Nodes[1]) {
				if err := s.complete(st); err != nil {
					t.Fatal(err)
				}
				still = still || st.choices[1].ops[0].IsElementwise()
				checkClear(t, g, emit(g, s.slots, st, s.trees))
			}
			if f.sent == sentWhole && in[0] == 1 {
				whole++
				if still {
					unrotated++
				}
			}
		}
	})
	if layouts < 20 || 3*unrotated < whole || whole == 0 {
		t.Errorf("%d layouts; of %d with whole windows %d take no rotation", layouts, whole, unrotated)
	}
}

// drawConv draws a convolution, and the shapes of its operand and its result.
func drawConv(t *rapid.T, draw func(name string, from, to int) int) (m *tensor.Map, in, out []int) {
	kernel, pad := draw("kernel", 2, 5), draw("pad", 0, 2)
	in = []int{draw("channels", 1, 2), draw("height", 5, 12), draw("width", 5, 12)}
	m, out = graphtest.Conv(rand.New(rand.NewPCG(2, 2)), in, draw("maps", 1, 4), kernel, draw("stride", 1, 3), pad)
	return m, in, out
}

// checkClear compares a circuit with its graph.
func checkClear(t *rapid.T, g *tensor.Graph, c *he.Circuit) {
	if err := c.Verify(); err != nil {
		t.Fatal(err)
	}
	x := graphtest.Vector(rand.New(rand.NewPCG(3, 3)), g.Input().Size(), 1)
	cts, err := c.Eval(c.Input.Pack(x), nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Output.Unpack(cts)
	if err != nil {
		t.Fatal(err)
	}
	if gap := graphtest.Gap(got, graphtest.Run(g, x)); gap > 1e-9 {
		t.Fatalf("off by %v from %v", gap, c.Input)
	}
}
