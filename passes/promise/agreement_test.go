package promise

import (
	"math/rand/v2"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
)

// scoresOf are drawn, and so much off.
func scoresOf(rng *rand.Rand, samples, outputs int, off float64) (exact, decrypted sampled.Matrix) {
	exact = sampled.Matrix{Cols: outputs, Data: graphtest.Vector(rng, samples*outputs, 1)}
	decrypted = exact.Clone()
	for i := range decrypted.Data {
		decrypted.Data[i] += off * rng.NormFloat64()
	}
	return exact, decrypted
}

// TestJuryMonotone: more noise keeps fewer decisions, none keeps those that polynomials keep, and much leaves
// chance.
func TestJuryMonotone(t *testing.T) {
	const samples, outputs = 400, 5
	for name, op := range map[string]tensor.Op{"scores": nil, "probabilities": tensor.Softmax{}, "class": tensor.ArgMax{}} {
		rng := rand.New(rand.NewPCG(1, 2))
		b := graphtest.NewBuilder(tensor.Epilogue, rng)
		x := b.Input(outputs)
		if op != nil {
			x = b.Add(op, x)
		}
		exact, decrypted := scoresOf(rng, samples, outputs, 0.1)
		right := 0
		for s := range samples {
			if tensor.Largest(exact.Row(s)) == tensor.Largest(decrypted.Row(s)) {
				right++
			}
		}
		j := NewJury(b.Output(x), exact, exact, decrypted)
		last := j.Kept(Blur{})
		if last != right || right == samples {
			t.Errorf("%s: %d of %d decisions without noise, expected %d", name, last, samples, right)
		}
		for _, blur := range []Blur{{Noise: 1}, {Flooding: 1}, {Rounding: 1}, {1, 1, 1}} {
			last = right
			for e := 1e-4; e < 1e3; e *= 1.5 {
				kept := j.Kept(Blur{e * blur.Noise, e * blur.Flooding, e * blur.Rounding})
				if kept > last {
					t.Errorf("%s: %d decisions are kept with %v times %v, %d with less", name, kept, e, blur, last)
				}
				last = kept
			}
			if last > samples/outputs*3/2 {
				t.Errorf("%s: %d of %d decisions are kept where only noise decides", name, last, samples)
			}
		}
	}
}

// TestNoJury: a single number decides nothing.
func TestNoJury(t *testing.T) {
	b := graphtest.NewBuilder(tensor.Epilogue, nil)
	g := b.Output(b.Input(1))
	if one := sampled.NewMatrix(10, 1); NewJury(g, one, one, one) != nil {
		t.Error("a single number has a jury")
	}
}

// TestReleaseBlur: everything that a client may do to values with less noise is less.
func TestReleaseBlur(t *testing.T) {
	b := graphtest.NewBuilder(tensor.Epilogue, nil)
	r := &Release{Epilogue: b.Output(b.Input(3)), Shared: 2}
	last := Blur{}
	for noise := 1e-6; noise < 1; noise *= 1.3 {
		now := r.Blur(noise, 5)
		if now.Noise <= last.Noise || now.Flooding <= last.Flooding || now.Rounding < last.Rounding || now.Rounding > r.ShownNoise(noise)-r.Flooded(noise) {
			t.Errorf("noise of %v is %v, before %v", noise, now, last)
		}
		last = now
	}
}
