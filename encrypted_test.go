package hecc_test

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"hecc/backend/lattigo/crypt"
	"hecc/backend/lattigo/eval"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/runtime/codec"
)

// encrypted computes samples on ciphertexts: the primary output of each, and the median time of
// the server's runs.
func encrypted(t *testing.T, p *plan.Plan, samples [][]float64) ([][]float64, time.Duration) {
	t.Helper()
	secret, err := crypt.GenerateSecretKey(&p.Interface)
	check(err)
	keys, err := secret.EvaluationKeys()
	check(err)
	model, err := eval.Load(context.Background(), p, eval.Threads(1))
	check(err)
	session, err := model.Open(context.Background(), keys)
	check(err)
	c, err := codec.NewCodec(&p.Interface)
	check(err)
	runs, err := c.Runs(samples)
	check(err)
	request, err := secret.Encryptor().Encrypt(runs)
	check(err)
	took := make([]time.Duration, len(request.Runs))
	response, err := session.Run(context.Background(), request, func(run int, d time.Duration) { took[run] = d })
	check(err)
	decrypted, err := secret.Decryptor().Decrypt(response)
	check(err)
	results, err := c.Results(decrypted)
	check(err)
	out := make([][]float64, len(results))
	for s, r := range results {
		out[s] = r.Primary
	}
	slices.Sort(took)
	return out, took[len(took)/2]
}

// encryptedError is the largest error of some samples, computed on ciphertexts, and the median
// time of a run.
func encryptedError(t *testing.T, p *plan.Plan, samples [][]float64) (float64, time.Duration) {
	t.Helper()
	results, took := encrypted(t, p, samples)
	exact, worst := tensor.NewEvaluator(p.Imported), 0.0
	for s, x := range samples {
		worst = max(worst, distance(results[s], run(t, exact, x).Of(p.Imported.Primary().Node)))
	}
	return worst, took
}

// distance is the largest difference of two vectors; NaN if there is one.
func distance(a, b []float64) float64 {
	worst := 0.0
	for i, x := range a {
		worst = max(worst, math.Abs(x-b[i]))
	}
	return worst
}
