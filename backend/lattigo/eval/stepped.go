package eval

import (
	"context"
	"fmt"

	"hecc/backend/lattigo/kernel"
	"hecc/ir/he"
)

// stepped is a Linear by baby steps and giant steps,
//
//	Σ_g rot(Σ_b D_{g,b} · rot(x, b), g)
//
// all modulo QP: every baby rotation once, then for each giant step a weighted sum of them,
// whose second half alone is divided by P to be decomposed again. One division at the end.
type stepped struct {
	ending
	rings      []*kernel.Ring // Q to the level, then P
	babySteps  []babyStep
	giantSteps []giantStep
}

// babyStep is one rotation of one operand.
type babyStep struct {
	arg    int
	tables []*table
}

// giantStep is one inner sum and its rotation.
type giantStep struct {
	babySteps []int      // which of them it sums
	weights   [][]uint64 // for each limb modulo QP, as Dot takes them
	perm      []uint64   // nil for giant step 0, which rotates nothing
	tables    []*table   // of the key alone
}

func (b *builder) stepped(ctx context.Context, v *he.Value, op he.Linear) (operation, error) {
	out := &stepped{ending: b.ending(v), rings: b.chain.qp(v.Level)}
	index := map[[2]int]int{} // of a baby, by operand and rotation
	var steps []int
	terms := map[int][]he.Term{}
	for _, t := range op.Terms {
		key := [2]int{t.Arg, t.Baby}
		if _, ok := index[key]; !ok {
			tables, err := b.rotations(v.Level, []int{t.Baby})
			if err != nil {
				return nil, err
			}
			index[key] = len(out.babySteps)
			out.babySteps = append(out.babySteps, babyStep{t.Arg, tables})
		}
		if terms[t.Giant] == nil {
			steps = append(steps, t.Giant)
		}
		terms[t.Giant] = append(terms[t.Giant], t)
	}
	for _, by := range steps {
		g, err := b.giant(ctx, v, by, terms[by])
		if err != nil {
			return nil, err
		}
		for _, t := range terms[by] {
			g.babySteps = append(g.babySteps, index[[2]int{t.Arg, t.Baby}])
		}
		out.giantSteps = append(out.giantSteps, g)
	}
	return out, nil
}

// giant prepares the inner sum of some terms and its rotation.
func (b *builder) giant(ctx context.Context, v *he.Value, by int, terms []he.Term) (g giantStep, err error) {
	g.perm = b.perms[by]
	if g.weights, err = b.weightsQP(ctx, v, terms); err != nil || by == 0 {
		return g, err
	}
	g.tables, err = b.sharedTables(fmt.Sprint("giant", by, v.Level), func() ([]*table, error) {
		return b.tables(b.forms.KeysOf([]int{by}), v.Level, nil)
	})
	return g, err
}

// weightsQP encodes the diagonals of one inner sum.
func (b *builder) weightsQP(ctx context.Context, v *he.Value, terms []he.Term) ([][]uint64, error) {
	rings := b.chain.qp(v.Level)
	weights := make([][]uint64, len(rings))
	for limb := range weights {
		weights[limb] = b.words(len(terms) * b.chain.N())
	}
	return weights, parallel(ctx, len(terms), func(e int) error {
		t := terms[e]
		encoded := b.encodeQP(t.Diag, v.Scale/v.In[t.Arg].Scale, v.Level)
		for limb, r := range rings {
			r.ToWeights(encoded[limb])
			kernel.Interleave(weights[limb], encoded[limb], e, len(terms))
		}
		return nil
	})
}

// bind lays out the babies' rotations, one inner sum, and the accumulator, all modulo QP.
func (op *stepped) bind(w *worker, in []ciphertext, out ciphertext) []taskSet {
	run := &steppedRun{op: op, w: w, acc: w.sums(op.ending, out), inner: w.pairQP(op.level)}
	var loads [][]taskSet
	for _, x := range in {
		s := newSources(w, op.level, []poly{x[1]}, []poly{x[0], x[1]})
		run.args, loads = append(run.args, s), append(loads, s.load())
	}
	run.lowHalf = w.arena.poly(w.chain.N(), op.level+1)
	run.lowSources = newSources(w, op.level, []poly{run.lowHalf}, nil)
	run.permuted = w.arena.poly(w.chain.N(), len(op.rings))
	steps := together(loads...)
	var babies [][]taskSet
	for _, b := range op.babySteps {
		rotated := w.pairQP(op.level)
		run.rotated = append(run.rotated, rotated)
		babies = append(babies, w.gather(run.args[b.arg].bind(b.tables), rotated, false))
	}
	steps = append(steps, together(babies...)...)
	for i := range op.giantSteps {
		steps = append(steps, run.giant(i)...)
	}
	return append(steps, w.end(op.ending, out, run.acc)...)
}

// steppedRun is a stepped operation on one worker's buffers.
type steppedRun struct {
	op         *stepped
	w          *worker
	args       []*sources
	rotated    [][2]poly
	acc, inner [2]poly
	lowHalf    poly     // second half of an inner sum, divided by P
	lowSources *sources // of that
	permuted   poly
}

// pick lists what an inner sum reads, by half and limb.
func (r *steppedRun) pick(g giantStep) (src [2][]poly) {
	for half := range src {
		for limb := range r.acc[half] {
			var terms poly
			for _, k := range g.babySteps {
				terms = append(terms, r.rotated[k][half][limb])
			}
			src[half] = append(src[half], terms)
		}
	}
	return src
}

// giant computes an inner sum and adds its rotation to the accumulator, which the first one starts.
func (r *steppedRun) giant(i int) []taskSet {
	g, src := r.op.giantSteps[i], r.pick(r.op.giantSteps[i])
	var inner, add taskSet
	for limb, ring := range r.op.rings {
		for half, z := range [][]uint64{r.inner[0][limb], r.inner[1][limb]} {
			inner = append(inner, func() { ring.Dot(z, src[half][limb], g.weights[limb]) })
		}
		add = append(add, func() {
			if i == 0 {
				clear(r.acc[0][limb])
				clear(r.acc[1][limb])
			}
			ring.Add(r.acc[0][limb], r.acc[0][limb], permute(r.permuted[limb], r.inner[0][limb], g.perm))
			if g.perm == nil {
				ring.Add(r.acc[1][limb], r.acc[1][limb], r.inner[1][limb])
			}
		})
	}
	steps := []taskSet{inner, add}
	if g.perm == nil {
		return steps
	}
	down := r.w.divideInPlace(r.inner[1], r.w.chain.p, extensionKey{r.op.level, fromSpecial})
	steps = append(steps, down.modDown(r.lowHalf)...)
	steps = append(steps, r.lowSources.load()...)
	return append(steps, r.w.gather(r.lowSources.bind(g.tables), r.acc, true)...)
}

// permute writes x in another order to scratch, unless there is nothing to do.
func permute(scratch, x, perm []uint64) []uint64 {
	if perm == nil {
		return x
	}
	for j, from := range perm {
		scratch[j] = x[from]
	}
	return scratch
}
