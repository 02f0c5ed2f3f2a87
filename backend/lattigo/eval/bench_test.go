package eval_test

import (
	"context"
	"testing"

	"github.com/tuneinsight/lattigo/v5/core/rlwe"
	"github.com/tuneinsight/lattigo/v5/ring"
	"github.com/tuneinsight/lattigo/v5/schemes/ckks"

	"hecc/backend/lattigo/eval"
	"hecc/backend/lattigo/internal/plantest"
	"hecc/backend/lattigo/kernel"
	"hecc/ir/he"
	"hecc/ir/params"
)

// netA has the parameters of a 784-128-10 network on one ciphertext.
func netA() *params.Params {
	return plantest.Params(params.ConjugateInvariant, 13, []float64{60, 58}, []float64{60})
}

var (
	netABabies = upTo(16)
	netAFolds  = [][]int{{0, 128, 256, 384}, {0, 512, 1024, 1536}, {0, 2048, 4096, 6144}}
)

func upTo(n int) []int {
	v := make([]int, n)
	for i := range v {
		v[i] = i
	}
	return v
}

func benchmarkRun(b *testing.B, build func(p plantest.Builder, x *he.Value) *he.Value, opts ...eval.Option) {
	p := plantest.New(netA(), 1)
	x := p.Input(0, 1, 1<<24)
	r := newRig(b, p.Plan(build(p, x)), opts...)
	request, err := r.key.Encryptor().Encrypt(plantest.Runs(r.sample()))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.session.Run(context.Background(), request, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLinear is parts of net A: the first layer's 16 hoisted diagonals, one of the partial sums after it.
func BenchmarkLinear(b *testing.B) {
	layer := func(p plantest.Builder, x *he.Value) *he.Value {
		return linear(p, 1, diagonals(p.Slots, 1, netABabies, []int{0}), x)
	}
	b.Run("part=diagonals", func(b *testing.B) { benchmarkRun(b, layer) })
	b.Run("part=fold", func(b *testing.B) {
		benchmarkRun(b, func(p plantest.Builder, x *he.Value) *he.Value { return p.Op(he.Fold{Steps: netAFolds[0]}, 1, 1, x) })
	})
	b.Run("part=steps", func(b *testing.B) {
		benchmarkRun(b, func(p plantest.Builder, x *he.Value) *he.Value {
			return linear(p, 1, diagonals(p.Slots, 1, upTo(4), []int{0, 4, 8, 12}), x)
		})
	})
	b.Run("part=relin", func(b *testing.B) {
		benchmarkRun(b, func(p plantest.Builder, x *he.Value) *he.Value {
			return p.Op(he.Relin{}, 1, 1, p.Op(he.Mul{}, 1, 1, x, x))
		})
	})
}

// BenchmarkNet is a network like A: two layers with a square between them.
func BenchmarkNet(b *testing.B) {
	net := func(p plantest.Builder, x *he.Value) *he.Value {
		y := p.Op(he.Linear{Terms: diagonals(p.Slots, 1, netABabies, []int{0})}, 1, 1<<24, x)
		for _, steps := range netAFolds {
			y = p.Op(he.Fold{Steps: steps}, 1, 1, y)
		}
		y = p.Op(he.MulPlain{Plain: vector(p.Slots)}, 1, 1<<18, p.Op(he.Mul{}, 1, 1, y, y))
		y = p.Op(he.Relin{}, 0, 1, p.Op(he.Rescale{}, 0, 1, y))
		for _, steps := range [][]int{{0, 1, 2, 3}, {0, 4, 8, 12}, {0, 16, 32, 48}} {
			y = p.Op(he.Fold{Steps: steps}, 0, 1, y)
		}
		return y
	}
	b.Run("threads=1/instructions=best", func(b *testing.B) { benchmarkRun(b, net) })
	b.Run("threads=2/instructions=best", func(b *testing.B) { benchmarkRun(b, net, eval.Threads(2)) })
	b.Run("threads=1/instructions=avx512", func(b *testing.B) { benchmarkRun(b, net, eval.Instructions(kernel.AVX512)) })
	b.Run("threads=1/instructions=go", func(b *testing.B) { benchmarkRun(b, net, eval.Instructions(kernel.Go)) })
}

// BenchmarkLattigoLinear does the same with Lattigo's evaluator, one rotation, product and sum after the other.
func BenchmarkLattigoLinear(b *testing.B) {
	p := netA()
	cp, err := ckks.NewParametersFromLiteral(ckks.ParametersLiteral{LogN: p.LogN, Q: p.Q, P: p.P, LogDefaultScale: 24, RingType: ring.ConjugateInvariant})
	if err != nil {
		b.Fatal(err)
	}
	kgen := rlwe.NewKeyGenerator(cp)
	sk := kgen.GenSecretKeyNew()
	eval := ckks.NewEvaluator(cp, rlwe.NewMemEvaluationKeySet(nil, kgen.GenGaloisKeysNew(cp.GaloisElements(netABabies), sk)...))
	pt := ckks.NewPlaintext(cp, 1)
	if err := ckks.NewEncoder(cp, 53).Encode([]float64(vector(p.Slots())), pt); err != nil {
		b.Fatal(err)
	}
	ct, err := rlwe.NewEncryptor(cp, sk).EncryptNew(pt)
	if err != nil {
		b.Fatal(err)
	}
	for _, way := range []struct {
		name   string
		rotate func() map[int]*rlwe.Ciphertext
	}{
		{"sequential", func() map[int]*rlwe.Ciphertext {
			out := map[int]*rlwe.Ciphertext{}
			for _, by := range netABabies {
				out[by], _ = eval.RotateNew(ct, by)
			}
			return out
		}},
		{"hoisted", func() map[int]*rlwe.Ciphertext {
			out, _ := eval.RotateHoistedNew(ct, netABabies)
			return out
		}},
	} {
		b.Run("rotations="+way.name, func(b *testing.B) {
			for b.Loop() {
				acc := ckks.NewCiphertext(cp, 1, 1)
				acc.Scale = ct.Scale.Mul(pt.Scale)
				for _, r := range way.rotate() {
					if err := eval.MulThenAdd(r, pt, acc); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
