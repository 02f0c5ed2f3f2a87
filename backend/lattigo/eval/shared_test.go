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

// descending is a plan that uses the same keys at every level.
func descending(b plantest.Builder, level int) *plan.Plan {
	x := b.Input(0, level, 1<<32)
	for l := level; l > 0; l-- {
		x = b.Op(he.Relin{}, l, 1, b.Op(he.Mul{}, l, 1, x, x))
		x = b.Op(he.Fold{Steps: []int{0, 1, 2, 5}}, l, 1, x)
		x = b.Op(he.Linear{Terms: diagonals(b.Slots, 1, []int{0, 3}, []int{0, 32})}, l, 1<<8, x)
		x = b.Op(he.Rescale{}, l-1, 1, x)
	}
	return b.Plan(x)
}

// TestSharedKeys: a key that lower levels read in part gives what a copy for each level gives, to the bit.
func TestSharedKeys(t *testing.T) {
	for _, r := range rings {
		for _, special := range [][]float64{{45}, {44, 44}} {
			p := descending(plantest.New(plantest.Params(r, 13, []float64{45, 40, 38}, special), 1), 2)
			rig := newRig(t, p)
			keys, err := rig.key.EvaluationKeys()
			check(t, err)
			request, err := rig.key.Encryptor().Encrypt(plantest.Runs(rig.sample()))
			check(t, err)
			for use := kernel.Go; use <= kernel.Best(); use++ {
				var got []any
				for _, opts := range [][]eval.Option{{eval.Instructions(use)}, {eval.Instructions(use), eval.Memory(1 << 40)}} {
					session := open(t, p, keys, opts...)
					response, err := session.Run(context.Background(), request, nil)
					check(t, err)
					got = append(got, response.Runs)
				}
				if !reflect.DeepEqual(got[0], got[1]) {
					t.Errorf("%s ring, %d special primes, %s", r, len(special), use)
				}
			}
		}
	}
}

// TestManyDiagonals has more rotations than one pass can sum, with keys times diagonals and, where Folds use
// the keys too, without.
func TestManyDiagonals(t *testing.T) {
	for _, folds := range []int{0, 270} {
		b := plantest.New(plantest.Params(rings[1], 12, []float64{37, 28}, []float64{40}), 1)
		x := b.Input(0, 1, 1<<26)
		y := b.Op(he.Linear{Terms: diagonals(b.Slots, 1, upTo(280), []int{0})}, 1, 1<<20, x)
		for first := 1; first < folds; first += 3 {
			z := b.Op(he.Fold{Steps: []int{first, first + 1, first + 2}}, 1, 1, x)
			y = b.Op(he.Add{}, 1, 1, y, b.Op(he.MulPlain{Plain: he.Plain{0.5}}, 1, 1<<20, z))
		}
		newRig(t, b.Plan(y)).compare(t, 1e-2)
	}
}
