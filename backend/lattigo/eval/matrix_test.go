package eval_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"hecc/backend/lattigo/eval"
	"hecc/backend/lattigo/internal/plantest"
	"hecc/backend/lattigo/kernel"
	"hecc/ir/he"
)

// TestMatrix computes layers by numbers, as batches have them: dense and with weights missing, on inputs that
// are streamed, on inputs that something else reads too, and on products of degree 2.
func TestMatrix(t *testing.T) {
	for _, c := range []struct {
		name           string
		keep           float64 // share of the weights
		reused, square bool
	}{
		{"dense", 1, false, false}, {"sparse", 0.5, false, false}, {"very sparse", 0.1, false, false},
		{"inputs reused", 0.7, true, false}, {"degree 2", 0.7, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			b := plantest.New(chain(rings[0]), 6)
			var x []*he.Value
			for k := range 6 {
				x = append(x, b.Input(k, 2, scale))
			}
			inputs := x
			if c.square {
				x = nil
				for _, v := range inputs {
					x = append(x, b.Op(he.Mul{}, 2, 1, v, v))
				}
			}
			var rows []*he.Value
			for range 7 {
				rows = append(rows, sum(b, rng, c.keep, x))
			}
			for k, v := range rows {
				if v.Degree == 2 {
					v = b.Op(he.Relin{}, v.Level, 1, v)
				}
				if c.reused {
					v = b.Op(he.Sub{}, v.Level, 1, v, b.Op(he.MulPlain{Plain: he.Plain{0.5}}, v.Level, v.Scale/scale, inputs[k%6]))
				}
				rows[k] = v
			}
			p := b.Plan(rows...)
			for _, use := range []kernel.Instructions{kernel.Go, kernel.Best()} {
				for threads := range 2 {
					t.Run(fmt.Sprint(use, " ", threads), func(t *testing.T) {
						newRig(t, p, eval.Instructions(use), eval.Threads(1+threads)).compare(t, 1e-4)
					})
				}
			}
		})
	}
}

// sum weighs a random share of the operands, at least one.
func sum(b plantest.Builder, rng *rand.Rand, keep float64, x []*he.Value) *he.Value {
	var op he.Linear
	var in []*he.Value
	for k, v := range x {
		if rng.Float64() < keep || len(in) == 0 && k == len(x)-1 {
			op.Terms = append(op.Terms, he.Term{Arg: len(in), Diag: he.Plain{rng.Float64() - 0.5}})
			in = append(in, v)
		}
	}
	return b.Op(op, 2, 1<<20, in...)
}
