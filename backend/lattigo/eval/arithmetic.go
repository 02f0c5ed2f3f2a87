package eval

import "hecc/backend/lattigo/kernel"

// addition is x + y; an operand of lower degree has zeros in place of the missing half.
type addition struct{ rings []*kernel.Ring }

func (op *addition) bind(_ *worker, in []ciphertext, out ciphertext) []taskSet {
	x, y := in[0], in[1]
	if len(x) < len(y) {
		x, y = y, x
	}
	return eachLimb(out, func(half, limb int, z []uint64) {
		if half < len(y) {
			op.rings[limb].Add(z, x[half][limb], y[half][limb])
		} else {
			copy(z, x[half][limb])
		}
	})
}

// eachLimb calls f for every limb of a result.
func eachLimb(out ciphertext, f func(half, limb int, z []uint64)) []taskSet {
	var tasks taskSet
	for half := range out {
		for limb, z := range out[half] {
			tasks = append(tasks, func() { f(half, limb, z) })
		}
	}
	return []taskSet{tasks}
}

// difference is x - y.
type difference struct {
	rings    []*kernel.Ring
	negative []kernel.Affine
}

func newDifference(rings []*kernel.Ring) *difference {
	op := &difference{rings: rings}
	for _, r := range rings {
		op.negative = append(op.negative, r.NewAffine(r.Q()-1, 0))
	}
	return op
}

func (op *difference) bind(_ *worker, in []ciphertext, out ciphertext) []taskSet {
	x, y := in[0], in[1]
	return eachLimb(out, func(half, limb int, z []uint64) {
		switch r := op.rings[limb]; {
		case half >= len(y):
			copy(z, x[half][limb])
		case half >= len(x):
			r.Affine(z, y[half][limb], op.negative[limb])
		default:
			r.Sub(z, x[half][limb], y[half][limb])
		}
	})
}

// multiply is the product of two ciphertexts, of degree 2.
type multiply struct{ rings []*kernel.Ring }

func (op *multiply) bind(_ *worker, in []ciphertext, out ciphertext) []taskSet {
	x, y := in[0], in[1]
	return eachLimb(out[:1], func(_, limb int, z []uint64) {
		op.rings[limb].Mul(z, out[1][limb], out[2][limb], x[0][limb], x[1][limb], y[0][limb], y[1][limb])
	})
}
