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
// whose second half alone is divided by P to be decomposed again. One division at the end. Where no baby step
// rotates, weighted sums are of the operands, and modulo Q.
type stepped struct {
	ending
	rings      []*kernel.Ring // Q to the level, then P
	babySteps  []babyStep
	giantSteps []giantStep
	plain      bool // no baby step rotates
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
	out := &stepped{ending: b.ending(v), rings: b.chain.qp(v.Level), plain: op.OnlyGiants() && !b.divisions.ReadBy(v)}
	index := map[[2]int]int{} // of a baby, by operand and rotation
	var steps []int
	terms := map[int][]he.Term{}
	for _, t := range op.Terms {
		key := [2]int{t.Arg, t.Baby}
		if _, ok := index[key]; !ok {
			var tables []*table
			if !out.plain {
				var err error
				if tables, err = b.rotations(v.Level, []int{t.Baby}); err != nil {
					return nil, err
				}
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
		g, err := b.giant(ctx, v, by, terms[by], out.innerRings())
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

// innerRings are those of the weighted sums.
func (op *stepped) innerRings() []*kernel.Ring {
	if op.plain {
		return op.rings[:op.level+1]
	}
	return op.rings
}

// giant prepares the inner sum of some terms, modulo some primes, and its rotation.
func (b *builder) giant(ctx context.Context, v *he.Value, by int, terms []he.Term, rings []*kernel.Ring) (g giantStep, err error) {
	g.perm = b.perms[by]
	if g.weights, err = b.weightsModulo(ctx, v, terms, rings); err != nil || by == 0 {
		return g, err
	}
	g.tables, err = b.sharedTables(fmt.Sprint("giant", by, v.Level), func() ([]*table, error) {
		return b.tables(b.forms.KeysOf([]int{by}), v.Level, nil)
	})
	return g, err
}

// weightsModulo encodes the diagonals of one inner sum, modulo Q or QP.
func (b *builder) weightsModulo(ctx context.Context, v *he.Value, terms []he.Term, rings []*kernel.Ring) ([][]uint64, error) {
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

// bind lays out the babies' rotations, some inner sums, and the accumulator.
func (op *stepped) bind(w *worker, in []ciphertext, out ciphertext) []taskSet {
	run := &steppedRun{op: op, w: w, acc: w.sums(op.ending, out)}
	for range min(he.InnerSums, len(op.giantSteps)) {
		run.inner = append(run.inner, w.pairQP(op.level))
	}
	run.lowHalf = w.arena.poly(w.chain.N(), op.level+1)
	run.lowSources = newSources(w, op.level, []poly{run.lowHalf}, nil)
	run.permuted = w.arena.poly(w.chain.N(), len(op.rings))
	steps := run.babies(in)
	for first := 0; first < len(op.giantSteps); first += len(run.inner) {
		group := op.giantSteps[first:min(first+len(run.inner), len(op.giantSteps))]
		steps = append(steps, run.innerSums(group))
		for k, g := range group {
			steps = append(steps, run.giant(g, run.inner[k], first+k == 0)...)
		}
	}
	return append(steps, w.end(op.ending, out, run.acc)...)
}

// steppedRun is a stepped operation on one worker's buffers.
type steppedRun struct {
	op         *stepped
	w          *worker
	rotated    [][2]poly // or operands, where no baby step rotates
	acc        [2]poly
	inner      [][2]poly // of some giant steps at a time
	lowHalf    poly      // second half of an inner sum, divided by P
	lowSources *sources  // of that
	permuted   poly
}

// babies rotates the operands.
func (r *steppedRun) babies(in []ciphertext) []taskSet {
	if r.op.plain {
		for _, b := range r.op.babySteps {
			r.rotated = append(r.rotated, [2]poly{in[b.arg][0], in[b.arg][1]})
		}
		return nil
	}
	var args []*sources
	var loads, babies [][]taskSet
	for _, x := range in {
		s := newSources(r.w, r.op.level, []poly{x[1]}, []poly{x[0], x[1]})
		args, loads = append(args, s), append(loads, s.load())
	}
	for _, b := range r.op.babySteps {
		rotated := r.w.pairQP(r.op.level)
		r.rotated = append(r.rotated, rotated)
		babies = append(babies, r.w.gather(args[b.arg].bind(b.tables), rotated, false))
	}
	return append(together(loads...), together(babies...)...)
}

// innerSums computes the inner sums of some giant steps, which share what they read.
func (r *steppedRun) innerSums(group []giantStep) (tasks taskSet) {
	most := 0
	for _, g := range group {
		most = max(most, len(g.babySteps))
	}
	for limb, ring := range r.op.innerRings() {
		var sums []kernel.DotSum
		for k, g := range group {
			for half := range r.acc {
				sum := kernel.DotSum{Out: r.inner[k][half][limb], Weights: g.weights[limb]}
				for _, b := range g.babySteps {
					sum.Sources = append(sum.Sources, r.rotated[b][half][limb])
				}
				sums = append(sums, sum)
			}
		}
		for part := range gatherParts {
			scratch := make([][]uint64, most)
			tasks = append(tasks, func() { ring.DotAll(sums, part, gatherParts, scratch) })
		}
	}
	return tasks
}

// giant adds the rotation of an inner sum to the accumulator, which the first one starts.
func (r *steppedRun) giant(g giantStep, inner [2]poly, first bool) []taskSet {
	var add taskSet
	for limb, ring := range r.op.rings {
		add = append(add, func() {
			if first {
				clear(r.acc[0][limb])
				clear(r.acc[1][limb])
			}
			if limb >= len(r.op.innerRings()) {
				return
			}
			ring.Add(r.acc[0][limb], r.acc[0][limb], permute(r.permuted[limb], inner[0][limb], g.perm))
			if g.perm == nil {
				ring.Add(r.acc[1][limb], r.acc[1][limb], inner[1][limb])
			}
		})
	}
	if g.perm == nil {
		return []taskSet{add}
	}
	steps := append([]taskSet{add}, r.lower(inner[1])...)
	steps = append(steps, r.lowSources.load()...)
	return append(steps, r.w.gather(r.lowSources.bind(g.tables), r.acc, true)...)
}

// lower writes the second half of an inner sum, divided by P, to where it is decomposed.
func (r *steppedRun) lower(half poly) []taskSet {
	if !r.op.plain {
		return r.w.divideInPlace(half, r.w.chain.p, extensionKey{r.op.level, fromSpecial}).modDown(r.lowHalf)
	}
	var tasks taskSet
	for limb, out := range r.lowHalf {
		tasks = append(tasks, func() { copy(out, half[limb]) })
	}
	return []taskSet{tasks}
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
