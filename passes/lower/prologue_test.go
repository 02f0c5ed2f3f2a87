package lower

import (
	"math"
	"strings"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/tensor"
)

func pick(g *tensor.Graph, x *tensor.Node, index ...int) *tensor.Node {
	return g.MustAdd(diag.Pos{}, tensor.Pick{Shape: []int{len(index)}, Index: index}, x)
}

func relu(g *tensor.Graph, x *tensor.Node) *tensor.Node {
	return g.MustAdd(diag.Pos{}, tensor.Func{Fn: "relu"}, x)
}

// TestSplitPrologue: the client gets what needs no weights and comes before the first function or
// comparison, and nothing else; prologue and rest together are the model.
func TestSplitPrologue(t *testing.T) {
	for name, c := range map[string]struct {
		make func(g *tensor.Graph, x *tensor.Node) *tensor.Node
		ops  string // of the prologue
		size int    // of what is encrypted
	}{
		"only a map":          {func(g *tensor.Graph, x *tensor.Node) *tensor.Node { return x }, "input", 4},
		"a scaler stays":      {graphtest.Scale, "input", 4},
		"an imputer":          {graphtest.Impute, "input clientfunc const where", 4},
		"a scaler behind one": {func(g *tensor.Graph, x *tensor.Node) *tensor.Node { return graphtest.Scale(g, graphtest.Impute(g, x)) }, "input clientfunc const where", 4},
		"a scaler before a function": {func(g *tensor.Graph, x *tensor.Node) *tensor.Node { return relu(g, graphtest.Scale(g, x)) },
			"input const mul func", 4},
		"a square stays": {func(g *tensor.Graph, x *tensor.Node) *tensor.Node { return g.MustAdd(diag.Pos{}, tensor.Mul{}, x, x) }, "input", 4},
		"x times a function of x": {func(g *tensor.Graph, x *tensor.Node) *tensor.Node {
			return g.MustAdd(diag.Pos{}, tensor.Mul{}, x, relu(g, x))
		}, "input func mul", 4},
		"columns apart": {func(g *tensor.Graph, x *tensor.Node) *tensor.Node {
			key := g.MustAdd(diag.Pos{}, tensor.Lookup{Keys: []float64{0, 1, 5}, Values: []float64{0, 1, 2}, Strict: true}, pick(g, x, 3))
			hot := g.MustAdd(diag.Pos{}, tensor.Compare{Fn: "equal"}, key, graphtest.Constant(g, 0, 1, 2))
			return g.MustAdd(diag.Pos{}, tensor.Concat{}, scaleTwo(g, pick(g, x, 0, 1)), hot)
		}, "input pick lookup const compare pick reshape reshape concat", 5},
		"a table is a weight": {func(g *tensor.Graph, x *tensor.Node) *tensor.Node {
			table := g.MustAdd(diag.Pos{}, tensor.Const{Shape: []int{3, 4}, Data: graphtest.Ramp(12)})
			return relu(g, g.MustAdd(diag.Pos{}, tensor.Sub{}, x, table))
		}, "input", 4},
		"a convolution is weights": {func(g *tensor.Graph, x *tensor.Node) *tensor.Node {
			return relu(g, g.MustAdd(diag.Pos{}, tensor.Affine{Shape: []int{2, 2}, Maps: []*tensor.Map{tensor.SelectMap([]int{0, 1, 2, 3}, 4)}}, x))
		}, "input", 4},
		"a mean before a convolution": {func(g *tensor.Graph, x *tensor.Node) *tensor.Node {
			mean := g.MustAdd(diag.Pos{}, tensor.MatMul{}, x, g.MustAdd(diag.Pos{}, tensor.Const{Shape: []int{4, 1}, Data: []float64{1, 1, 1, 1}}))
			return g.MustAdd(diag.Pos{}, tensor.Affine{Shape: []int{1}, Maps: []*tensor.Map{tensor.IdentityMap(1)}}, relu(g, mean))
		}, "input const matmul func", 1},
	} {
		g := graphtest.Front(c.make)
		prologue, rest := SplitPrologue(g)
		for _, part := range []*tensor.Graph{prologue, rest} {
			if err := part.Verify(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		var ops []string
		for _, n := range prologue.Nodes {
			ops = append(ops, n.Op.Name())
		}
		if got := strings.Join(ops, " "); got != c.ops || rest.Input().Size() != c.size {
			t.Errorf("%s: the client computes %s and encrypts %d elements, want %s, %d", name, got, rest.Input().Size(), c.ops, c.size)
		}
		x := []float64{0.5, -2, 0.25, 5}
		encoded, err := tensor.NewEncoder(prologue).Encode(x)
		if err != nil {
			t.Fatal(err)
		}
		want, got := evaluate(t, g, x), evaluate(t, rest, encoded)
		for k := range want {
			if math.Abs(got[k]-want[k]) > 1e-12 {
				t.Errorf("%s: output %d is %v, want %v", name, k, got[k], want[k])
			}
		}
	}
}

func scaleTwo(g *tensor.Graph, x *tensor.Node) *tensor.Node {
	return g.MustAdd(diag.Pos{}, tensor.Mul{}, x, graphtest.Constant(g, 2, 3))
}

func evaluate(t *testing.T, g *tensor.Graph, x []float64) []float64 {
	t.Helper()
	v, err := tensor.NewEvaluator(g).Run(x)
	if err != nil {
		t.Fatal(err)
	}
	return v.Of(g.Outputs[0].Node)
}
