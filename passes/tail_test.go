package passes

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
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
			off := gap(exact.MustRun(x).Of(g.Judged()), client.MustRun(y).Of(epilogue.Judged()))
			if promised := r.Plan.Interface.PredictedError; !(off <= promised) {
				t.Fatalf("off by %v, promised %v\n%s\n%s", off, promised, g.Print(), epilogue.Print())
			}
		}
	})
}

// TestKeepTail: functions whose arguments tell more than their values stay with the server if it is asked to keep them.
func TestKeepTail(t *testing.T) {
	left := func(fn string, keep bool) (n int) {
		g := graphtest.Ending(fn)
		client, err := newTail(g, keep).nodes()
		if err != nil {
			t.Fatal(err)
		}
		for _, node := range g.Nodes {
			if _, ok := node.Op.(tensor.Func); ok && !client[node.ID] {
				n++
			}
		}
		return n
	}
	for _, fn := range []string{"relu", "sin", "tanh"} { // Tanh is followed by a scale, which does more than shift
		if got := [2]int{left(fn, false), left(fn, true)}; got != [2]int{0, 1} {
			t.Errorf("%s: %v functions are the server's, want 0 and, kept, 1", fn, got)
		}
	}
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 1)))
	g := b.Output(b.Add(tensor.Func{Fn: "tanh"}, b.Dense(b.Input(4), 3)))
	if client, err := newTail(g, true).nodes(); err != nil || !client[len(g.Nodes)-1] {
		t.Errorf("a last Tanh tells its argument, and is kept: %v", err)
	}
}

// TestProbabilityError: the error of a probability is never above 1, however large the noise.
func TestProbabilityError(t *testing.T) {
	for _, op := range []tensor.Op{tensor.Softmax{}, tensor.Func{Fn: "sigmoid"}} {
		b := graphtest.NewBuilder(tensor.Epilogue, nil)
		r := &release{epilogue: b.Output(b.Add(op, b.Input(3)))}
		if got := r.carried(1e6); !(got > 0.99 && got <= 1+1e-12) {
			t.Errorf("%s: noise of 1e6 is predicted to put a probability off by %v", op.Name(), got)
		}
	}
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

// TestGuardedRoot: noise below 0 is 0, what is further below is not a number.
func TestGuardedRoot(t *testing.T) {
	root := guardedRoot(0.5).Scalar(0).Eval
	for x, want := range map[float64]float64{4: 2, 0.25: 0.5, 0: 0, -0.1: 0, -0.5: 0} {
		if got := root(x); got != want {
			t.Errorf("√%v is %v, want %v", x, got, want)
		}
	}
	if got := root(-0.51); !math.IsNaN(got) {
		t.Errorf("√-0.51 is %v", got)
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
