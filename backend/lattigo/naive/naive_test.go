package naive_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hecc/backend/lattigo/naive"
	"hecc/frontend/onnx"
	"hecc/ir/diag"
	"hecc/ir/tensor"
	"hecc/models"
)

func random(rng *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = 2*rng.Float64() - 1
	}
	return v
}

// network is a chain of dense layers of the given sizes, with an activation between them.
func network(rng *rand.Rand, activation func(g *tensor.Graph, x *tensor.Node) *tensor.Node, sizes ...int) *tensor.Graph {
	g := tensor.New("net.onnx", tensor.Imported)
	constant := func(shape ...int) *tensor.Node {
		n := 1
		for _, d := range shape {
			n *= d
		}
		return g.MustAdd(diag.Pos{}, tensor.Const{Shape: shape, Data: random(rng, n)})
	}
	x := g.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: sizes[:1]})
	for k := 1; k < len(sizes); k++ {
		x = g.MustAdd(diag.Pos{}, tensor.MatMul{}, x, constant(sizes[k-1], sizes[k]))
		x = g.MustAdd(diag.Pos{}, tensor.Add{}, x, constant(sizes[k]))
		if k < len(sizes)-1 {
			x = activation(g, x)
		}
	}
	g.Outputs = []tensor.Output{{Name: "y", Node: x}}
	return g
}

func square(g *tensor.Graph, x *tensor.Node) *tensor.Node {
	return g.MustAdd(diag.Pos{}, tensor.Mul{}, x, x)
}

func sigmoid(g *tensor.Graph, x *tensor.Node) *tensor.Node {
	return g.MustAdd(diag.Pos{}, tensor.Func{Fn: "sigmoid"}, x)
}

func TestRun(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	zScores := tensor.New("z.onnx", tensor.Imported)
	x := zScores.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: []int{3}})
	mean := zScores.MustAdd(diag.Pos{}, tensor.Const{Shape: []int{3}, Data: []float64{1, 2, 3}})
	width := zScores.MustAdd(diag.Pos{}, tensor.Const{Shape: []int{1}, Data: []float64{4}})
	x = zScores.MustAdd(diag.Pos{}, tensor.Sub{}, x, mean)
	x = zScores.MustAdd(diag.Pos{}, tensor.Div{}, x, width)
	p := zScores.MustAdd(diag.Pos{}, tensor.Softmax{}, x)
	zScores.Outputs = []tensor.Output{{Name: "p", Node: p}}

	first := tensor.New("first.onnx", tensor.Imported)
	y := sigmoid(first, first.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: []int{5}}))
	first.Outputs = []tensor.Output{{Name: "y", Node: y}}

	for _, c := range []struct {
		name      string
		g         *tensor.Graph
		result    *tensor.Node // before what the client does
		degree    int
		tolerance float64
	}{
		{"a square", network(rng, square, 12, 6, 3), nil, 2, 1e-6},
		{"wider inside", network(rng, square, 3, 10, 4), nil, 2, 1e-6},
		{"two squares", network(rng, square, 5, 4, 3, 2), nil, 2, 1e-4},
		{"sigmoid", network(rng, sigmoid, 6, 5, 4), nil, 7, 0.05},
		{"sigmoid of the input", first, nil, 7, 1e-4},
		{"up to the softmax", zScores, x, 2, 1e-6},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.result == nil {
				c.result = c.g.Outputs[0].Node
			}
			sample := random(rng, c.g.Input().Size())
			m, err := naive.New(c.g, c.degree, [][]float64{sample})
			if err != nil {
				t.Fatal(err)
			}
			got, took, err := m.Run(sample)
			if err != nil {
				t.Fatal(err)
			}
			v, err := tensor.NewEvaluator(c.g).Run(sample)
			if err != nil {
				t.Fatal(err)
			}
			want := v.Of(c.result)
			if len(got) != len(want) || took <= 0 {
				t.Fatalf("%d elements in %v, want %d", len(got), took, len(want))
			}
			for i := range want {
				if d := math.Abs(got[i] - want[i]); !(d <= c.tolerance) {
					t.Errorf("element %d is %v, want %v", i, got[i], want[i])
				}
			}
		})
	}
}

func TestNew_refuses(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	skip := func(g *tensor.Graph, x *tensor.Node) *tensor.Node {
		return g.MustAdd(diag.Pos{}, tensor.Add{}, x, square(g, x))
	}
	deep := make([]int, 90)
	for i := range deep {
		deep[i] = 2
	}
	for name, c := range map[string]struct {
		g    *tensor.Graph
		want string
	}{
		"a branch":      {network(rng, skip, 4, 4, 2), "read by two"},
		"unknown range": {network(rng, sigmoid, 4, 4, 2), "no samples"},
		"too deep":      {network(rng, square, deep...), "no ring degree"},
		"no layer for it": {network(rng, func(g *tensor.Graph, x *tensor.Node) *tensor.Node {
			return g.MustAdd(diag.Pos{}, tensor.Transpose{Perm: []int{0}}, x)
		}, 4, 4, 2), "has no transpose"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := naive.New(c.g, 2, nil)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// BenchmarkNaive is the network 784-128-10 with x², which papers and tutorials like.
func BenchmarkNaive(b *testing.B) { b.Run("model=square", benchmarkSquare) }

func benchmarkSquare(b *testing.B) {
	g, err := onnx.Import("square.onnx", models.Square)
	if err != nil {
		b.Fatal(err)
	}
	m, err := naive.New(g, 2, nil)
	if err != nil {
		b.Fatal(err)
	}
	x := random(rand.New(rand.NewPCG(1, 1)), g.Input().Size())
	for b.Loop() {
		_, took, err := m.Run(x)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(took.Milliseconds()), "server-ms")
	}
}
