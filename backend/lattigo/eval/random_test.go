package eval_test

import (
	"math/rand/v2"
	"testing"

	"hecc/backend/lattigo/internal/plantest"
	"hecc/ir/he"
)

// TestRandomCircuits puts operations together at random, with buffers reused and operands read at lower
// levels.
func TestRandomCircuits(t *testing.T) {
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 0))
		b := plantest.New(chain(rings[seed%2]), 2)
		values := []*he.Value{b.Input(0, 2, scale), b.Input(1, 2, scale)}
		for range 12 {
			values = append(values, randomOp(b, rng, values[rng.IntN(len(values))], values[rng.IntN(len(values))]))
		}
		last := values[len(values)-1]
		out := b.Op(he.AddPlain{Plain: he.Plain{0}}, last.Level, 1, last)
		newRig(t, b.Plan(out)).compare(t, 1e-4)
	}
}

// randomOp keeps scales at 2^40 and numbers small: whatever multiplies also rescales.
func randomOp(b plantest.Builder, rng *rand.Rand, x, y *he.Value) *he.Value {
	level := min(x.Level, y.Level)
	q := float64(b.Params.Q[level])
	kind := rng.IntN(7)
	if level == 0 && kind >= 4 {
		kind -= 4
	}
	shrink := func(v *he.Value) *he.Value { return b.Op(he.Rescale{}, v.Level-1, 1, v) }
	switch kind {
	case 0:
		if he.SameScale(x.Scale, y.Scale) {
			return b.Op(he.Sub{}, level, 1, x, y)
		}
		return b.Op(he.AddPlain{Plain: vector(b.Slots)}, x.Level, 1, x)
	case 1:
		return b.Op(he.AddPlain{Plain: vector(b.Slots)}, level, 1, x)
	case 2:
		return b.Op(he.Fold{Steps: []int{rng.IntN(b.Slots)}}, level, 1, x)
	case 3:
		return b.Op(he.AddPlain{Plain: he.Plain{0.25}}, x.Level, 1, x)
	case 4:
		return shrink(b.Op(he.MulPlain{Plain: vector(b.Slots)}, level, q, x))
	case 5:
		steps := []int{0, rng.IntN(b.Slots/2) + 1}
		terms := diagonals(b.Slots, 1, steps, []int{0, rng.IntN(2)})[:3]
		return shrink(b.Op(he.Linear{Terms: terms}, level, q, x))
	default:
		return b.Op(he.Relin{}, level-1, 1, shrink(b.Op(he.Mul{}, level, 1, x, y)))
	}
}
