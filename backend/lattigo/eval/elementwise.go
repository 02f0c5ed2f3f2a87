package eval

import (
	"context"

	"hecc/backend/lattigo/encoding"
	"hecc/backend/lattigo/kernel"
	"hecc/ir/he"
)

// weightedSum is Σ_e D_e · x_e slot by slot: a Linear without rotations, or a MulPlain of any
// degree. No key is switched.
type weightedSum struct {
	rings   []*kernel.Ring
	weights [][]uint64 // for each limb, as Dot takes them
}

func (b *builder) weightedSum(ctx context.Context, v *he.Value, plains []he.Plaintext) (*weightedSum, error) {
	op := &weightedSum{rings: b.chain.q[:v.Level+1]}
	if allScalars(plains) {
		op.setScalars(v, plains)
		return op, nil
	}
	return op, op.setVectors(ctx, b, v, plains)
}

func allScalars(plains []he.Plaintext) bool {
	for _, p := range plains {
		if _, ok := he.Number(p); !ok {
			return false
		}
	}
	return true
}

func (op *weightedSum) setScalars(v *he.Value, plains []he.Plaintext) {
	for _, r := range op.rings {
		var weights []uint64
		for e, p := range plains {
			x, _ := he.Number(p)
			weights = append(weights, kernel.Broadcast(encodeScalar(x*(v.Scale/v.In[e].Scale), r.Modulus))...)
		}
		r.ToWeights(weights)
		op.weights = append(op.weights, weights)
	}
}

func (op *weightedSum) setVectors(ctx context.Context, b *builder, v *he.Value, plains []he.Plaintext) error {
	for range op.rings {
		op.weights = append(op.weights, b.words(len(plains)*b.chain.N()))
	}
	subrings := b.chain.RingQ.SubRings[:v.Level+1]
	return parallel(ctx, len(plains), func(e int) error {
		encoded := b.encode(plains[e], v.Scale/v.In[e].Scale, subrings)
		for i, limb := range encoded {
			op.rings[i].ToWeights(limb)
			kernel.Interleave(op.weights[i], limb, e, len(plains))
		}
		return nil
	})
}

func (op *weightedSum) bind(w *worker, in []ciphertext, out ciphertext) []taskSet {
	src := make([][]poly, len(out)) // by half, limb, term
	for half := range src {
		src[half] = make([]poly, len(op.rings))
		for limb := range src[half] {
			for _, x := range in {
				term := w.zero // the half that an operand of degree 1 lacks
				if half < len(x) {
					term = x[half][limb]
				}
				src[half][limb] = append(src[half][limb], term)
			}
		}
	}
	return eachLimb(out, func(half, limb int, z []uint64) {
		op.rings[limb].Dot(z, src[half][limb], op.weights[limb])
	})
}

// addPlain is x + plaintext.
type addPlain struct {
	rings    []*kernel.Ring
	plain    poly            // not in Montgomery form; empty for a constant
	constant []kernel.Affine // adds it, for each limb
}

func (b *builder) addPlain(v *he.Value, plain he.Plaintext) *addPlain {
	op, p := &addPlain{rings: b.chain.q[:v.Level+1]}, plain.Dense(make([]float64, b.slots))
	for i, r := range op.rings {
		if len(p) == 1 {
			op.constant = append(op.constant, r.NewAffine(1, encoding.Residue(p[0]*v.Scale, r.Q())))
			continue
		}
		op.plain = append(op.plain, b.words(b.chain.N()))
		b.encoder.Encode(inLanes(p, b.lanes), v.Scale, b.chain.RingQ.SubRings[i:i+1], op.plain[i:i+1])
	}
	return op
}

func (op *addPlain) bind(_ *worker, in []ciphertext, out ciphertext) []taskSet {
	return eachLimb(out, func(half, limb int, z []uint64) {
		switch x, r := in[0][half][limb], op.rings[limb]; {
		case half > 0:
			copy(z, x)
		case op.plain == nil:
			r.Affine(z, x, op.constant[limb])
		default:
			r.Add(z, x, op.plain[limb])
		}
	})
}
