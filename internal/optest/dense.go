package optest

import (
	"slices"

	"hecc/ir/he"
)

// Dense is an operation with its plaintexts written down slot by slot, on slices of its own: what tests change.
func Dense(op he.Op, slots int) he.Op {
	dense := func(p he.Plaintext) he.Plaintext {
		return slices.Clone(p.Dense(make([]float64, slots)))
	}
	switch op := op.(type) {
	case he.Linear:
		terms := slices.Clone(op.Terms)
		for k := range terms {
			terms[k].Diag = dense(terms[k].Diag)
		}
		return he.Linear{Terms: terms}
	case he.MulPlain:
		return he.MulPlain{Plain: dense(op.Plain)}
	case he.AddPlain:
		return he.AddPlain{Plain: dense(op.Plain)}
	}
	return op
}
