package eval

import (
	"fmt"

	"github.com/tuneinsight/lattigo/v5/ring"

	"hecc/ir/he"
)

// stepped is a Linear by baby steps and giant steps,
//
//	Σ_g rot(Σ_b D_{g,b} · rot(x, b), g)
//
// all modulo QP: every baby rotation once, then for each giant step a weighted sum of them,
// whose second half alone is divided by P to be decomposed again. One division by P at the end.
type stepped struct {
	level  int
	moduli []modulus // Q to the level, then P
	babies []baby
	giants []giant
}

// baby is one rotation of one operand.
type baby struct {
	arg    int
	tables []*table
}

// giant is one inner sum and its rotation.
type giant struct {
	babies  []int      // which of them it sums
	weights [][]uint64 // for each limb modulo QP, as dot takes them
	perm    []uint64   // nil for giant step 0, which rotates nothing
	tables  []*table   // of the key alone
}

func (b *builder) stepped(v *he.Value, op he.Linear) operation {
	out := &stepped{level: v.Level, moduli: b.moduliQP(v.Level)}
	index := map[[2]int]int{} // of a baby, by operand and rotation
	var steps []int
	terms := map[int][]he.Term{}
	for _, t := range op.Terms {
		key := [2]int{t.Arg, t.Baby}
		if _, ok := index[key]; !ok {
			index[key] = len(out.babies)
			out.babies = append(out.babies, baby{t.Arg, b.foldTables(v.Level, []int{t.Baby})})
		}
		if terms[t.Giant] == nil {
			steps = append(steps, t.Giant)
		}
		terms[t.Giant] = append(terms[t.Giant], t)
	}
	for _, by := range steps {
		g := b.giant(v, by, terms[by])
		for _, t := range terms[by] {
			g.babies = append(g.babies, index[[2]int{t.Arg, t.Baby}])
		}
		out.giants = append(out.giants, g)
	}
	return out
}

// giant prepares the inner sum of some terms and its rotation.
func (b *builder) giant(v *he.Value, by int, terms []he.Term) giant {
	g := giant{perm: b.perms[by], weights: b.weightsQP(v, terms)}
	if by != 0 {
		g.tables = b.share(fmt.Sprint("giant", v.Level, by), func() []*table {
			return b.newTables(v.Level, b.columns(b.rotation[by], v.Level, 0, b.perms[by], nil))
		})
	}
	return g
}

// weightsQP encodes the diagonals of one inner sum.
func (b *builder) weightsQP(v *he.Value, terms []he.Term) [][]uint64 {
	subrings := b.subringsQP(v.Level)
	weights := make([][]uint64, len(subrings))
	for limb := range weights {
		weights[limb] = make([]uint64, len(terms)*b.rings.N())
	}
	parallel(len(terms), func(e int) {
		t := terms[e]
		encoded := b.encode(&plaintext{t.Diag, v.Scale / v.In[t.Arg].Scale}, subrings)
		for limb := range encoded {
			interleave(weights[limb], encoded[limb], e, len(terms))
		}
	})
	return weights
}

// bind lays out the babies' rotations, one inner sum, and the accumulator, all modulo QP.
func (op *stepped) bind(w *worker, in []ciphertext, out ciphertext) func() {
	run := &steppedRun{op: op, w: w, out: out, acc: w.pairQP(op.level), inner: w.pairQP(op.level)}
	for _, x := range in {
		run.args = append(run.args, newSources(w, op.level, []poly{x[1]}, []poly{x[0], x[1]}))
	}
	for range op.babies {
		run.rotated = append(run.rotated, w.pairQP(op.level))
	}
	for _, g := range op.giants {
		run.src = append(run.src, run.pick(g))
	}
	run.again = newSources(w, op.level, []poly{nil}, nil)
	run.low = w.arena.poly(w.rings.N(), op.level+1)
	return run.run
}

// steppedRun is a stepped operation on one worker's buffers.
type steppedRun struct {
	op         *stepped
	w          *worker
	args       []*sources
	rotated    [][2]poly
	src        [][2][]poly // for each giant step, half and limb: its babies
	acc, inner [2]poly
	again      *sources // of a giant step's inner sum
	low        poly
	out        ciphertext
}

// pick lists what an inner sum reads, by half and limb.
func (r *steppedRun) pick(g giant) (src [2][]poly) {
	for half := range src {
		for limb := range r.acc[half] {
			var terms poly
			for _, k := range g.babies {
				terms = append(terms, r.rotated[k][half][limb])
			}
			src[half] = append(src[half], terms)
		}
	}
	return src
}

func (r *steppedRun) run() {
	for _, s := range r.args {
		s.load(r.w)
	}
	for k, b := range r.op.babies {
		r.args[b.arg].gather(b.tables, r.rotated[k], false)
	}
	for half := range r.acc {
		for limb := range r.acc[half] {
			clear(r.acc[half][limb])
		}
	}
	for i := range r.op.giants {
		r.giant(i)
	}
	modDown(r.w, r.op.level, r.acc, r.out)
}

// giant computes an inner sum and adds its rotation to the accumulator.
func (r *steppedRun) giant(i int) {
	g, moduli := r.op.giants[i], r.op.moduli
	for half := range r.inner {
		for limb, m := range moduli {
			dot(r.inner[half][limb], r.src[i][half][limb], g.weights[limb], m)
		}
	}
	for limb, m := range moduli {
		addPermuted(r.acc[0][limb], r.inner[0][limb], g.perm, m.q)
		if g.perm == nil {
			addTo(r.acc[1][limb], r.inner[1][limb], m.q)
		}
	}
	if g.perm != nil {
		r.switchInner()
		r.again.gather(g.tables, r.acc, true)
	}
}

// switchInner divides the inner sum's second half by P and decomposes it.
func (r *steppedRun) switchInner() {
	qp := polyQP(r.inner[1], r.op.level)
	r.w.extender.ModDownQPtoQNTT(r.op.level, r.w.rings.LevelP(), qp.Q, qp.P, ring.Poly{Coeffs: r.low})
	r.again.decomposed[0] = r.low
	r.again.load(r.w)
}

func addPermuted(z, x, perm []uint64, q uint64) {
	for j := range z {
		z[j] = add(z[j], x[permuted(perm, j)], q)
	}
}
