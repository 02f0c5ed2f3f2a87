package hecc_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"

	"hecc/backend/lattigo/crypt"
	"hecc/backend/lattigo/eval"
	"hecc/internal/graphtest"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes"
	"hecc/runtime/codec"
)

var neighboursFlag = flag.Bool("neighbours", false, "measure what unlikely samples do to those in the same ciphertext")

// batchNetwork is a network of one ReLU layer, calibrated on Gaussian samples, for several samples at once.
func batchNetwork(opts passes.Options) (*plan.Plan, [][]float64) {
	rng := rand.New(rand.NewPCG(11, 12))
	b := graphtest.NewBuilder(tensor.Imported, rng)
	g := b.Output(b.Dense(b.Add(tensor.Func{Fn: "relu"}, b.Dense(b.Input(4), 8)), 2))
	opts.Calibration = gaussian(rng, g, 500, 1)
	r, err := passes.Compile(context.Background(), g, opts)
	check(err)
	return r.Plan, gaussian(rng, g, 10_000, 1)
}

// likely keeps the samples that lie in the box.
func likely(p *plan.Plan, samples [][]float64) (in [][]float64) {
	for _, x := range samples {
		if p.Interface.Box.Outside(x) < 0 {
			in = append(in, x)
		}
	}
	return in
}

// TestNeighbours: a sample far outside the range changes nothing for the others of its request.
func TestNeighbours(t *testing.T) {
	p, samples := batchNetwork(passes.Options{Batch: 16})
	if p.Interface.Lanes < 2 {
		t.Fatalf("%d lanes: samples have no neighbours", p.Interface.Lanes)
	}
	samples = likely(p, samples)[:16]
	samples[3] = []float64{100, 100, -100, 100}
	results, _ := encrypted(t, p, samples)
	exact := tensor.NewEvaluator(p.Imported)
	for s, x := range samples {
		if e := distance(results[s], run(t, exact, x).Of(p.Imported.Primary().Node)); s != 3 && !(e <= p.Interface.PredictedError) {
			t.Errorf("sample %d is off by %.3g, promised %.3g", s, e, p.Interface.PredictedError)
		}
	}
}

// unlikely climbs to a sample of the box that drives the arguments of polynomials as far as possible.
func unlikely(p *plan.Plan) []float64 {
	rng := rand.New(rand.NewPCG(13, 14))
	e := tensor.NewEvaluator(p.Polynomial)
	size := func(x []float64) float64 {
		v, err := e.Run(x)
		check(err)
		worst := 0.0
		for _, y := range v.Of(p.Polynomial.Outputs[0].Node) {
			worst = max(worst, y, -y)
		}
		return worst
	}
	box := p.Interface.Box
	var best []float64
	for range 5000 {
		x := make([]float64, len(box.Lo))
		for k := range x {
			x[k] = []float64{box.Lo[k], box.Hi[k], box.Lo[k] + rng.Float64()*(box.Hi[k]-box.Lo[k])}[rng.IntN(3)]
		}
		if best == nil || size(x) > size(best) {
			best = x
		}
	}
	return best
}

// TestUnlikelyNeighbour writes what docs/promise.md says of an unlikely sample inside the box among very many.
func TestUnlikelyNeighbour(t *testing.T) {
	if !*neighboursFlag {
		t.Skip("run with -neighbours")
	}
	p, samples := batchNetwork(passes.Options{Throughput: true})
	i := &p.Interface
	samples = likely(p, samples)
	for len(samples) < i.Lanes {
		samples = append(samples, samples...)
	}
	samples = samples[:i.Lanes]
	exact := tensor.NewEvaluator(p.Imported)
	secret, err := crypt.GenerateSecretKey(i)
	check(err)
	keys, err := secret.EvaluationKeys()
	check(err)
	model, err := eval.Load(context.Background(), p)
	check(err)
	session, err := model.Open(context.Background(), keys)
	check(err)
	pack, err := codec.NewCodec(i, codec.Raw())
	check(err)
	worst := func(odd []float64) (others, own float64) {
		given := append([][]float64{odd}, samples[1:]...)
		runs, err := pack.Runs(given)
		check(err)
		request, err := secret.Encryptor().Encrypt(runs)
		check(err)
		response, err := session.Run(context.Background(), request, nil)
		check(err)
		decrypted, err := secret.Decryptor().Decrypt(response)
		check(err)
		results, err := pack.Results(decrypted)
		check(err)
		for s, r := range results {
			e := distance(r.Primary, run(t, exact, given[s]).Of(p.Imported.Primary().Node))
			if s == 0 {
				own = e
			} else {
				others = max(others, e)
			}
		}
		return others, own
	}
	for _, c := range []struct {
		name string
		x    []float64
	}{{"an ordinary sample", samples[0]}, {"the worst found inside the box", unlikely(p)}} {
		others, own := worst(c.x)
		fmt.Printf("%s among %d: its error %.3g, largest of the others %.3g, promised %.3g\n", c.name, i.Lanes, own, others, i.PredictedError)
	}
}
