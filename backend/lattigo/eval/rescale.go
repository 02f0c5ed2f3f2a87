package eval

import "hecc/backend/lattigo/kernel"

// rescale divides by the operand's highest modulus and rounds.
type rescale struct {
	level    int             // of the result
	inverses []kernel.Scalar // of that modulus, for each limb
}

func (b *builder) rescale(level int) *rescale {
	op := &rescale{level: level}
	for _, r := range b.chain.q[:level+1] {
		op.inverses = append(op.inverses, r.NewScalar(inverse(r, b.chain.q[level+1:level+2])))
	}
	return op
}

func (op *rescale) bind(w *worker, in []ciphertext, out ciphertext) []taskSet {
	var halves [][]taskSet
	for half, x := range in[0] {
		d := w.divide(x, w.chain.q[op.level+1:op.level+2], extensionKey{op.level, fromLast})
		halves = append(halves, d.rescale(out[half], op.inverses))
	}
	return together(halves...)
}
