package packing_test

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"os"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/he"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes/packing"
	"hecc/passes/polyeval"
)

func TestMain(m *testing.M) { os.Exit(graphtest.Main(m, 150)) }

func ring(logN int) packing.Ring {
	return packing.Unplanned(logN, plan.DefaultCosts)
}

// checkPacked compares a circuit with its graph on inputs in [-1, 1].
func checkPacked(t rapid.TB, g *tensor.Graph, c *he.Circuit) {
	t.Helper()
	if err := c.Verify(); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2 {
		x := graphtest.Vector(rng, g.Input().Size(), 1)
		cts, err := c.Eval(c.Input.Pack(x), nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Output.Unpack(cts)
		if err != nil {
			t.Fatal(err)
		}
		if gap := graphtest.Gap(got, graphtest.Run(g, x)); gap > 1e-9 {
			listing, _ := g.Document().Split()
			packed, _ := c.Document().Split()
			t.Fatalf("off by %v\n%s%s", gap, listing, packed)
		}
	}
}

// TestPack packs random graphs, many of which need several ciphertexts.
func TestPack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		logN := rapid.IntRange(1, 10).Draw(t, "logN")
		g := graphtest.Polynomial(t, rapid.SampledFrom([]int{5, 40, 100}).Draw(t, "largest width"), 3)
		p, err := packing.Pack(g, ring(logN), 1)
		if err != nil {
			listing, _ := g.Document().Split()
			t.Fatalf("%v in\n%s", err, listing)
		}
		checkPacked(t, g, p[0].Circuit)
	})
}

// TestPackLanes packs samples side by side: up to one in every slot, where nothing is rotated.
func TestPackLanes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := graphtest.Polynomial(t, 20, 3)
		logLanes := rapid.IntRange(1, 7).Draw(t, "log2 of the lanes")
		p, err := packing.Pack(g, ring(7), 1<<logLanes)
		if err != nil {
			t.Fatal(err)
		}
		if c := p[0].Circuit; logLanes == 7 && c.Count().Rotations > 0 {
			t.Fatalf("%d rotations", c.Count().Rotations)
		}
		checkPacked(t, g, p[0].Circuit)
	})
}

// TestPackIsDeterministic packs the same graph twice.
func TestPackIsDeterministic(t *testing.T) {
	g := mlp(100, 30, 10)
	a, errA := packing.Pack(g, ring(9), 1)
	b, errB := packing.Pack(g, ring(9), 1)
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	if a[0].Circuit.Print() != b[0].Circuit.Print() {
		t.Error("two runs give different circuits")
	}
}

// mlp is a dense network with squares between its layers.
func mlp(widths ...int) *tensor.Graph {
	b := graphtest.NewBuilder(tensor.Polynomial, rand.New(rand.NewPCG(1, 1)))
	x := b.Input(widths[0])
	for i, w := range widths[1:] {
		m := tensor.MatMulMap(tensor.Const{Shape: []int{w, x.Size()}, Data: graphtest.Vector(b.Rng, w*x.Size(), 1/float64(x.Size()))}, x.Shape, false)
		x = b.Add(tensor.Affine{Shape: []int{w}, Maps: []*tensor.Map{m}}, x)
		if i < len(widths)-2 {
			x = b.Add(tensor.Mul{}, x, x)
		}
	}
	return b.Output(x)
}

// TestCounts: how much a packing costs does not depend on the machine. The naive way takes
// hundreds of rotations for these, one for each diagonal.
func TestCounts(t *testing.T) {
	for _, c := range []struct {
		widths            []int
		logN              int
		rotations, plains int // at most
	}{
		{[]int{784, 128, 10}, 13, 40, 20},
		{[]int{784, 128, 128, 10}, 13, 60, 32},
		{[]int{3000, 20, 3}, 10, 50, 110},
		{[]int{16, 16}, 4, 15, 16},
	} {
		t.Run(fmt.Sprint(c.widths), func(t *testing.T) {
			g := mlp(c.widths...)
			p, err := packing.Pack(g, ring(c.logN), 1)
			if err != nil {
				t.Fatal(err)
			}
			checkPacked(t, g, p[0].Circuit)
			if n := p[0].Circuit.Count(); n.Rotations > c.rotations || n.PlainMults > c.plains {
				t.Errorf("%d rotations and %d products with plaintexts", n.Rotations, n.PlainMults)
			}
		})
	}
}

// TestDeepNetworks: a layer of a deep network of squares takes a few rotations where one diagonal for each
// column takes tens, with giant steps.
func TestDeepNetworks(t *testing.T) {
	for _, c := range []struct {
		input, width, logN int
		rotations          int // of all seven layers, at most
	}{
		{784, 256, 14, 115},
		{784, 256, 15, 105},
		{64, 64, 12, 85},
		{5, 50, 13, 80},
	} {
		t.Run(fmt.Sprint(c.width, c.logN), func(t *testing.T) {
			g := mlp(c.input, c.width, c.width, c.width, c.width, c.width, c.width, 10)
			p, err := packing.Pack(g, ring(c.logN), 1)
			if err != nil {
				t.Fatal(err)
			}
			checkPacked(t, g, p[0].Circuit)
			if n := p[0].Circuit.Count(); n.Rotations > c.rotations {
				t.Errorf("%d rotations", n.Rotations)
			}
		})
	}
}

// TestCleanLayouts: a polynomial above degree 2 takes no dirty layout, however many of these are cheaper.
func TestCleanLayouts(t *testing.T) {
	b := graphtest.NewBuilder(tensor.Polynomial, rand.New(rand.NewPCG(1, 1)))
	affine := func(w int, in ...*tensor.Node) *tensor.Node {
		op := tensor.Affine{Shape: []int{w}}
		for _, x := range in {
			m := tensor.Const{Shape: []int{w, x.Size()}, Data: graphtest.Vector(b.Rng, w*x.Size(), 1/float64(x.Size()))}
			op.Maps = append(op.Maps, tensor.MatMulMap(m, x.Shape, false))
		}
		return b.Add(op, in...)
	}
	poly := func(degree int, x *tensor.Node) *tensor.Node {
		p := tensor.Poly{}
		for range x.Size() {
			p.Coeffs, p.Err = append(p.Coeffs, graphtest.Vector(b.Rng, degree+1, 1)), append(p.Err, 0)
			p.Lo, p.Hi = append(p.Lo, -1), append(p.Hi, 1)
		}
		return b.Add(p, x)
	}
	in := b.Input(128)
	x := affine(8, poly(9, affine(32, in)))
	square := b.Add(tensor.Mul{}, x, x)
	cube, fourth := b.Add(tensor.Mul{}, square, x), b.Add(tensor.Mul{}, square, square)
	left := affine(128, in, poly(6, affine(32, x, square, cube, fourth)))
	g := b.Output(affine(1, b.Add(tensor.Mul{}, left, left)))
	for logN := 13; logN <= 16; logN++ {
		if _, err := packing.Pack(g, ring(logN), 1); err != nil {
			t.Error(logN, err)
		}
	}
}

func TestDepth(t *testing.T) {
	if got := packing.Depth(mlp(4, 4, 4)); got != 3 {
		t.Errorf("two layers and a square: depth %d", got)
	}
}

// TestPolynomials evaluates each degree that fits try, one for all elements and one each.
func TestPolynomials(t *testing.T) {
	for _, degree := range []int{0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 15, 19, 23, 27, 31, 47, 63} {
		for _, count := range []int{1, 5} {
			t.Run(fmt.Sprint(degree, " × ", count), func(t *testing.T) {
				b := graphtest.NewBuilder(tensor.Polynomial, rand.New(rand.NewPCG(1, 1)))
				op := tensor.Poly{Of: "f", Coeffs: make([][]float64, count), Lo: make([]float64, count), Hi: make([]float64, count), Err: make([]float64, count)}
				for p := range count {
					op.Coeffs[p] = graphtest.Vector(b.Rng, degree+1, 1)
					for k := 1; k < degree; k += 3 {
						op.Coeffs[p][k] = 0 // some terms are missing
					}
					op.Lo[p], op.Hi[p] = -1, 1
				}
				g := b.Output(b.Add(op, b.Input(5)))
				for _, lanes := range []int{1, 8} {
					p, err := packing.Pack(g, ring(3), lanes)
					if err != nil {
						t.Fatal(err)
					}
					checkPacked(t, g, p[0].Circuit)
				}
			})
		}
	}
}

// TestPolyProducts: what is said of a polynomial's products and depth is what its circuit has, for every
// degree, odd, even, sparse and full.
func TestPolyProducts(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for degree := 2; degree <= 63; degree++ {
		for name, uses := range map[string]func(n int) bool{
			"full": func(int) bool { return true }, "odd": func(n int) bool { return n%2 == 1 },
			"even": func(n int) bool { return n%2 == 0 }, "sparse": func(int) bool { return rng.IntN(3) == 0 },
		} {
			terms, coeffs := make([]bool, degree+1), make([]float64, degree+1)
			for n := range terms {
				if uses(n) {
					terms[n], coeffs[n] = true, 0.1+rng.Float64()
				}
			}
			b := graphtest.NewBuilder(tensor.Polynomial, rng)
			g := b.Output(b.Add(tensor.Poly{Of: "f", Coeffs: [][]float64{coeffs}, Lo: []float64{-1}, Hi: []float64{1}, Err: []float64{0}}, b.Input(5)))
			p, err := packing.Pack(g, ring(3), 1)
			if err != nil {
				t.Fatal(err)
			}
			checkPacked(t, g, p[0].Circuit)
			tree := polyeval.Of(terms)
			if got := p[0].Circuit.Count().CtMults; got != tree.Products {
				t.Errorf("%s of degree %d: %d products, want %d", name, degree, got, tree.Products)
			}
			if got := depthOf(p[0].Circuit); got > bits.Len(uint(degree))+1 || got != tree.Depth && name != "sparse" {
				t.Errorf("%s of degree %d: depth %d, want %d", name, degree, got, tree.Depth)
			}
		}
	}
}

// depthOf is the largest number of multiplications on a way through the circuit.
func depthOf(c *he.Circuit) int {
	depth, most := make([]int, len(c.Values)), 0
	for _, v := range c.Values {
		for _, in := range v.In {
			depth[v.ID] = max(depth[v.ID], depth[in.ID])
		}
		switch v.Op.Rule().Scale {
		case he.ScaleByPlain, he.ScaleMultiplied:
			depth[v.ID]++
		}
		most = max(most, depth[v.ID])
	}
	return most
}

// TestCostGrows: more limbs, and a larger ring, never make an operation cheaper.
func TestCostGrows(t *testing.T) {
	v := func(op he.Op) *he.Value { return &he.Value{Op: op, Degree: 1} }
	for _, op := range append(he.Ops(), he.Linear{Terms: []he.Term{{Baby: 1, Diag: he.Plain{1}}}}, he.Linear{Terms: []he.Term{{Diag: he.Plain{1}}}},
		he.Linear{Terms: []he.Term{{Diag: make(he.Plain, 4)}}}) {
		last := 0.0
		for limbs := 1; limbs < 8; limbs++ {
			cost := ring(13).Op(v(op), limbs)
			if cost <= last || ring(14).Op(v(op), limbs) <= cost {
				t.Errorf("%s with %d limbs costs %v, with one less %v", op.Name(), limbs, cost, last)
			}
			last = cost
		}
	}
}
