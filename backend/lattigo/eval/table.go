package eval

import (
	"hecc/backend/lattigo/kernel"
)

// table says how to compute a sum of rotations modulo QP in one pass,
//
//	Σ_r D_r · rot(x_r, by_r)
//
// Each digit of each rotation has a pair of weights: its key, if it is held so times the diagonal D_r, in the
// order of the result. The half c0, which no key touches, has the diagonal alone. Weights with keys are the
// session's, others the model's.
//
// Sources are numbered: digits of decomposed operands first, then plain polynomials.
type table struct {
	*kernel.Table
	rings          []*kernel.Ring // Q to the level, then P
	levels         int            // how many of them belong to Q
	sources        []int          // of each column
	sessionWeights int            // whose weights the pairs have; noHolding for none
	weights        [][]uint64     // of a table without pairs, modulo Q, or QP if it reads what is deferred
}

const noSessionWeights = -1

// newTable makes a table of columns in the kernel's order, to which it appends plain polynomials.
func (b *builder) newTable(level int, c kernel.Columns, perms [][]uint64, sources []int, plains []plain) (*table, error) {
	t := &table{rings: b.chain.qp(level), levels: level + 1, sources: sources, sessionWeights: noSessionWeights}
	for half, count := range []*int{&c.PlainFirst, &c.PlainSecond} {
		for _, p := range plains {
			if p.half == half {
				perms, t.sources = append(perms, p.perm), append(t.sources, p.source)
				*count++
			}
		}
	}
	var err error
	if t.Table, err = kernel.NewTable(b.chain.N(), c, perms); err != nil {
		return nil, err
	}
	b.bytes += t.Bytes()
	return t, nil
}

// limb gives the weights of one limb for the session that a worker runs for.
func (t *table) limb(w *worker, limb int) []uint64 {
	switch {
	case t.sessionWeights != noSessionWeights && limb < t.levels:
		return w.keys[t.sessionWeights][limb]
	case t.sessionWeights != noSessionWeights: // P comes last, whatever the level
		held := w.keys[t.sessionWeights]
		return held[len(held)-len(t.rings)+limb]
	case limb < len(t.weights):
		return t.weights[limb]
	}
	return nil
}
