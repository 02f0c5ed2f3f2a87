package eval_test

import (
	"context"
	"reflect"
	"testing"

	"hecc/backend/lattigo/eval"
	"hecc/backend/lattigo/internal/plantest"
	"hecc/backend/lattigo/kernel"
	"hecc/ir/he"
	"hecc/ir/plan"
)

// everything is a plan with every kind of kernel, for chains that mix primes on both sides of the
// arithmetics' bounds.
func everything(b plantest.Builder, level int) *plan.Plan {
	x, y := b.Input(0, level, scale), b.Input(1, level, scale)
	z := b.Op(he.Relin{}, level, 1, b.Op(he.Mul{}, level, 1, x, y))
	s := b.Op(he.Linear{Terms: diagonals(b.Slots, 1, []int{0, 3}, []int{0, 32})}, level, 1<<20, z)
	r := b.Op(he.Linear{Terms: diagonals(b.Slots, 1, []int{0, 1, 2}, []int{0})}, level, 1<<20, z)
	r = b.Op(he.Sub{}, level, 1, r, s)
	r = b.Op(he.AddPlain{Plain: vector(b.Slots)}, level, 1, b.Op(he.AddPlain{Plain: he.Plain{0.5}}, level, 1, r))
	r = b.Op(he.Rescale{}, level-1, 1, b.Op(he.MulPlain{Plain: he.Plain{0.3}}, level, 1<<10, r))
	return b.Plan(b.Op(he.Fold{Steps: []int{0, 1, 2, 4, 5}}, level-1, 1, r))
}

// TestInstructions runs one request with every set of instructions, and different numbers of threads: the
// results agree to the bit.
func TestInstructions(t *testing.T) {
	for _, r := range rings {
		for _, sizes := range [][2][]float64{{{60, 58}, {60}}, {{49, 45, 30}, {60}}, {{45, 52, 30}, {38, 39}}} {
			b := plantest.New(plantest.Params(r, 13, sizes[0], sizes[1]), 2)
			p := everything(b, len(sizes[0])-1)
			rig := newRig(t, p)
			keys, err := rig.key.EvaluationKeys()
			check(t, err)
			request, err := rig.key.Encryptor().Encrypt(plantest.Runs(rig.sample()))
			check(t, err)
			var want any
			for use := kernel.Go; use <= kernel.Best(); use++ {
				session := open(t, p, keys, eval.Instructions(use), eval.Threads(int(use)+1))
				got, err := session.Run(context.Background(), request, nil)
				check(t, err)
				if want == nil {
					want = got.Runs
				}
				if !reflect.DeepEqual(want, any(got.Runs)) {
					t.Errorf("%s ring, primes %v: %s differs from go", r, sizes, use)
				}
			}
		}
	}
}

// TestGoOnly compares the circuit in clear with what processors without vectors compute.
func TestGoOnly(t *testing.T) {
	for _, r := range rings {
		b := plantest.New(plantest.Params(r, 13, []float64{50, 50, 40}, []float64{60}), 2)
		newRig(t, everything(b, 2), eval.Instructions(kernel.Go)).compare(t, 1e-2)
	}
}
