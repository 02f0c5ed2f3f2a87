package passes

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
)

// TestTail compiles random tails behind a map: errors as large as the noise that is predicted put no
// output further off than the plan says.
func TestTail(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := graphtest.NewBuilder(tensor.Imported, graphtest.Rand(t))
		x := b.Dense(b.Input(5), 4)
		if rapid.Bool().Draw(t, "root") { // nothing bounds what it makes of errors
			squares := b.Add(tensor.Mul{}, x, x)
			x = b.Add(tensor.Func{Fn: "sqrt"}, squares)
		}
		g := b.Output(graphtest.Tail(t, b, x, 3))
		r, err := Compile(context.Background(), g, Options{Calibration: graphtest.Samples(g, 200)})
		if err != nil {
			t.Fatal(err)
		}
		epilogue, err := r.Plan.Interface.EpilogueGraph()
		if err != nil {
			t.Fatal(err)
		}
		exact, server, client := tensor.NewEvaluator(g), tensor.NewEvaluator(r.Plan.Polynomial), tensor.NewEvaluator(epilogue)
		for _, x := range graphtest.Samples(g, 100) {
			y := slices.Clone(server.MustRun(x).Of(r.Plan.Polynomial.Outputs[0].Node))
			for i := range y {
				y[i] += r.Report.Noise.Error * float64(1-2*b.Rng.IntN(2))
			}
			off := sampled.MaxAbsDiff(exact.MustRun(x).Of(g.Judged()), client.MustRun(y).Of(epilogue.Judged()))
			if promised := r.Plan.Interface.PredictedError; !(off <= promised) {
				t.Fatalf("off by %v, promised %v\n%s\n%s", off, promised, g.Print(), epilogue.Print())
			}
		}
	})
}

// TestJudged: a label is right or wrong; errors are those of the scores.
func TestJudged(t *testing.T) {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 1)))
	scores := b.Dense(b.Input(4), 3)
	g := b.Output(b.Add(tensor.Label{Ints: []int{7, 8, 9}}, b.Add(tensor.ArgMax{}, scores)))
	if g.Judged() != scores || g.Primary().Node != g.Outputs[0].Node {
		t.Errorf("judged by %s, primary %s", g.Judged().Op.Name(), g.Primary().Node.Op.Name())
	}
	r, err := Compile(context.Background(), g, Options{Calibration: graphtest.Samples(g, 50)})
	if err != nil {
		t.Fatal(err)
	}
	if of := r.Plan.Interface.ErrorOf(); of != "the encrypted scores" || r.Plan.Interface.PredictedError > 1e-2 {
		t.Errorf("an error of %v of %s", r.Plan.Interface.PredictedError, of)
	}
}

// TestUndefinedTail: what the client could not compute on a sample is refused at its node.
func TestUndefinedTail(t *testing.T) {
	g := graphtest.Ending("log")
	_, err := Compile(context.Background(), g, Options{Calibration: graphtest.Samples(g, 50)})
	if err == nil || !strings.HasPrefix(err.Error(), "random.onnx: node 5 (func): gives a number that is infinite or not defined, on sample 0\n") {
		t.Errorf("got %v", err)
	}
}

// TestTailUndefinedInCorners: a tail that is defined on the samples, but not in corners of their box, has a promise and a plan.
func TestTailUndefinedInCorners(t *testing.T) {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 1)))
	w := b.Add(tensor.Const{Shape: []int{4, 2}, Data: []float64{1, 1, 1, -1, 1, 1, 1, -1}})
	sum := b.Add(tensor.Add{}, b.Add(tensor.MatMul{}, b.Input(4), w), b.Add(tensor.Const{Data: []float64{1.5}}))
	g := b.Output(b.Add(tensor.Func{Fn: "log"}, sum))
	var samples [][]float64 // one element after the other leaves 0
	for s := range 24 {     // so few that inputs drawn from the box are looked at too
		x := make([]float64, 4)
		x[s%4] = float64(s)/12 - 1
		samples = append(samples, x)
	}
	r, err := Compile(t.Context(), g, Options{Calibration: samples})
	if err != nil {
		t.Fatal(err)
	}
	if e := r.Plan.Interface.PredictedError; !(e > 0 && e < 0.1) {
		t.Errorf("predicted error %v", e)
	}
}
