package memory

import (
	"fmt"

	"hecc/ir/he"
	"hecc/ir/params"
)

// constants counts the bytes of a model's constants, operation by operation. Sums that several operations
// read alike have one table.
type constants struct {
	params    *params.Params
	processor Processor
	forms     *Forms
	divisions he.Divisions
	shared    map[string]bool
	bytes     int64
}

// modelBytes is the memory of what no key touches.
func modelBytes(c *he.Circuit, processor Processor, forms *Forms, matrices map[int]*Matrix) int64 {
	k := &constants{params: c.Params, processor: processor, forms: forms, divisions: c.Divisions(), shared: map[string]bool{}}
	covered := map[*he.Value]bool{}
	for _, m := range matrices {
		k.matrix(m)
		for _, v := range m.Covers() {
			covered[v] = true
		}
	}
	for _, v := range c.Values {
		if !covered[v] {
			k.add(v)
		}
	}
	k.rings()
	k.polys(len(c.KeysNeeded().Rotations)) // a permutation for each
	return k.bytes
}

func (k *constants) add(v *he.Value) {
	switch op := v.Op.(type) {
	case he.Linear:
		_, giants := op.Rotations()
		switch {
		case op.IsElementwise():
			k.vectors(v, op.HasNumbers(), len(op.Terms))
		case len(giants) > 0:
			k.stepped(v, op)
		default:
			k.onePass(v, op)
		}
	case he.Fold:
		k.rotations(v.Level, op.Steps)
	case he.Relin:
		k.once(fmt.Sprint("relin", v.Level), func() { k.sum([]int{RelinKey}, v.Level, 2) })
	case he.MulPlain:
		_, number := he.Number(op.Plain)
		k.vectors(v, number, 1)
	case he.AddPlain:
		_, number := he.Number(op.Plain)
		k.vectors(v, number, 1)
	}
}

// polys counts polynomials modulo one prime.
func (k *constants) polys(n int) { k.bytes += 8 * int64(k.params.N()) * int64(n) }

// table counts where a sum reads: four bytes for each column of each block of eight coefficients.
func (k *constants) table(columns int) { k.bytes += int64(k.params.N()) / 2 * int64(columns) }

// once counts what has a name the first time only.
func (k *constants) once(name string, count func()) {
	if !k.shared[name] {
		k.shared[name] = true
		count()
	}
}

// limbs is the number of primes of Q to a level and of P.
func limbs(p *params.Params, level int) int { return level + 1 + len(p.P) }

// vectors counts plaintexts modulo Q, which are vectors unless all are numbers.
func (k *constants) vectors(v *he.Value, numbers bool, plains int) {
	if !numbers {
		k.polys(plains * (v.Level + 1))
	}
}

// sum counts the tables of a sum over keys that adds so many polynomials as they are.
func (k *constants) sum(keys []int, level, plains int) {
	k.table(k.params.Digits(level)*len(keys) + plains)
}

// rotations counts the tables of a sum of rotations of one operand.
func (k *constants) rotations(level int, steps []int) {
	k.once(fmt.Sprint("rotations", steps, level), func() {
		for _, chunk := range k.forms.Chunks(steps) {
			plains := len(chunk)
			for _, by := range chunk {
				if by == 0 {
					plains++ // the other half
				}
			}
			k.sum(k.forms.KeysOf(chunk), level, plains)
		}
	})
}

// onePass counts a Linear without giant steps: diagonals modulo QP where a key is held times the diagonal, and
// once more modulo what the half has that no key touches.
func (k *constants) onePass(v *he.Value, op he.Linear) {
	fused, rotated := 0, 0
	for _, t := range op.Terms {
		switch {
		case t.Baby == 0:
			fused++
		case k.forms.HoldsProduct(v, t.Baby):
			fused++
			rotated++
		default:
			k.polys(limbs(k.params, v.Level))
			k.once(fmt.Sprint("alone", t.Baby, v.Level), func() { k.table(k.params.Digits(v.Level) + 1) })
		}
	}
	columns := 2*fused - rotated
	k.table(columns + rotated*k.params.Digits(v.Level))
	half := v.Level + 1
	if k.divisions.ReadBy(v) {
		half = limbs(k.params, v.Level)
	}
	k.polys(columns*half + rotated*limbs(k.params, v.Level))
}

// stepped counts a Linear by baby steps and giant steps: all diagonals modulo QP, or modulo Q where no baby step
// rotates.
func (k *constants) stepped(v *he.Value, op he.Linear) {
	plain := op.OnlyGiants() && !k.divisions.ReadBy(v)
	if plain {
		k.polys(len(op.Terms) * (v.Level + 1))
	} else {
		k.polys(len(op.Terms) * limbs(k.params, v.Level))
	}
	babies := map[[2]int]bool{}
	for _, t := range op.Terms {
		if baby := [2]int{t.Arg, t.Baby}; !plain && !babies[baby] {
			babies[baby] = true
			k.rotations(v.Level, []int{t.Baby})
		}
		if t.Giant != 0 {
			k.once(fmt.Sprint("giant", t.Giant, v.Level), func() { k.sum(k.forms.KeysOf([]int{t.Giant}), v.Level, 0) })
		}
	}
}

// matrix counts numbers: each once in the narrow arithmetic, and for every lane otherwise.
func (k *constants) matrix(m *Matrix) {
	rows, terms := len(m.Rows), len(m.Operands)
	for _, q := range k.params.Q[:m.Rows[0].Level+1] {
		words := lanes * rows * terms
		if k.processor.Narrow(q) {
			words = (rows + matrixRows - 1) / matrixRows * matrixRows * terms
		}
		k.bytes += 8 * int64(words)
	}
}

// rings counts the roots of unity of every prime, forward and back.
func (k *constants) rings() {
	for _, list := range [][]uint64{k.params.Q, k.params.P} {
		for _, q := range list {
			k.bytes += ringBytes(k.params) + 8*2*int64(k.processor.twiddles(k.params.N(), q))
		}
	}
}

// ringBytes is the memory of the ring library's roots for one prime, forward and back.
func ringBytes(p *params.Params) int64 { return 8 * int64(p.NthRoot()) }
