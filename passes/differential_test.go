package passes

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes/promise"
)

// unitBox declares inputs in [-1, 1].
func unitBox(g *tensor.Graph) Options {
	return Options{InputRange: uniformBox(g.Input().Size(), -1, 1)}
}

// checkCompiled compares, on inputs that the compiler has not seen, the imported graph with
// the prologue and the polynomial graph within the fit's error, and that one with the circuits to 1e-9.
func checkCompiled(t rapid.TB, g *tensor.Graph, r *Result) {
	t.Helper()
	p := r.Plan
	if err := p.Circuit.Verify(); err != nil {
		t.Fatal(err)
	}
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	epilogue, err := p.Interface.EpilogueGraph()
	if err != nil {
		t.Fatal(err)
	}
	prologue, err := p.Interface.PrologueGraph()
	if err != nil {
		t.Fatal(err)
	}
	encoder := tensor.NewEncoder(prologue)
	rng := rand.New(rand.NewPCG(9, 10))
	for range 4 {
		x := graphtest.Vector(rng, g.Input().Size(), 1)
		encoded, err := encoder.Encode(x)
		if err != nil {
			t.Fatal(err)
		}
		want := graphtest.Outputs(p.Polynomial, encoded)[0]
		cts, err := p.Circuit.Eval(p.Circuit.Input.Pack(encoded), nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Circuit.Output.Unpack(cts)
		if err != nil {
			t.Fatal(err)
		}
		if gap := graphtest.Gap(got, want); gap > 1e-9 {
			t.Fatalf("the circuit is off by %v from\n%s", gap, graphtest.Listing(p.Polynomial))
		}
		within(t, g, epilogue, x, got, r.Report.Fit.Error)
	}
}

// within compares the model's outputs with the epilogue's on decrypted values.
func within(t rapid.TB, model, epilogue *tensor.Graph, x, decrypted []float64, bound float64) {
	t.Helper()
	exact, got := graphtest.Outputs(model, x), graphtest.Outputs(epilogue, decrypted)
	if len(exact) != len(got) {
		t.Fatalf("%d outputs, want %d", len(got), len(exact))
	}
	primary := model.Primary().Name
	for k := range exact {
		limit := bound*1.001 + 1e-9
		if model.Outputs[k].Name != primary {
			limit /= promise.Lipschitz(epilogue) // the bound holds for the primary output
		}
		if model.Outputs[k].Name != epilogue.Outputs[k].Name {
			t.Fatalf("output %q, want %q", epilogue.Outputs[k].Name, model.Outputs[k].Name)
		}
		for i := range exact[k] {
			if d := math.Abs(exact[k][i] - got[k][i]); !(d <= limit) {
				t.Fatalf("output %d, element %d: %v, exactly %v: off by more than %v in\n%s",
					k, i, got[k][i], exact[k][i], limit, graphtest.Listing(model))
			}
		}
	}
}

// TestTraps compiles networks that other compilers get wrong in silence.
func TestTraps(t *testing.T) {
	type node = *tensor.Node
	relu, tanh, square := tensor.Func{Fn: "relu"}, tensor.Func{Fn: "tanh"}, tensor.Mul{}
	for name, build := range map[string]func(b *graphtest.Builder) []node{
		"identity": func(b *graphtest.Builder) []node { return []node{b.Input(5)} },
		"square of the input": func(b *graphtest.Builder) []node {
			x := b.Input(5)
			return []node{b.Add(square, x, x)}
		},
		"function of the input": func(b *graphtest.Builder) []node {
			return []node{b.Add(tensor.Reshape{Shape: []int{5, 1}}, b.Add(tanh, b.Input(5)))}
		},
		"functions of the input and of a map": func(b *graphtest.Builder) []node {
			x := b.Add(tanh, b.Input(5))
			return []node{b.Dense(b.Add(tensor.Sub{}, b.Add(tanh, b.Dense(x, 5)), x), 2)}
		},
		"single number": func(b *graphtest.Builder) []node {
			return []node{b.Add(tanh, b.Add(tensor.Mul{}, b.Input(), b.Const(1)))}
		},
		"one input, one output": func(b *graphtest.Builder) []node { return []node{b.Dense(b.Add(relu, b.Dense(b.Input(1), 3)), 1)} },
		"x·x behind a layer": func(b *graphtest.Builder) []node {
			x := b.Dense(b.Input(7), 6)
			return []node{b.Dense(b.Add(square, x, x), 3)}
		},
		"x³ and x⁴": func(b *graphtest.Builder) []node {
			x := b.Dense(b.Input(4), 3)
			two := b.Add(square, x, x)
			return []node{b.Add(tensor.Mul{}, two, x), b.Add(tensor.Mul{}, two, two)}
		},
		"one weight used twice": func(b *graphtest.Builder) []node {
			w := b.Const(0.5, 6, 6)
			x := b.Add(relu, b.Add(tensor.MatMul{}, b.Input(6), w))
			return []node{b.Add(tensor.MatMul{}, x, w)}
		},
		"one layer used twice": func(b *graphtest.Builder) []node {
			x := b.Dense(b.Input(6), 6)
			return []node{b.Add(tensor.Sub{}, b.Add(square, x, x), x)}
		},
		"skip around an activation": func(b *graphtest.Builder) []node {
			x := b.Dense(b.Input(9), 5)
			return []node{b.Dense(b.Add(tensor.Add{}, x, b.Add(relu, x)), 2)}
		},
		"skip around a scale": func(b *graphtest.Builder) []node {
			x := b.Dense(b.Input(9), 5)
			scaled := b.Add(tensor.Add{}, b.Add(tensor.Mul{}, b.Const(2, 5), x), b.Const(1, 5))
			return []node{b.Add(square, b.Add(tensor.Sub{}, scaled, x), x)}
		},
		"skip from the input": func(b *graphtest.Builder) []node {
			x := b.Input(6)
			return []node{b.Add(tensor.Add{}, x, b.Dense(b.Add(tanh, b.Dense(x, 4)), 6))}
		},
		"gate": func(b *graphtest.Builder) []node {
			x := b.Input(8)
			return []node{b.Dense(b.Add(tensor.Mul{}, b.Dense(x, 5), b.Add(tensor.Func{Fn: "sigmoid"}, b.Dense(x, 5))), 2)}
		},
		"gate of the input": func(b *graphtest.Builder) []node {
			x := b.Input(8)
			return []node{b.Add(tensor.Mul{}, b.Dense(x, 8), x)}
		},
		"gate of other widths": func(b *graphtest.Builder) []node {
			x := b.Input(8)
			return []node{b.Add(tensor.Mul{}, b.Dense(x, 4), b.Dense(x, 1))}
		},
		"two outputs": func(b *graphtest.Builder) []node {
			x := b.Dense(b.Input(8), 5)
			return []node{b.Add(tensor.Add{}, b.Const(1, 5), x), b.Dense(b.Add(square, x, x), 3)}
		},
		"one output twice": func(b *graphtest.Builder) []node {
			x := b.Dense(b.Input(3), 2)
			return []node{x, x}
		},
		"output in the middle": func(b *graphtest.Builder) []node {
			x := b.Add(relu, b.Dense(b.Input(8), 5))
			return []node{b.Dense(x, 2), x}
		},
		"concat": func(b *graphtest.Builder) []node {
			x := b.Input(4)
			parts := []node{b.Dense(x, 3), x, b.Const(1, 2), b.Dense(b.Add(square, x, x), 3)}
			return []node{b.Dense(b.Add(tensor.Concat{Axis: 0}, parts...), 2)}
		},
		"constants on either side": func(b *graphtest.Builder) []node {
			x := b.Add(tensor.Sub{}, b.Const(1, 5), b.Input(5))
			x = b.Add(tensor.Mul{}, b.Const(1, 5), b.Add(tensor.Add{}, x, b.Const(1)))
			x = b.Add(tensor.MatMul{}, b.Const(1, 3, 5), x)
			return []node{b.Add(tensor.Div{}, b.Add(square, x, x), b.Const(1, 3))}
		},
		"dead neurons": func(b *graphtest.Builder) []node {
			dead := b.Add(tensor.Const{Shape: []int{4}, Data: []float64{1, 0, 0, 1}})
			x := b.Add(tensor.Mul{}, b.Dense(b.Input(6), 4), dead)
			return []node{b.Dense(b.Add(relu, x), 3)}
		},
		"all neurons dead": func(b *graphtest.Builder) []node {
			x := b.Add(tensor.Mul{}, b.Dense(b.Input(6), 4), b.Const(0))
			return []node{b.Dense(b.Add(square, x, x), 3)}
		},
		"x - x": func(b *graphtest.Builder) []node {
			x := b.Input(4)
			return []node{b.Add(tensor.Add{}, b.Add(tensor.Sub{}, x, x), b.Const(1, 4))}
		},
		"wider than its input": func(b *graphtest.Builder) []node {
			x := b.Dense(b.Input(3), 50)
			return []node{b.Dense(b.Add(square, x, x), 70)}
		},
		"rank 3": func(b *graphtest.Builder) []node {
			x := b.Input(2, 3, 4)
			y := b.Add(tensor.MatMul{}, x, b.Const(1, 4, 5))
			y = b.Add(tensor.Transpose{Perm: []int{1, 2, 0}}, b.Add(tensor.Mul{}, y, y))
			z := b.Add(tensor.Add{}, b.Add(tensor.MatMul{}, b.Const(1, 3, 2, 5), y), b.Const(1, 2, 1))
			return []node{b.Add(tensor.Concat{Axis: 1}, z, z)}
		},
		"softmax at the end": func(b *graphtest.Builder) []node { return []node{b.Add(tensor.Softmax{}, b.Dense(b.Input(6), 3))} },
		"softmax and logits": func(b *graphtest.Builder) []node {
			x := b.Dense(b.Add(relu, b.Dense(b.Input(6), 4)), 3)
			return []node{b.Add(tensor.Softmax{}, x), x}
		},
		"sigmoid at the end": func(b *graphtest.Builder) []node {
			p := b.Add(tensor.Func{Fn: "sigmoid"}, b.Dense(b.Input(6), 1))
			return []node{b.Add(tensor.Concat{Axis: 0}, b.Add(tensor.Sub{}, b.Const(1), p), p)}
		},
		"sigmoid in the middle and at the end": func(b *graphtest.Builder) []node {
			x := b.Add(tensor.Func{Fn: "sigmoid"}, b.Dense(b.Input(6), 4))
			return []node{b.Add(tensor.Func{Fn: "sigmoid"}, b.Dense(x, 2)), x}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(3, 3)))
			outs := build(b)
			for _, n := range outs {
				b.Output(n)
			}
			opts := unitBox(b.G)
			opts.TargetError = 0.1 // a low degree will do
			r, err := Compile(context.Background(), b.G, opts)
			if err != nil {
				t.Fatal(err)
			}
			checkCompiled(t, b.G, r)
		})
	}
}

var functions = []string{"relu", "sigmoid", "tanh", "softplus", "erf", "abs", "square", "square", "none"}

// anyError lets every fit pass: proven bounds of random networks are wide.
const anyError = 1e30

// TestRandomNetworks compiles random networks with polynomials of random degree.
func TestRandomNetworks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		degree := only{degrees: []int{rapid.SampledFrom([]int{2, 2, 3, 4, 5, 15}).Draw(t, "degree")}}
		width := rapid.SampledFrom([]int{4, 40, 300}).Draw(t, "largest width")
		g := graphtest.Network(t, width, 2, functions)
		opts := unitBox(g)
		calibrated := rapid.Bool().Draw(t, "calibrated")
		if calibrated {
			opts = Options{Calibration: graphtest.Samples(g, 64)}
		}
		opts.TargetError = anyError
		if width < 300 {
			opts.Batch = rapid.SampledFrom([]int{1, 1, 5}).Draw(t, "batch")
		}
		r, err := compile(t.Context(), g, opts, degree)
		if err != nil {
			t.Fatalf("%v in\n%s", err, graphtest.Listing(g))
		}
		if calibrated {
			r.Report.Fit.Error = anyError // it is only measured; on a declared range it is proven
		}
		checkCompiled(t, g, r)
	})
}

func TestDeterminism(t *testing.T) {
	for name, opts := range map[string]Options{
		"calibrated": {Calibration: graphtest.Samples(graphtest.Small(), 100)},
		"declared":   unitBox(graphtest.Small()),
	} {
		opts.TargetError = anyError
		var first []byte
		for k := range 2 {
			r, err := Compile(context.Background(), graphtest.Small(), opts)
			if err != nil {
				t.Fatal(err)
			}
			encoded := r.Plan.Encode()
			if k == 0 {
				first = encoded
			} else if !bytes.Equal(first, encoded) {
				t.Errorf("%s: two runs give different plans", name)
			}
			decoded, err := plan.Decode(encoded)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(decoded.Encode(), encoded) {
				t.Errorf("%s: decoding and encoding changes the plan", name)
			}
		}
	}
}

func TestMain(m *testing.M) { os.Exit(graphtest.Main(m, 9)) }
