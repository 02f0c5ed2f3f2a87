package eval

import (
	"context"
	"fmt"

	"github.com/tuneinsight/lattigo/v5/ring"

	"hecc/backend/lattigo/encoding"
	"hecc/backend/lattigo/kernel"
	"hecc/ir/he"
	"hecc/ir/memory"
	"hecc/ir/plan"
)

// operation is one value of the circuit with its constants. Read only once built.
type operation interface {
	// bind fixes operands and result to the buffers of a worker; in has the operands with exactly the limbs
	// that the operation reads. The steps it returns do the work, in this order.
	bind(w *worker, in []ciphertext, out ciphertext) []taskSet
}

// builder turns the circuit's values into operations.
type builder struct {
	chain          *chain
	encoder        *encoding.Encoder
	slots          int // of the circuit
	lanes          int
	perms          map[int][]uint64 // by the circuit's rotation
	permOf         [][]uint64       // by key
	forms          *memory.Forms
	divisions      he.Divisions
	held           map[string]int
	sessionWeights []*sessionWeights
	shared         map[string][]*table
	bytes          int64 // of constants so far
}

func newBuilder(p *plan.Plan, c *chain, forms *memory.Forms) (*builder, error) {
	b := &builder{
		chain:     c,
		encoder:   encoding.New(&p.Interface.Params),
		slots:     p.Circuit.Slots,
		lanes:     p.Interface.Lanes,
		perms:     map[int][]uint64{0: nil},
		forms:     forms,
		divisions: p.Circuit.Divisions(),
		held:      map[string]int{},
		shared:    map[string][]*table{},
	}
	if p.Interface.Keys.Relin != he.NoKey {
		b.permOf = append(b.permOf, nil)
	}
	for _, k := range p.Interface.Keys.Rotations {
		perm, err := c.Permutation(k.By)
		if err != nil {
			return nil, err
		}
		b.perms[k.By/b.lanes] = perm
		b.permOf = append(b.permOf, perm)
		b.bytes += 8 * int64(len(perm))
	}
	return b, nil
}

// words makes room for constants and counts it.
func (b *builder) words(n int) []uint64 {
	b.bytes += 8 * int64(n)
	return make([]uint64, n)
}

// operation builds one value; nil if another operation computes it.
func (b *builder) operation(ctx context.Context, v *he.Value) (operation, error) {
	switch op := v.Op.(type) {
	case he.Input:
		return &input{index: op.Index, rings: b.chain.Rings, level: v.Level}, nil
	case he.Linear:
		return b.linear(ctx, v, op)
	case he.Fold:
		return b.fold(v, op)
	case he.Relin:
		return b.relinearise(v)
	case he.Add:
		return &addition{b.chain.q}, nil
	case he.Sub:
		return newDifference(b.chain.q[:v.Level+1]), nil
	case he.Mul:
		return &multiply{b.chain.q}, nil
	case he.MulPlain:
		return b.weightedSum(ctx, v, []he.Plaintext{op.Plain})
	case he.AddPlain:
		return b.addPlain(v, op.Plain), nil
	case he.Rescale:
		if b.divisions[v.ID].KeySwitch != nil {
			return nil, nil
		}
		return b.rescale(v.Level), nil
	}
	return nil, fmt.Errorf("no kernel for %s", v.Op.Name())
}

// subringsQP lists the subrings of Q to a level, then those of P.
func (b *builder) subringsQP(level int) []*ring.SubRing {
	q := b.chain.RingQ.SubRings[:level+1]
	return append(q[:len(q):len(q)], b.chain.Special()...)
}

// encode gives numbers at a scale in Montgomery form modulo each of the subrings.
func (b *builder) encode(plain he.Plaintext, scale float64, subrings []*ring.SubRing) poly {
	out := make(poly, len(subrings))
	for i := range out {
		out[i] = make([]uint64, b.chain.N())
	}
	values := plain.Dense(make([]float64, b.slots))
	if len(values) == 1 {
		for i, s := range subrings {
			fill(out[i], encodeScalar(values[0]*scale, kernel.NewModulus(s)))
		}
		return out
	}
	b.encoder.Encode(inLanes(values, b.lanes), scale, subrings, out)
	for i, s := range subrings {
		s.MForm(out[i], out[i])
	}
	return out
}

// encodeQP encodes modulo Q to a level and P.
func (b *builder) encodeQP(plain he.Plaintext, scale float64, level int) poly {
	return b.encode(plain, scale, b.subringsQP(level))
}

// encodeScalar is a constant modulo q in Montgomery form.
func encodeScalar(x float64, m kernel.Modulus) uint64 {
	return m.Montgomery(encoding.Residue(x, m.Q()))
}

// inLanes repeats the number of each slot for every sample.
func inLanes(values []float64, lanes int) []float64 {
	if lanes == 1 {
		return values
	}
	out := make([]float64, 0, len(values)*lanes)
	for _, x := range values {
		for range lanes {
			out = append(out, x)
		}
	}
	return out
}

func fill(v []uint64, x uint64) {
	for i := range v {
		v[i] = x
	}
}
