package eval

import (
	"hecc/backend/lattigo/encoding"
	"hecc/ir/he"
)

// weighted is Σ_e D_e · x_e slot by slot: a Linear without rotations, or a MulPlain of any
// degree. No key is switched.
type weighted struct {
	moduli  []modulus
	weights [][]uint64 // for each limb, as dot takes them
}

func (b *builder) weighted(v *he.Value, plains []he.Plain) *weighted {
	op := &weighted{moduli: b.moduliQP(v.Level)[:v.Level+1]}
	if allScalars(plains) {
		op.setScalars(v, plains)
	} else {
		op.setVectors(b, v, plains)
	}
	return op
}

func allScalars(plains []he.Plain) bool {
	for _, p := range plains {
		if len(p) != 1 {
			return false
		}
	}
	return true
}

func (op *weighted) setScalars(v *he.Value, plains []he.Plain) {
	for _, m := range op.moduli {
		w := make([]uint64, len(plains))
		for e, p := range plains {
			w[e] = encodeScalar(p[0]*(v.Scale/v.In[e].Scale), m)
		}
		op.weights = append(op.weights, w)
	}
}

func (op *weighted) setVectors(b *builder, v *he.Value, plains []he.Plain) {
	for range op.moduli {
		op.weights = append(op.weights, make([]uint64, len(plains)*b.rings.N()))
	}
	subrings := b.rings.RingQ.SubRings[:v.Level+1]
	parallel(len(plains), func(e int) {
		encoded := b.encode(&plaintext{plains[e], v.Scale / v.In[e].Scale}, subrings)
		for i, limb := range encoded {
			interleave(op.weights[i], limb, e, len(plains))
		}
	})
}

func (op *weighted) bind(_ *worker, in []ciphertext, out ciphertext) func() {
	src := make([][]poly, len(out)) // by half, limb, term
	for half := range src {
		src[half] = make([]poly, len(op.moduli))
		for limb := range src[half] {
			for _, x := range in {
				src[half][limb] = append(src[half][limb], x[half][limb])
			}
		}
	}
	return func() {
		for half := range out {
			for limb, m := range op.moduli {
				dot(out[half][limb], src[half][limb], op.weights[limb], m)
			}
		}
	}
}

// shift is x + plaintext.
type shift struct {
	moduli []modulus
	plain  poly // not in Montgomery form; a single number in each limb for a constant
}

func (b *builder) shift(v *he.Value, p he.Plain) *shift {
	op := &shift{moduli: b.moduliQP(v.Level)[:v.Level+1]}
	for i, m := range op.moduli {
		if len(p) == 1 {
			op.plain = append(op.plain, []uint64{encoding.Residue(p[0]*v.Scale, m.q)})
			continue
		}
		op.plain = append(op.plain, make([]uint64, b.rings.N()))
		b.encoder.Encode(p, v.Scale, b.rings.RingQ.SubRings[i:i+1], op.plain[i:i+1])
	}
	return op
}

func (op *shift) bind(_ *worker, in []ciphertext, out ciphertext) func() {
	return func() {
		for half := range out {
			for limb := range out[half] {
				copy(out[half][limb], in[0][half][limb])
			}
		}
		for limb, m := range op.moduli {
			addTo(out[0][limb], op.plain[limb], m.q)
		}
	}
}

// addTo adds a vector, or one number to all.
func addTo(z, x []uint64, q uint64) {
	if len(x) == 1 {
		for j := range z {
			z[j] = add(z[j], x[0], q)
		}
		return
	}
	for j := range z {
		z[j] = add(z[j], x[j], q)
	}
}
