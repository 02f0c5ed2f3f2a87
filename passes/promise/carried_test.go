package promise

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
)

// TestAmplification: no error of the decrypted values grows by more than the gain in the epilogue.
func TestAmplification(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := graphtest.NewBuilder(tensor.Epilogue, graphtest.Rand(t))
		x := graphtest.Tail(t, b, b.Input(4), 4)
		g := b.Output(x)
		gain := Lipschitz(g)
		if math.IsInf(gain, 1) {
			return
		}
		at := graphtest.Vector(b.Rng, 4, 3)
		const eps = 1e-3
		moved := append([]float64(nil), at...)
		for i := range moved {
			moved[i] += eps * float64(1-2*b.Rng.IntN(2))
		}
		y, z := graphtest.Run(g, at), graphtest.Run(g, moved)
		for i := range y {
			if d := math.Abs(y[i] - z[i]); d > gain*eps*(1+1e-6) {
				t.Fatalf("an error of %v becomes %v, more than %v times\n%s", eps, d, gain, g.Print())
			}
		}
	})
}

// TestProbabilityError: the error of a probability is never above 1, however large the noise.
func TestProbabilityError(t *testing.T) {
	for _, op := range []tensor.Op{tensor.Softmax{}, tensor.Func{Fn: "sigmoid"}} {
		b := graphtest.NewBuilder(tensor.Epilogue, nil)
		r := &Release{Epilogue: b.Output(b.Add(op, b.Input(3)))}
		if got := r.OutputError(1e6); !(got > 0.99 && got <= 1+1e-12) {
			t.Errorf("%s: noise of 1e6 is predicted to put a probability off by %v", op.Name(), got)
		}
	}
}
