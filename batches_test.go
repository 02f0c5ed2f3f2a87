package hecc_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"hecc/backend/lattigo/crypt"
	"hecc/internal/graphtest"
	"hecc/ir/tensor"
	"hecc/passes"
	"hecc/runtime/wire"
)

// TestBatchWidths compiles random small networks for batches of all widths, and holds some encrypted answers
// of each against the model. Batches that fill it in part or in full, at a coarse error, must fit the smallest ring.
func TestBatchWidths(t *testing.T) {
	for k, width := range []int{1, 7, 128, 1000, 2048, 8192} {
		rng := rand.New(rand.NewPCG(7, uint64(k)))
		b := graphtest.NewBuilder(tensor.Imported, rng)
		hidden := b.Dense(b.Input(5+rng.IntN(20)), 4+rng.IntN(12))
		b.Output(b.Dense(b.Add(tensor.Mul{}, hidden, hidden), 1+rng.IntN(6)))
		samples := make([][]float64, 200)
		for i := range samples {
			samples[i] = make([]float64, b.G.Input().Size())
			for j := range samples[i] {
				samples[i][j] = rng.Float64()
			}
		}
		opts := passes.Options{Calibration: samples, Batch: width}
		exact, err := passes.Compile(context.Background(), b.G, opts)
		check(err)
		opts.TargetError = 150 * exact.Plan.Interface.PredictedError
		coarse, err := passes.Compile(context.Background(), b.G, opts)
		check(err)
		for _, r := range []*passes.Result{exact, coarse} {
			i := &r.Plan.Interface
			if e, _ := encryptedError(t, r.Plan, samples[:3]); e > i.PredictedError {
				t.Errorf("batch of %d, N=2^%d, %d lanes: error %.3g, %.3g is promised", width, i.Params.LogN, i.Lanes, e, i.PredictedError)
			}
		}
		i := &coarse.Plan.Interface
		if wide := width == 1000 || width == 2048; wide && (i.Params.LogN != 11 || len(i.Params.P) > 0 || i.Lanes != i.Params.Slots()) {
			t.Errorf("batch of %d at error %.3g: N=2^%d, %d special primes, %d lanes", width, opts.TargetError, i.Params.LogN, len(i.Params.P), i.Lanes)
		}
		if len(i.Params.P) > 0 {
			continue
		}
		if secret, err := crypt.GenerateSecretKey(i); err != nil {
			t.Error(err)
		} else if _, err := secret.PublicKey(); err == nil {
			t.Error("there is a public key without special primes")
		}
		if got, least := wire.ResponseSize(i, 1), 3*i.Output.Layout.Cts()*i.Params.N(); got < least {
			t.Errorf("a response of %d bytes has no room for three polynomials", got)
		}
	}
}
