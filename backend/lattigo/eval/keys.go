package eval

import (
	"github.com/tuneinsight/lattigo/v5/ring/ringqp"

	"hecc/ir/he"
	"hecc/ir/plan"
	"hecc/runtime/wire"
)

// switchKey is a switching key with both halves: for each digit b and a, modulo Q to the key's level and P, in
// Montgomery form.
type switchKey struct {
	level  int
	digits [][2]poly
}

// expand samples the uniform halves of all keys.
func (b *builder) expand(p *plan.Plan, keys *wire.EvaluationKeys) {
	levels := wire.KeyLevels(&p.Interface)
	expanded := make([]*switchKey, len(levels))
	parallel(len(levels), func(i int) {
		expanded[i] = b.expandOne(keys, i, levels[i])
	})
	if p.Interface.Keys.Relin != he.NoKey {
		b.relin, expanded = expanded[0], expanded[1:]
	}
	for i, k := range p.Interface.Keys.Rotations {
		b.rotation[k.By/b.lanes] = expanded[i]
	}
}

func (b *builder) expandOne(keys *wire.EvaluationKeys, i, level int) *switchKey {
	k := &switchKey{level: level}
	uniform := b.chain.Uniform(keys.Seed, i)
	for _, half := range keys.Keys[i] {
		a := b.chain.AtLevel(level, b.chain.LevelP()).NewPoly()
		uniform.Read(level, b.chain.LevelP(), a)
		k.digits = append(k.digits, [2]poly{half, limbsOf(a)})
	}
	return k
}

func limbsOf(p ringqp.Poly) poly {
	return append(append(poly(nil), p.Q.Coeffs...), p.P.Coeffs...)
}

// columns are those of one key, used at a level, whose digits are sources from first on.
func (b *builder) columns(k *switchKey, level, first int, perm []uint64, diag *plaintext) []column {
	columns := make([]column, b.chain.Params.Digits(level))
	for d := range columns {
		columns[d] = column{source: first + d, perm: perm, diag: diag, half: bothHalves}
		for half, limbs := range k.digits[d] {
			special := limbs[k.level+1:]
			columns[d].key[half] = append(limbs[:level+1:level+1], special...)
		}
	}
	return columns
}
