package eval_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"hecc/backend/lattigo/eval"
	"hecc/backend/lattigo/internal/plantest"
	"hecc/backend/lattigo/kernel"
	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/plan"
)

// TestDivisions runs chains of key switches, of every kind after every other, whose divisions are deferred or
// done together with a rescale; with keys held in all forms and at the least.
func TestDivisions(t *testing.T) {
	for special := 1; special <= 3; special++ {
		for _, r := range rings {
			testDivisions(t, chained(r, special), fmt.Sprint(r, " with ", special))
		}
	}
}

// chained is a plan of a square and a chain of key switches, with a rescale after each.
func chained(r params.Ring, special int) *plan.Plan {
	rng := rand.New(rand.NewPCG(uint64(special), uint64(len(r))))
	b := plantest.New(plantest.Params(r, 14, []float64{60, 60, 60}, []float64{60, 59, 58}[:special]), 1)
	x := b.Input(0, 2, 1<<45)
	x = b.Op(he.Relin{}, 2, 1, b.Op(he.Mul{}, 2, 1, x, x))
	x = keySwitches(b, rng, b.Op(he.Rescale{}, 1, 1, x))
	return b.Plan(b.Op(he.Rescale{}, 0, 1, x))
}

// keySwitches is a chain of key switches in random order, which makes the scale 2^60 times as large.
func keySwitches(b plantest.Builder, rng *rand.Rand, x *he.Value) *he.Value {
	whole, level := x, x.Level
	sum := func(babies, giants []int, in ...*he.Value) *he.Value {
		return b.Op(he.Linear{Terms: diagonals(b.Slots, len(in), babies, giants)}, level, 1<<20, in...)
	}
	for _, kind := range rng.Perm(5) {
		switch shift := 1 + rng.IntN(3); kind {
		case 0:
			x = sum([]int{0, shift, 5}, []int{0}, x)
		case 1:
			x = sum([]int{0, shift}, []int{0, 16}, x)
		case 2: // with an operand that is not deferred
			x = sum([]int{0, 5}, []int{0}, x, whole)
		default:
			x = b.Op(he.Fold{Steps: []int{0, shift}}, level, 1, x)
		}
	}
	return x
}

func testDivisions(t *testing.T, p *plan.Plan, name string) {
	deferred, rescaled := 0, 0
	for _, d := range p.Circuit.Divisions() {
		if d.Deferred {
			deferred++
		}
		if d.Rescale != nil {
			rescaled++
		}
	}
	if deferred < 4 || rescaled != 2 {
		t.Fatalf("%s: %d divisions deferred and %d together with a rescale: the test shows nothing", name, deferred, rescaled)
	}
	for use := kernel.Go; use <= kernel.Best(); use++ {
		for _, budget := range []int64{0, 1 << 40} {
			options := []eval.Option{eval.Threads(2), eval.Instructions(use)}
			if budget > 0 {
				options = append(options, eval.Memory(budget))
			}
			t.Run(fmt.Sprint(name, " ", use, " ", budget), func(t *testing.T) {
				newRig(t, p, options...).compare(t, 1e-2) // most of it is the rounding of plaintexts
			})
		}
	}
}
