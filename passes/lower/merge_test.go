package lower

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
)

// randomElementwise draws a graph of elementwise operations on one input, with several outputs.
func randomElementwise(t *rapid.T) *tensor.Graph {
	b := graphtest.NewBuilder(tensor.Imported, graphtest.Rand(t))
	n := rapid.IntRange(1, 3).Draw(t, "elements")
	names := []string{"relu", "sigmoid", "tanh", "erf", "softplus", "sin", "abs", "square", "add", "sub", "mul", "scale", "shift", "div", "quotient"}
	values := []*tensor.Node{b.Input(n)}
	pick := func() *tensor.Node {
		return values[max(0, len(values)-1-rapid.IntRange(0, 3).Draw(t, "operand"))]
	}
	for range rapid.IntRange(1, 14).Draw(t, "operations") {
		x := pick()
		switch op := rapid.SampledFrom(names).Draw(t, "operation"); op {
		case "square":
			x = b.Add(tensor.Mul{}, x, x)
		case "add":
			x = b.Add(tensor.Add{}, x, pick())
		case "sub":
			x = b.Add(tensor.Sub{}, x, pick())
		case "mul":
			x = b.Add(tensor.Mul{}, x, pick())
		case "scale":
			x = b.Add(tensor.Mul{}, b.Const(1.5, n), x)
		case "shift":
			x = b.Add(tensor.Sub{}, b.Const(1.5), x)
		case "div":
			x = b.Add(tensor.Div{}, x, b.Add(tensor.Const{Shape: []int{1}, Data: []float64{2.5}}))
		case "quotient":
			x = b.Add(tensor.Div{}, x, b.Add(tensor.Func{Fn: "cosh"}, b.Add(tensor.Func{Fn: "sin"}, pick())))
		default:
			x = b.Add(tensor.Func{Fn: op}, x)
		}
		values = append(values, x)
	}
	for range rapid.IntRange(1, 3).Draw(t, "outputs") {
		b.Output(pick())
	}
	return b.G
}

// TestMergedIsUnmerged: merging changes no result, and where a graph is one function of its
// input it leaves a single one.
func TestMergedIsUnmerged(t *testing.T) {
	merges := 0
	rapid.Check(t, func(t *rapid.T) {
		g := randomElementwise(t)
		merged := MergeFunctions(g)
		if err := merged.Verify(); err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(1, 2))
		for range 4 {
			x := graphtest.Vector(rng, g.Input().Size(), 2)
			want, got := graphtest.Outputs(g, x), graphtest.Outputs(merged, x)
			for k := range want {
				if slices.ContainsFunc(want[k], func(v float64) bool { return math.IsNaN(v) || math.Abs(v) > 1e6 }) {
					continue
				}
				if gap := graphtest.Gap(got[k], want[k]); gap > 1e-12 {
					t.Fatalf("off by %v\n%s\n%s", gap, graphtest.Listing(g), graphtest.Listing(merged))
				}
			}
		}
		if len(merged.Nodes) < len(g.Nodes) {
			merges++
		}
	})
	if merges == 0 {
		t.Error("nothing was ever merged")
	}
}

// TestMergeIsBounded: long chains take no time to speak of.
func TestMergeIsBounded(t *testing.T) {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 1)))
	x := b.Input(1)
	y := x
	for range 20000 {
		y = b.Add(tensor.Mul{}, x, b.Add(tensor.Func{Fn: "tanh"}, b.Add(tensor.Add{}, y, x)))
	}
	MergeFunctions(b.Output(y))
}
