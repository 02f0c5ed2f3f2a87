package passes

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
)

var samplesFlag = flag.Bool("samples", false, "write the tables of random networks in docs/samples.md: minutes")

// sampleKinds are distributions of calibration samples and of unseen ones.
var sampleKinds = []string{"Gaussian", "heavy tails", "one-hot", "constant and duplicated columns", "duplicated rows"}

// drawnSample has a kind. Duplicated rows are Gaussian ones.
func drawnSample(rng *rand.Rand, kind string, elements int) []float64 {
	x := make([]float64, elements)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	switch kind {
	case "heavy tails": // Student's t with three degrees of freedom
		for i := range x {
			chi := 0.0
			for range 3 {
				chi += math.Pow(rng.NormFloat64(), 2)
			}
			x[i] /= math.Sqrt(chi / 3)
		}
	case "one-hot": // one category, two numbers
		clear(x[:elements-2])
		x[rng.IntN(elements-2)] = 1
	case "constant and duplicated columns":
		for i := range elements / 3 {
			x[i] = 1 + 0.1*float64(i)
			x[elements-1-i] = x[elements/3+i]
		}
	}
	return x
}

// drawnSamples are so many; of duplicated rows only a fifth is different.
func drawnSamples(rng *rand.Rand, kind string, elements, count int) [][]float64 {
	out := make([][]float64, count)
	for s := range out {
		if distinct := count / 5; kind == "duplicated rows" && s >= distinct {
			out[s] = out[s%distinct]
		} else {
			out[s] = drawnSample(rng, kind, elements)
		}
	}
	return out
}

// drawnNetwork has one to three layers of functions; every third ends in probabilities.
func drawnNetwork(seed uint64) *tensor.Graph {
	functions := []string{"relu", "sigmoid", "tanh", "erf", "softplus", "relu", "abs", "softsign"}
	rng := rand.New(rand.NewPCG(seed, 99))
	b := graphtest.NewBuilder(tensor.Imported, rng)
	x := b.Input(6 + rng.IntN(30))
	for range 1 + rng.IntN(3) {
		fn := functions[rng.IntN(len(functions))]
		x = b.Add(tensor.Func{Fn: fn}, b.Dense(x, 4+rng.IntN(30)))
	}
	x = b.Dense(x, 1+rng.IntN(8))
	if seed%3 == 2 && x.Size() > 1 {
		x = b.Add(tensor.Softmax{}, x)
	}
	return b.Output(x)
}

// tried is what became of networks that were calibrated on so many samples of a kind.
type tried struct {
	compiled, refused, inside, outside, exceeding, overStated int
	loosest                                                   float64 // prediction over the largest error seen
}

const unseenByPlan = 2000

// try compiles a network from few or many samples and holds what the plan states against unseen ones.
func (r *tried) try(t *testing.T, kind string, seed uint64, count int) {
	g := drawnNetwork(seed)
	rng := rand.New(rand.NewPCG(seed, uint64(count)))
	samples := drawnSamples(rng, kind, g.Input().Size(), count)
	c, err := toPolynomials(g, Options{Calibration: samples})
	if err != nil {
		t.Logf("%s, %d samples, network %d: %v", kind, count, seed, err)
		r.refused++
		return
	}
	r.compiled++
	errors, outside := errorsOf(t, c, drawnSamples(rng, strings.Replace(kind, "duplicated rows", "Gaussian", 1), g.Input().Size(), unseenByPlan))
	predicted, exceeding, worst := c.fit.Error, 0, 0.0
	for _, e := range errors {
		if worst = max(worst, e); !(e <= predicted) {
			exceeding++
		}
	}
	seen, _ := errorsOf(t, c, samples)
	for _, e := range seen {
		worst = max(worst, e)
	}
	stated := plan.Exceeding(c.fit.HeldOut)
	if float64(exceeding) > stated*float64(len(errors)) {
		r.overStated++
		t.Errorf("%s, %d samples, network %d: %d of %d errors exceed %v, stated is a share of %v", kind, count, seed, exceeding, len(errors), predicted, stated)
	}
	if predicted > 20*worst {
		t.Errorf("%s, %d samples, network %d: predicted %v, seen up to %v", kind, count, seed, predicted, worst)
	}
	r.inside, r.outside, r.exceeding = r.inside+len(errors), r.outside+outside, r.exceeding+exceeding
	r.loosest = max(r.loosest, predicted/worst)
}

// errorsOf are those of the polynomials on samples inside the box, without noise, and how many are not
// inside.
func errorsOf(t *testing.T, c *compilation, samples [][]float64) (errors []float64, outside int) {
	t.Helper()
	exact, polynomial, client := tensor.NewEvaluator(c.imported), tensor.NewEvaluator(c.graph), tensor.NewEvaluator(c.epilogue)
	for _, x := range samples {
		if c.box.Outside(x) >= 0 {
			outside++
			continue
		}
		y := polynomial.MustRun(encoded(t, c, x)).Of(c.graph.Outputs[0].Node)
		got := client.MustRun(y).Of(c.epilogue.Judged())
		errors = append(errors, sampled.MaxAbsDiff(got, exact.MustRun(x).Of(c.imported.Primary().Node)))
	}
	return errors, outside
}

// TestPromiseOfSamples: whatever the samples and however few, no larger share of unseen ones exceeds the
// predicted error than the plan states, and the prediction is of use. With -samples it writes
// the second part of docs/samples.md.
func TestPromiseOfSamples(t *testing.T) {
	networks, counts := uint64(3), []int{20, 200}
	if *samplesFlag {
		networks, counts = 12, []int{20, 50, 200, 1000}
	}
	var rows strings.Builder
	ran := 0
	for _, kind := range sampleKinds {
		for _, count := range counts {
			var r tried
			for seed := range networks {
				r.try(t, kind, seed, count)
			}
			ran += r.compiled
			fmt.Fprintf(&rows, "| %s | %d | %d | %d | %.2f %% | %.3f %% | %d | %.1f |\n", kind, count, r.compiled, r.refused,
				100*portion(r.outside, r.inside+r.outside), 100*portion(r.exceeding, r.inside), r.overStated, r.loosest)
		}
	}
	t.Log("\n" + rows.String())
	if least := len(sampleKinds) * max(1, len(counts)-1) * int(networks); ran < least {
		t.Errorf("%d plans, at least %d were expected", ran, least)
	}
	if *samplesFlag {
		const path = "../docs/samples.md"
		page, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		head, _, ok := strings.Cut(string(page), samplesHeading)
		if !ok {
			t.Fatalf("%s has no %s", path, samplesHeading)
		}
		if err := os.WriteFile(path, []byte(head+samplesHeading+samplesText+rows.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func portion(part, whole int) float64 { return float64(part) / float64(max(whole, 1)) }

const (
	samplesHeading = "## Random networks\n"
	samplesText    = `
Twelve random networks of one to three layers, calibrated on few or many samples of different kinds, without targets, and held against 2,000 unseen samples
each, without noise. "Outside" is the share of unseen samples that the client refuses, "exceeding" that of the others with an error above the prediction, and
"over stated" counts the plans where that share is larger than the plan states. The last column is the loosest prediction, as a multiple of the largest error seen. Of duplicated rows a
fifth is different, and 20 samples of which four are different are refused. Written by

    go test ./passes -run PromiseOfSamples -samples -timeout 60m

| samples | number | plans | refused | outside | exceeding | over stated | loosest |
|---|---|---|---|---|---|---|---|
`
)
