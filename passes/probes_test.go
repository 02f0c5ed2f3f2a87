package passes

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
)

// bentFunctions have kinks, which samples may or may not reach.
var bentFunctions = []string{"relu", "leakyrelu", "clip", "abs", "max", "softplus"}

func bentFunction(b *graphtest.Builder, name string, x *tensor.Node) *tensor.Node {
	var body tensor.Body
	switch name {
	case "clip":
		body.Add("min", body.Add("max", 0, body.AddConst(0)), body.AddConst(1))
	case "leakyrelu":
		body.Add("max", 0, body.Add("mul", 0, body.AddConst(0.1)))
	case "max":
		body.Add("max", 0, body.AddConst(0.001))
	default:
		return b.Add(tensor.Func{Fn: name}, x)
	}
	return b.Add(tensor.Func{Fn: name, Body: &body}, x)
}

// TestBox: where no sample lies, but the client accepts inputs, a plan promises what it holds, though its
// functions became lines.
func TestBox(t *testing.T) {
	for _, fn := range bentFunctions {
		for _, elements := range []int{1, 8} {
			rng := rand.New(rand.NewPCG(1, uint64(elements)))
			b := graphtest.NewBuilder(tensor.Imported, rng)
			g := b.Output(b.Dense(bentFunction(b, fn, b.Dense(b.Input(elements), elements+1)), 2))
			var samples [][]float64
			for range 300 {
				samples = append(samples, make([]float64, elements))
				for i := range elements {
					samples[len(samples)-1][i] = rng.Float64()
				}
			}
			c := mustFit(t, g, Options{Calibration: samples})
			for range 2000 {
				x := slices.Clone(samples[rng.IntN(len(samples))])
				i := rng.IntN(elements)
				x[i] = []float64{c.box.Lo[i], c.box.Hi[i], c.box.Lo[i] + rng.Float64()*(c.box.Hi[i]-c.box.Lo[i])}[rng.IntN(3)]
				if e := sampled.MaxAbsDiff(graphtest.Run(c.graph, encoded(t, c, x)), graphtest.Run(g, x)); e > c.fit.Error*(1+1e-9) { // narrow computes it in another order
					t.Errorf("%s of %d elements: off by %v at %v, predicted %v", fn, elements, e, x, c.fit.Error)
					break
				}
			}
		}
	}
}

// mustFit compiles a graph up to its polynomials.
func mustFit(t *testing.T, g *tensor.Graph, opts Options) *compilation {
	t.Helper()
	c, err := toPolynomials(g, opts)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func toPolynomials(g *tensor.Graph, opts Options) (*compilation, error) {
	c, err := begin(g, opts, only{})
	if err != nil {
		return nil, err
	}
	for _, p := range pipeline[:fitPass()+1] {
		if err := c.runPass(context.Background(), p); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// TestLines: a function that became a line keeps its interval, and leaving it shows, also where the client
// computes something in front.
func TestLines(t *testing.T) {
	for _, front := range []bool{false, true} {
		b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 1)))
		var body tensor.Body
		body.Add("max", 0, body.AddConst(-50))
		x := b.Input(2)
		if front {
			x = b.Add(tensor.Func{Fn: "abs"}, x)
		}
		g := b.Output(b.Dense(b.Add(tensor.Func{Fn: "max", Body: &body}, b.Dense(x, 3)), 2))
		var samples [][]float64
		for s := range 200 {
			samples = append(samples, []float64{float64(s) / 199, -float64(s*7%200) / 199})
		}
		r, err := Compile(context.Background(), g, Options{Calibration: samples})
		if err != nil {
			t.Fatal(err)
		}
		again, err := plan.Decode(r.Plan.Encode())
		if err != nil || len(again.Fit.Lines) != 1 {
			t.Fatalf("front %v: %v, degrees %v, lines %v", front, err, r.Report.Fit.Degrees, again.Fit.Lines)
		}
		line, e := again.Fit.Lines[0], tensor.NewEvaluator(again.Imported)
		for x, inside := range map[float64]bool{0.1: true, 0.9: true, -1000: false, 1000: false} {
			v, err := e.Run([]float64{x, -x})
			if err != nil {
				t.Fatal(err)
			}
			if at := line.LargestT(again.Imported, v); at <= 1 != inside {
				t.Errorf("front %v: %v stands at %v of its interval", front, x, at)
			}
		}
	}
}

// TestWarnings: few samples, copies of them, and an agreement that they cannot support are told, with how
// many would do.
func TestWarnings(t *testing.T) {
	reasons := func(opts Options, softmax bool) (out []Reason) {
		b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(2, 2)))
		x := b.Dense(b.Add(tensor.Func{Fn: "tanh"}, b.Dense(b.Input(5), 6)), 3)
		if softmax {
			x = b.Add(tensor.Softmax{}, x)
		}
		r, err := Compile(context.Background(), b.Output(x), opts)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range r.Report.Warnings {
			out = append(out, w.Reason)
			if w.Text == "" || w.Cure == "" {
				t.Errorf("%+v", w)
			}
		}
		return out
	}
	rng := rand.New(rand.NewPCG(3, 3))
	var many [][]float64
	for range 2000 {
		many = append(many, []float64{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()})
	}
	var copies [][]float64
	for s := range many {
		copies = append(copies, many[s%40])
	}
	for _, test := range []struct {
		name    string
		opts    Options
		softmax bool
		want    []Reason
	}{
		{"many", Options{Calibration: many}, false, nil},
		{"copies", Options{Calibration: copies}, true, []Reason{FewSamples, LowAgreement}},
		{"few", Options{Calibration: many[:100], TargetAgreement: 0.99}, true, []Reason{FewSamples, LowAgreement}},
		{"a target that no sample here can show", Options{Calibration: many, TargetAgreement: 0.9999}, true, []Reason{LowAgreement}},
	} {
		if got := reasons(test.opts, test.softmax); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, expected %v", test.name, got, test.want)
		}
	}
}

// encoded is what the client makes of a sample.
func encoded(t rapid.TB, c *compilation, x []float64) []float64 {
	t.Helper()
	out, err := tensor.NewEncoder(c.prologue).Encode(x)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
