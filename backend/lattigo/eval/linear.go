package eval

import (
	"context"
	"fmt"

	"hecc/backend/lattigo/kernel"
	"hecc/ir/he"
)

// linear is a Linear without giant steps: one decomposition of each operand, passes over tables, one division
// by P. The keys of some rotations are held times their diagonals, and these are one pass. For the others,
// and of what no key touches, the diagonals are the model's.
type linear struct {
	ending
	rings     []*kernel.Ring // Q to the level, then P
	tables    []*table       // of held products, and of halves that no key touches
	babySteps []babyStep     // of the other terms
	weights   [][]uint64     // their diagonals, for each limb modulo QP, as GatherDot takes them
}

// linear chooses the kernel for a Linear.
func (b *builder) linear(ctx context.Context, v *he.Value, op he.Linear) (operation, error) {
	if op.IsElementwise() {
		plains := make([]he.Plaintext, len(op.Terms))
		one := *v
		one.In = nil
		for i, t := range op.Terms {
			plains[i] = t.Diag
			one.In = append(one.In, v.In[t.Arg])
		}
		w, err := b.weightedSum(ctx, &one, plains)
		return &selection{w, op.Terms}, err
	}
	if _, giants := op.Rotations(); len(giants) > 0 {
		return b.stepped(ctx, v, op)
	}
	return b.oneStep(ctx, v, op)
}

func (b *builder) oneStep(ctx context.Context, v *he.Value, op he.Linear) (operation, error) {
	out := &linear{ending: b.ending(v), rings: b.chain.qp(v.Level)}
	var fused, rest []he.Term
	for _, t := range op.Terms {
		if t.Baby == 0 || b.forms.HoldsProduct(v, t.Baby) {
			fused = append(fused, t)
		} else {
			rest = append(rest, t)
		}
	}
	var err error
	if out.tables, err = b.fuse(ctx, v, fused); err != nil {
		return nil, err
	}
	for _, t := range rest {
		tables, err := b.rotationAlone(v.Level, t.Baby)
		if err != nil {
			return nil, err
		}
		out.babySteps = append(out.babySteps, babyStep{t.Arg, tables})
	}
	out.weights, err = b.weightsModulo(ctx, v, rest, out.rings)
	return out, err
}

// rotationAlone is the table of one rotation by a key that is held alone: sources are the digits of the
// operand and c0.
func (b *builder) rotationAlone(level, by int) ([]*table, error) {
	return b.sharedTables(fmt.Sprint("alone", by, level), func() ([]*table, error) {
		c0 := plain{source: b.chain.Params.Digits(level), perm: b.perms[by]}
		t, err := b.heldTable(b.alone(b.forms.Key(by)), level, []plain{c0})
		return []*table{t}, err
	})
}

// fuse makes the tables of terms whose keys are held times their diagonals. Sources are the digits of each
// operand's c1, then every c0, then every c1.
func (b *builder) fuse(ctx context.Context, v *he.Value, terms []he.Term) (tables []*table, err error) {
	digits, args := b.chain.Params.Digits(v.Level), len(v.In)
	encoded := make([]poly, len(terms))
	err = parallel(ctx, len(terms), func(e int) error {
		encoded[e] = b.encodeQP(terms[e].Diag, v.Scale/v.In[terms[e].Arg].Scale, v.Level)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for first := 0; first < len(terms); first += kernel.MaxProducts {
		end := min(first+kernel.MaxProducts, len(terms))
		t, err := b.halves(v, terms[first:end], encoded[first:end], args*digits)
		if err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	var members []member
	for e, t := range terms {
		if t.Baby != 0 {
			members = append(members, member{b.forms.Key(t.Baby), t.Arg, b.perms[t.Baby], b.divideByP(encoded[e])})
		}
	}
	for most := kernel.MaxProducts / digits; len(members) > 0; members = members[min(most, len(members)):] {
		t, err := b.heldTable(b.hold(v.Level, members[:min(most, len(members))]), v.Level, nil)
		if err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	return tables, nil
}

// halves is the table of the halves that no key touches: c0 of each term, and c1 of those that are not
// rotated. The sources c0 begin at first, one for each operand, and then those of c1.
func (b *builder) halves(v *he.Value, terms []he.Term, encoded []poly, first int) (*table, error) {
	var perms [][]uint64
	var sources []int
	var diagonals []poly
	c := kernel.Columns{}
	for e, t := range terms {
		perms, sources, diagonals = append(perms, b.perms[t.Baby]), append(sources, first+t.Arg), append(diagonals, encoded[e])
		c.First++
	}
	for e, t := range terms {
		if t.Baby == 0 {
			perms, sources, diagonals = append(perms, nil), append(sources, first+len(v.In)+t.Arg), append(diagonals, encoded[e])
			c.Second++
		}
	}
	table, err := b.newTable(v.Level, c, perms, sources, nil)
	if err != nil {
		return nil, err
	}
	rings := table.rings[:table.levels]
	if b.divisions.ReadBy(v) {
		rings = table.rings
	}
	for limb, r := range rings {
		weights := b.words(b.chain.N() * len(diagonals))
		for e, diag := range diagonals {
			packed := append([]uint64(nil), diag[limb]...)
			r.ToWeights(packed)
			kernel.Interleave(weights, packed, e, len(diagonals))
		}
		table.weights = append(table.weights, weights)
	}
	return table, nil
}

// divideByP divides a diagonal by P modulo Q: see keyswitch.go. It changes its operand.
func (b *builder) divideByP(diag poly) poly {
	for limb, r := range b.chain.q[:len(diag)-len(b.chain.p)] {
		multiplyBy(diag[limb], b.chain.inverseP[limb], r)
	}
	for _, limb := range diag {
		b.bytes += 8 * int64(len(limb))
	}
	return diag
}

func multiplyBy(x []uint64, factor uint64, r *kernel.Ring) {
	for j := range x {
		x[j] = r.Times(x[j], factor)
	}
}

func (op *linear) bind(w *worker, in []ciphertext, out ciphertext) []taskSet {
	var c0, c1 []poly
	for _, x := range in {
		c0, c1 = append(c0, x[0]), append(c1, x[1])
	}
	s := newSources(w, op.level, c1, append(c0, c1...))
	acc := w.sums(op.ending, out)
	steps := append(s.load(), w.gather(s.bind(op.tables), acc, false)...)
	if len(op.babySteps) > 0 {
		steps = append(steps, op.addBabies(w, s, acc))
	}
	return append(steps, w.end(op.ending, out, acc)...)
}

// addBabies adds the terms whose diagonals are the model's.
func (op *linear) addBabies(w *worker, s *sources, acc [2]poly) taskSet {
	var sums []boundTable
	for _, b := range op.babySteps {
		sums = append(sums, s.of(b.arg).bind(b.tables)...)
	}
	var tasks taskSet
	for limb, r := range op.rings {
		for part := range gatherParts {
			terms, scratch := make([]kernel.GatherInput, len(sums)), w.arena.block(r.GatherDotScratch(len(sums)))
			tasks = append(tasks, func() {
				w.gathered(terms, sums, limb)
				r.GatherDot(terms, op.weights[limb], kernel.GatherOutput{
					First: acc[0][limb], Second: acc[1][limb],
					PairsOnly: pairsOnly(sums, limb), Accumulate: len(op.tables) > 0, Part: part, Parts: gatherParts,
				}, scratch)
				clear(terms) // a worker that waits holds nobody's keys
			})
		}
	}
	return tasks
}

// selection reads the operand of each term for a weighted sum.
type selection struct {
	op    *weightedSum
	terms []he.Term
}

func (s *selection) bind(w *worker, in []ciphertext, out ciphertext) []taskSet {
	var picked []ciphertext
	for _, t := range s.terms {
		picked = append(picked, in[t.Arg])
	}
	return s.op.bind(w, picked, out)
}
