// Package graphtest makes random networks and circuits for property tests.
package graphtest

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"testing"

	"pgregory.net/rapid"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// Main runs a package's tests with so many checks of each property, from a fixed seed, and
// without files that record failures: flags of rapid (-rapid.seed 0: a random one) override. But for
// benchmarks garbage is collected less often: heaps of tests are small, and a fifth of the time of those that compile
// would go into it.
func Main(m *testing.M, checks int) int {
	flag.Parse()
	if os.Getenv("GOGC") == "" && flag.Lookup("test.bench").Value.String() == "" {
		debug.SetGCPercent(400)
	}
	given := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for name, value := range map[string]any{"rapid.checks": checks, "rapid.seed": 1, "rapid.nofailfile": true} {
		if !given[name] {
			flag.Set(name, fmt.Sprint(value))
		}
	}
	return m.Run()
}

// Rand draws a source of numbers that need no shrinking.
func Rand(t *rapid.T) *rand.Rand {
	return rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
}

// Vector has n numbers in [-scale, scale].
func Vector(rng *rand.Rand, n int, scale float64) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = scale * (2*rng.Float64() - 1)
	}
	return v
}

// Gap is the largest difference of two vectors, relative to their largest element if that is above 1.
func Gap(a, b []float64) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	gap, top := 0.0, 1.0
	for i := range a {
		d := math.Abs(a[i] - b[i])
		if math.IsNaN(d) {
			return math.Inf(1)
		}
		gap, top = max(gap, d), max(top, math.Abs(a[i]), math.Abs(b[i]))
	}
	return gap / top
}

// Run evaluates the graph's first output on one sample.
func Run(g *tensor.Graph, x []float64) []float64 {
	v, err := tensor.NewEvaluator(g).Run(x)
	if err != nil {
		panic(err)
	}
	return append([]float64(nil), v.Of(g.Outputs[0].Node)...)
}

// Builder adds operations to a graph without positions worth mentioning.
type Builder struct {
	G   *tensor.Graph
	Rng *rand.Rand
}

// NewBuilder starts a graph of the given stage.
func NewBuilder(stage tensor.Stage, rng *rand.Rand) *Builder {
	return &Builder{tensor.New("random.onnx", stage), rng}
}

// Add adds an operation under its own name.
func (b *Builder) Add(op tensor.Op, in ...*tensor.Node) *tensor.Node {
	return b.G.MustAdd(diag.Pos{File: b.G.File, Node: len(b.G.Nodes), Op: op.Name()}, op, in...)
}

// Input adds the sample.
func (b *Builder) Input(shape ...int) *tensor.Node {
	return b.Add(tensor.Input{Label: "x", Shape: shape})
}

// Const adds random numbers in [-scale, scale].
func (b *Builder) Const(scale float64, shape ...int) *tensor.Node {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return b.Add(tensor.Const{Shape: shape, Data: Vector(b.Rng, n, scale)})
}

// Dense is x·W + c to a given width, with rows that keep values of size 1 about that size.
func (b *Builder) Dense(x *tensor.Node, width int) *tensor.Node {
	w := b.Const(2/math.Sqrt(float64(x.Size())), x.Size(), width)
	return b.Add(tensor.Add{}, b.Add(tensor.MatMul{}, x, w), b.Const(0.5, width))
}

// Output names the result and returns the finished graph.
func (b *Builder) Output(n *tensor.Node) *tensor.Graph {
	b.G.Outputs = append(b.G.Outputs, tensor.Output{Name: fmt.Sprintf("y%d", len(b.G.Outputs)), Node: n})
	return b.G
}

// Network draws a model as a frontend would import it: dense layers with biases, the given
// functions or "square" behind them, skips and gates.
func Network(t *rapid.T, maxWidth, maxDepth int, functions []string) *tensor.Graph {
	b := NewBuilder(tensor.Imported, Rand(t))
	width := rapid.IntRange(1, maxWidth)
	x := b.Input(width.Draw(t, "input"))
	for range rapid.IntRange(1, maxDepth).Draw(t, "depth") {
		before := x
		x = b.Dense(x, width.Draw(t, "width"))
		switch fn := rapid.SampledFrom(functions).Draw(t, "function"); fn {
		case "square":
			x = b.Add(tensor.Mul{}, x, x)
		case "none":
		default:
			x = b.Add(tensor.Func{Fn: fn}, x)
		}
		switch rapid.SampledFrom([]string{"plain", "plain", "skip", "gate"}).Draw(t, "join") {
		case "skip":
			x = b.Add(tensor.Add{}, x, b.resize(before, x.Size()))
		case "gate":
			x = b.Add(tensor.Mul{}, x, b.resize(before, x.Size()))
		}
	}
	return b.Output(b.Dense(x, width.Draw(t, "output")))
}

// resize passes a value through unless its width is another.
func (b *Builder) resize(x *tensor.Node, width int) *tensor.Node {
	if x.Size() == width {
		return x
	}
	return b.Dense(x, width)
}

// Polynomial draws a graph of the polynomial stage whose values all stay in [-1, 1] for inputs there.
func Polynomial(t *rapid.T, maxWidth, maxDepth int) *tensor.Graph {
	b := NewBuilder(tensor.Polynomial, Rand(t))
	width := rapid.IntRange(1, maxWidth)
	x := b.Input(width.Draw(t, "input"))
	for range rapid.IntRange(1, maxDepth).Draw(t, "depth") {
		before := x
		x = b.affine(t, width.Draw(t, "width"), x)
		switch rapid.SampledFrom([]string{"none", "square", "poly", "gate", "join"}).Draw(t, "op") {
		case "square":
			x = b.Add(tensor.Mul{}, x, x)
		case "poly":
			x = b.Add(b.Poly(t, x.Size()), x)
		case "gate":
			x = b.Add(tensor.Mul{}, x, b.affine(t, x.Size(), before))
		case "join":
			x = b.affine(t, width.Draw(t, "joined"), x, before)
		}
	}
	return b.Output(x)
}

// affine draws maps of a common result, each dense, banded, or a selection.
func (b *Builder) affine(t *rapid.T, rows int, in ...*tensor.Node) *tensor.Node {
	op := tensor.Affine{Shape: []int{rows}}
	for _, x := range in {
		kind := rapid.SampledFrom([]string{"dense", "sparse", "band", "select", "zero"}).Draw(t, "map")
		op.Maps = append(op.Maps, b.randomMap(kind, rows, x.Size(), float64(len(in))))
	}
	return b.Add(op, in...)
}

// randomMap has rows whose absolute sums are below 1/parts.
func (b *Builder) randomMap(kind string, rows, cols int, parts float64) *tensor.Map {
	m := tensor.NewMapBuilder(cols)
	for i := range rows {
		var columns []int
		switch kind {
		case "dense":
			for j := range cols {
				columns = append(columns, j)
			}
		case "sparse":
			columns = append(columns, b.Rng.IntN(cols), b.Rng.IntN(cols))
		case "band":
			columns = append(columns, i%cols, (i+1)%cols)
		case "select":
			columns = append(columns, b.Rng.IntN(cols))
		}
		limit := 0.9 / parts / float64(len(columns)+1)
		for _, j := range columns {
			m.Add(j, limit*(1+b.Rng.Float64())/2*float64(1-2*b.Rng.IntN(2)))
		}
		m.EndRow(limit * (2*b.Rng.Float64() - 1))
	}
	return m.Map()
}

// Poly draws one polynomial for all elements or one each, of degree up to 9.
func (b *Builder) Poly(t *rapid.T, size int) tensor.Poly {
	count := rapid.SampledFrom([]int{1, size}).Draw(t, "polynomials")
	terms := rapid.IntRange(1, 10).Draw(t, "terms")
	op := tensor.Poly{Of: "random", Coeffs: make([][]float64, count), Lo: make([]float64, count), Hi: make([]float64, count), Err: make([]float64, count)}
	for p := range op.Coeffs {
		op.Coeffs[p] = Vector(b.Rng, terms, 1/float64(terms))
		op.Lo[p], op.Hi[p] = -1, 1
	}
	return op
}

// Small is a network that needs every kind of operation on ciphertexts.
func Small() *tensor.Graph {
	b := NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 2)))
	x := b.Dense(b.Input(20), 10)
	y := b.Dense(b.Add(tensor.Func{Fn: "tanh"}, x), 6)
	return b.Output(b.Dense(b.Add(tensor.Mul{}, y, y), 3))
}

// Samples are so many inputs for a graph, in [-1, 1].
func Samples(g *tensor.Graph, count int) [][]float64 {
	rng := rand.New(rand.NewPCG(5, 6))
	out := make([][]float64, count)
	for i := range out {
		out[i] = Vector(rng, g.Input().Size(), 1)
	}
	return out
}

// Outputs evaluates all outputs of a graph on one sample.
func Outputs(g *tensor.Graph, x []float64) (out [][]float64) {
	v, err := tensor.NewEvaluator(g).Run(x)
	if err != nil {
		panic(err)
	}
	for _, o := range g.Outputs {
		out = append(out, append([]float64(nil), v.Of(o.Node)...))
	}
	return out
}

// Listing is a graph without its numbers.
func Listing(g *tensor.Graph) string {
	s, _ := g.Document().Split()
	return s
}

// Teacher is a dense network of the given widths with a function between its layers.
func Teacher(seed uint64, fn string, widths ...int) *tensor.Graph {
	b := NewBuilder(tensor.Imported, rand.New(rand.NewPCG(seed, 2)))
	x := b.Input(widths[0])
	for k, w := range widths[1:] {
		x = b.Dense(x, w)
		if k < len(widths)-2 {
			x = b.Add(tensor.Func{Fn: fn}, x)
		}
	}
	return b.Output(x)
}
