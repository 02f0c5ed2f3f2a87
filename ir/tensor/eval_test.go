package tensor_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// The reference: arrays that are read one multi-index at a time, by NumPy's rules as they are written.

type array struct {
	shape []int
	data  []float64
}

// at reads an element; missing leading axes and axes of length 1 are broadcast.
func (a array) at(index ...int) float64 {
	index = index[len(index)-len(a.shape):]
	flat := 0
	for k, d := range a.shape {
		flat *= d
		if d > 1 {
			flat += index[k]
		}
	}
	return a.data[flat]
}

// build fills an array of a shape from a function of the multi-index, in row-major order.
func build(shape []int, f func(index []int) float64) array {
	out := array{shape: shape}
	index := make([]int, len(shape))
	var fill func(axis int)
	fill = func(axis int) {
		if axis == len(shape) {
			out.data = append(out.data, f(index))
			return
		}
		for i := range shape[axis] {
			index[axis] = i
			fill(axis + 1)
		}
	}
	fill(0)
	return out
}

func random(t *rapid.T, shape []int) array {
	rng := graphtest.Rand(t)
	// Few distinct numbers, so that ArgMax meets ties.
	return build(shape, func([]int) float64 { return float64(rng.IntN(9)-4) / 2 })
}

func shapes(minRank, maxRank int) *rapid.Generator[[]int] {
	return rapid.SliceOfN(rapid.IntRange(1, 4), minRank, maxRank)
}

// partOf draws a shape that broadcasts to full.
func partOf(t *rapid.T, full []int) []int {
	s := slices.Clone(full[rapid.IntRange(0, len(full)).Draw(t, "dropped"):])
	for i := range s {
		if rapid.Bool().Draw(t, "one") {
			s[i] = 1
		}
	}
	return s
}

// commonShape is the shape that two shapes broadcast to.
func commonShape(a, b []int) []int {
	if len(a) < len(b) {
		a, b = b, a
	}
	out := slices.Clone(a)
	for i, d := range b {
		k := len(a) - len(b) + i
		out[k] = max(out[k], d)
	}
	return out
}

// run evaluates one operation: the first array is the input, the others are constants.
func run(t rapid.TB, op tensor.Op, in ...array) array {
	g := tensor.New("", tensor.Imported)
	var nodes []*tensor.Node
	for i, a := range in {
		if i == 0 {
			nodes = append(nodes, g.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: a.shape}))
		} else {
			nodes = append(nodes, g.MustAdd(diag.Pos{}, tensor.Const{Shape: a.shape, Data: a.data}))
		}
	}
	n, err := g.Add(diag.Pos{}, op, nodes...)
	if err != nil {
		t.Fatal(err)
	}
	g.Outputs = []tensor.Output{{Name: "y", Node: n}}
	if err := g.Verify(); err != nil {
		t.Fatal(err)
	}
	return array{n.Shape, graphtest.Run(g, in[0].data)}
}

func expect(t rapid.TB, got, want array) {
	if !slices.Equal(got.shape, want.shape) {
		t.Fatalf("shape %v, want %v", got.shape, want.shape)
	}
	if graphtest.Gap(got.data, want.data) > 1e-12 {
		t.Fatalf("got %v, want %v", got.data, want.data)
	}
}

func TestElementwise(t *testing.T) {
	for op, f := range map[tensor.Op]func(a, b float64) float64{
		tensor.Add{}: func(a, b float64) float64 { return a + b },
		tensor.Sub{}: func(a, b float64) float64 { return a - b },
		tensor.Mul{}: func(a, b float64) float64 { return a * b },
		tensor.Div{}: func(a, b float64) float64 { return a / b },
	} {
		t.Run(op.Name(), rapid.MakeCheck(func(t *rapid.T) {
			full := shapes(0, 4).Draw(t, "shape")
			a, b := random(t, partOf(t, full)), random(t, partOf(t, full))
			for i := range b.data {
				b.data[i] += 0.25 // no division by zero
			}
			want := build(commonShape(a.shape, b.shape), func(i []int) float64 { return f(a.at(i...), b.at(i...)) })
			expect(t, run(t, op, a, b), want)
		}))
	}
}

// matMul multiplies as numpy.matmul documents it.
func matMul(a, b array) array {
	x, y := a, b
	if len(a.shape) == 1 {
		x.shape = []int{1, a.shape[0]}
	}
	if len(b.shape) == 1 {
		y.shape = []int{b.shape[0], 1}
	}
	lead := commonShape(x.shape[:len(x.shape)-2], y.shape[:len(y.shape)-2])
	m, inner, n := x.shape[len(x.shape)-2], x.shape[len(x.shape)-1], y.shape[len(y.shape)-1]
	out := build(append(slices.Clone(lead), m, n), func(index []int) float64 {
		stack, i, j := index[:len(lead)], index[len(lead)], index[len(lead)+1]
		sum := 0.0
		for l := range inner {
			sum += x.at(append(slices.Clone(stack), i, l)...) * y.at(append(slices.Clone(stack), l, j)...)
		}
		return sum
	})
	out.shape = slices.Clone(lead)
	if len(a.shape) > 1 {
		out.shape = append(out.shape, m)
	}
	if len(b.shape) > 1 {
		out.shape = append(out.shape, n)
	}
	return out
}

// drawMatMul draws two operands of ranks 1 to 4 that multiply.
func drawMatMul(t *rapid.T) (a, b array) {
	dim := rapid.IntRange(1, 4)
	inner := dim.Draw(t, "inner")
	lead := shapes(0, 2).Draw(t, "stack")
	shapeA := append(partOf(t, lead), dim.Draw(t, "rows"), inner)
	shapeB := append(partOf(t, lead), inner, dim.Draw(t, "columns"))
	if rapid.Bool().Draw(t, "left is a vector") {
		shapeA = []int{inner}
	}
	if rapid.Bool().Draw(t, "right is a vector") {
		shapeB = []int{inner}
	}
	return random(t, shapeA), random(t, shapeB)
}

func TestMatMul(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawMatMul(t)
		expect(t, run(t, tensor.MatMul{}, a, b), matMul(a, b))
	})
}

func TestTranspose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := random(t, shapes(0, 4).Draw(t, "shape"))
		perm := make([]int, len(a.shape))
		for i := range perm {
			perm[i] = i
		}
		perm = rapid.Permutation(perm).Draw(t, "perm")
		shape := make([]int, len(perm))
		for i, p := range perm {
			shape[i] = a.shape[p]
		}
		want := build(shape, func(index []int) float64 {
			from := make([]int, len(perm))
			for i, p := range perm {
				from[p] = index[i]
			}
			return a.at(from...)
		})
		expect(t, run(t, tensor.Transpose{Perm: perm}, a), want)
	})
}

func TestReshape(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := random(t, shapes(0, 4).Draw(t, "shape"))
		want := array{[]int{len(a.data), 1}, a.data}
		expect(t, run(t, tensor.Reshape{Shape: want.shape}, a), want)
	})
}

func TestConcat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := shapes(1, 4).Draw(t, "shape")
		axis := rapid.IntRange(0, len(shape)-1).Draw(t, "axis")
		var parts []array
		total := 0
		for range rapid.IntRange(1, 3).Draw(t, "parts") {
			s := slices.Clone(shape)
			s[axis] = rapid.IntRange(1, 3).Draw(t, "length")
			total += s[axis]
			parts = append(parts, random(t, s))
		}
		joined := slices.Clone(shape)
		joined[axis] = total
		want := build(joined, func(index []int) float64 {
			i := slices.Clone(index)
			for _, p := range parts {
				if i[axis] < p.shape[axis] {
					return p.at(i...)
				}
				i[axis] -= p.shape[axis]
			}
			panic("beyond the last part")
		})
		expect(t, run(t, tensor.Concat{Axis: axis}, parts...), want)
	})
}

// line lists the elements along an axis through a place given by the other axes.
func line(a array, axis int, index []int) []float64 {
	out := make([]float64, a.shape[axis])
	for k := range out {
		out[k] = a.at(slices.Insert(slices.Clone(index), axis, k)...)
	}
	return out
}

func drawAxis(t *rapid.T) (array, int) {
	a := random(t, shapes(1, 4).Draw(t, "shape"))
	return a, rapid.IntRange(0, len(a.shape)-1).Draw(t, "axis")
}

func TestSoftmax(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, axis := drawAxis(t)
		want := build(a.shape, func(index []int) float64 {
			sum := 0.0
			for _, x := range line(a, axis, slices.Delete(slices.Clone(index), axis, axis+1)) {
				sum += math.Exp(x)
			}
			return math.Exp(a.at(index...)) / sum
		})
		expect(t, run(t, tensor.Softmax{Axis: axis}, a), want)
	})
	large := run(t, tensor.Softmax{Axis: 0}, array{[]int{2}, []float64{1e308, 1e308}})
	expect(t, large, array{[]int{2}, []float64{0.5, 0.5}})
}

func TestArgMax(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, axis := drawAxis(t)
		last := rapid.Bool().Draw(t, "last")
		want := build(slices.Delete(slices.Clone(a.shape), axis, axis+1), func(index []int) float64 {
			v := line(a, axis, index)
			top := slices.Max(v)
			first := slices.Index(v, top)
			if !last {
				return float64(first)
			}
			slices.Reverse(v)
			return float64(len(v) - 1 - slices.Index(v, top))
		})
		expect(t, run(t, tensor.ArgMax{Axis: axis, Last: last}, a), want)
	})
}

func TestFuncs(t *testing.T) {
	for fn, f := range map[string]func(x float64) float64{
		"relu": func(x float64) float64 {
			if x < 0 {
				return 0
			}
			return x
		},
		"sigmoid": func(x float64) float64 { return math.Exp(x) / (1 + math.Exp(x)) },
		"tanh":    func(x float64) float64 { return (math.Exp(2*x) - 1) / (math.Exp(2*x) + 1) },
	} {
		t.Run(fn, rapid.MakeCheck(func(t *rapid.T) {
			a := random(t, shapes(0, 2).Draw(t, "shape"))
			expect(t, run(t, tensor.Func{Fn: fn}, a), build(a.shape, func(i []int) float64 { return f(a.at(i...)) }))
		}))
	}
}

func TestLabelAndZipMap(t *testing.T) {
	x := array{[]int{4}, []float64{0, 2, 7, -1}}
	expect(t, run(t, tensor.Label{Ints: []int{10, 20, 30}}, x), array{x.shape, []float64{10, 30, 7, -1}})
	expect(t, run(t, tensor.Label{Strings: []string{"a", "b", "c"}}, x), x)
	expect(t, run(t, tensor.ZipMap{Strings: []string{"a", "b", "c", "d"}}, x), x)
}

func TestRunChecksLength(t *testing.T) {
	g := tensor.New("", tensor.Imported)
	n := g.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: []int{2, 3}})
	g.Outputs = []tensor.Output{{Name: "y", Node: n}}
	_, err := tensor.NewEvaluator(g).Run(make([]float64, 5))
	if err == nil || !strings.Contains(err.Error(), "sample has 5 elements, the model takes 6") {
		t.Errorf("got %v", err)
	}
}

// TestEvaluatorsOwnBuffers makes sure that a second sample does not see the first.
func TestEvaluatorsOwnBuffers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := graphtest.Network(t, 5, 3, []string{"relu", "square", "tanh"})
		rng := graphtest.Rand(t)
		x, y := graphtest.Vector(rng, g.Input().Size(), 1), graphtest.Vector(rng, g.Input().Size(), 1)
		e := tensor.NewEvaluator(g)
		if _, err := e.Run(x); err != nil {
			t.Fatal(err)
		}
		v, err := e.Run(y)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(v.Of(g.Outputs[0].Node), graphtest.Run(g, y)) {
			t.Fatal("the second run differs from a fresh one")
		}
	})
}

// TestNodeEval compares a node's own evaluation with the graph's.
func TestNodeEval(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := graphtest.Polynomial(t, 5, 3)
		v, err := tensor.NewEvaluator(g).Run(graphtest.Vector(graphtest.Rand(t), g.Input().Size(), 1))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range g.Nodes[1:] {
			in := make([][]float64, len(n.In))
			for k, a := range n.In {
				in[k] = v.Of(a)
			}
			out := make([]float64, n.Size())
			n.Eval(in, out)
			if !slices.Equal(out, v.Of(n)) {
				t.Fatalf("%s: %v, in the graph %v", n.Op.Name(), out, v.Of(n))
			}
		}
	})
}
