package eval_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"hecc/backend/lattigo/internal/plantest"
	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/plan"
	"hecc/runtime/wire"
)

// TestTrace decrypts every value that a run hands out and compares it with the circuit in clear: values whose
// division is deferred, rows of matrices, streamed inputs, degree 2. Only what a rescale is fused with is not
// made.
func TestTrace(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	b := plantest.New(chain(params.Standard), 3)
	x := []*he.Value{b.Input(0, 2, scale), b.Input(1, 2, scale), b.Input(2, 2, scale)}
	streamed := b.Plan(sum(b, rng, 1, x), sum(b, rng, 1, x))
	for name, p := range map[string]*plan.Plan{
		"small": smallPlan(params.ConjugateInvariant), "deferred": chained(params.ConjugateInvariant, 2), "standard": chained(params.Standard, 1), "streamed": streamed,
	} {
		r := newRig(t, p)
		sample := r.sample()
		request, err := r.key.Encryptor().Encrypt(plantest.Runs(sample))
		check(t, err)
		want := map[int][]float64{}
		_, err = p.Circuit.Eval(sample, func(v *he.Value, slots []float64) { want[v.ID] = append([]float64(nil), slots...) })
		check(t, err)
		divisions, decryptor, seen := p.Circuit.Divisions(), r.key.Decryptor(), 0
		traced, err := r.session.Trace(context.Background(), request, 0, func(v *he.Value, _ time.Duration, ct *wire.Ciphertext) {
			seen++
			if fused := divisions[v.ID].Rescale != nil; fused || ct == nil {
				if !fused || ct != nil {
					t.Errorf("%s: %%%d %s: handed out %v", name, v.ID, v.Op.Name(), ct != nil)
				}
				return
			}
			got, err := decryptor.Value(ct, v.Level, v.Scale)
			check(t, err)
			worst := 0.0
			for k := range got {
				worst = max(worst, math.Abs(got[k]-want[v.ID][k]))
			}
			if !(worst <= 1e-2) {
				t.Errorf("%s: %%%d %s is off by %.3g", name, v.ID, v.Op.Name(), worst)
			}
		})
		check(t, err)
		if seen != len(p.Circuit.Values) {
			t.Errorf("%s: %d values of %d", name, seen, len(p.Circuit.Values))
		}
		again, err := r.session.RunOne(context.Background(), request, 0, nil)
		check(t, err)
		for k := range again {
			if traced[k].C0[0][0] != again[k].C0[0][0] || traced[k].C1[0][7] != again[k].C1[0][7] {
				t.Errorf("%s: tracing changes the result", name)
			}
		}
		if _, err := decryptor.Value(&traced[0], p.Interface.Output.Level+1, scale); err == nil {
			t.Errorf("%s: a value at a level that it does not have is decrypted", name)
		}
	}
}
