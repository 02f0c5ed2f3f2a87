package eval

import "github.com/tuneinsight/lattigo/v5/ring"

// sum is x + y; an operand of lower degree has zeros in place of the missing half.
type sum struct{ moduli []modulus }

func (op *sum) bind(_ *worker, in []ciphertext, out ciphertext) func() {
	x, y := in[0], in[1]
	if len(x) < len(y) {
		x, y = y, x
	}
	return func() {
		for half := range out {
			for limb, z := range out[half] {
				copy(z, x[half][limb])
				if half < len(y) {
					addTo(z, y[half][limb], op.moduli[limb].q)
				}
			}
		}
	}
}

// difference is x - y.
type difference struct{ moduli []modulus }

func (op *difference) bind(_ *worker, in []ciphertext, out ciphertext) func() {
	return func() {
		for half := range out {
			for limb, z := range out[half] {
				clear(z)
				if half < len(in[0]) {
					copy(z, in[0][half][limb])
				}
				if half < len(in[1]) {
					subFrom(z, in[1][half][limb], op.moduli[limb].q)
				}
			}
		}
	}
}

func subFrom(z, x []uint64, q uint64) {
	for j := range z {
		z[j] = sub(z[j], x[j], q)
	}
}

// multiply is the product of two ciphertexts, of degree 2.
type multiply struct{ moduli []modulus }

func (op *multiply) bind(_ *worker, in []ciphertext, out ciphertext) func() {
	x, y := in[0], in[1]
	return func() {
		for limb := range out[0] {
			product(out[0][limb], out[1][limb], out[2][limb], x[0][limb], x[1][limb], y[0][limb], y[1][limb], op.moduli[limb])
		}
	}
}

// rescale divides by the operand's highest modulus and rounds.
type rescale struct{ ring *ring.Ring }

func (op *rescale) bind(w *worker, in []ciphertext, out ciphertext) func() {
	scratch := ring.Poly{Coeffs: w.arena.poly(op.ring.N(), op.ring.Level()+1)}
	return func() {
		for half := range out {
			op.ring.DivRoundByLastModulusNTT(ring.Poly{Coeffs: in[0][half]}, scratch, ring.Poly{Coeffs: out[half]})
		}
	}
}
