package he

import (
	"fmt"
	"slices"
)

// Linear is a sum of diagonals: Σ_g rot(Σ_b D_{g,b} · rot(x, b), g), where rot(x, r)
// moves slot t+r to slot t. Rotations of one operand share its decomposition (hoisting).
//
// Its diagonals are all diagonals of one Matrix, in their order; or Spreads for the same elements; or Plains.
type Linear struct{ Terms []Term }

func (Linear) Name() string        { return "linear" }
func (op Linear) Meaning() Meaning { return Meaning{Kind: Affine, Terms: op.Terms} }

// Rule: without rotations the degree is that of the operands; rotations take degree 1 only.
func (op Linear) Rule() Rule {
	r := Rule{Operands: Several, Takes: TakesOne, Gives: GivesOne, Level: LevelAtMost, Scale: ScaleByPlain}
	if op.IsElementwise() {
		r.Takes, r.Gives = TakesAny, GivesLargest
	}
	return r
}

func (op Linear) KeySwitches() KeySwitches {
	var k KeySwitches
	if op.IsElementwise() {
		return k // a shortcut for the many operands of a batch
	}
	babies, giants := op.Rotations()
	for _, b := range babies {
		k.Rotations = append(k.Rotations, b...)
	}
	k.Rotations = append(k.Rotations, giants...)
	return k
}

// Rotations lists the key switches of a Linear: the distinct non-zero babies of each
// operand, and the distinct non-zero giants.
func (op Linear) Rotations() (babies [][]int, giants []int) {
	var seenBaby []map[int]bool
	seenGiant := map[int]bool{0: true}
	for _, t := range op.Terms {
		for len(babies) <= t.Arg {
			babies = append(babies, nil)
			seenBaby = append(seenBaby, map[int]bool{0: true})
		}
		if !seenBaby[t.Arg][t.Baby] {
			seenBaby[t.Arg][t.Baby] = true
			babies[t.Arg] = append(babies[t.Arg], t.Baby)
		}
		if !seenGiant[t.Giant] {
			seenGiant[t.Giant] = true
			giants = append(giants, t.Giant)
		}
	}
	return babies, giants
}

// IsElementwise says whether a Linear needs no rotation.
func (op Linear) IsElementwise() bool {
	for _, t := range op.Terms {
		if t.Baby != 0 || t.Giant != 0 {
			return false
		}
	}
	return true
}

// OnlyGiants says whether a Linear rotates sums only, none of its operands.
func (op Linear) OnlyGiants() bool {
	return !slices.ContainsFunc(op.Terms, func(t Term) bool { return t.Baby != 0 })
}

// HasNumbers says whether every diagonal is one number.
func (op Linear) HasNumbers() bool {
	for _, t := range op.Terms {
		if _, ok := Number(t.Diag); !ok {
			return false
		}
	}
	return true
}

func (op Linear) Work(s Shape) []Pass {
	if op.IsElementwise() {
		polys := float64(len(op.Terms)) * s.halves()
		if op.HasNumbers() {
			return []Pass{singlePass(Use{Primitive: Combine, Basis: BasisQ, Polys: polys})}
		}
		return []Pass{singlePass(products(BasisQ, polys))}
	}
	babies, giants := op.Rotations()
	if len(giants) == 0 {
		return op.onePass(s, babies)
	}
	return op.stepped(s, babies, len(giants))
}

// onePass is the work of a Linear without giant steps: one pass over all diagonals.
func (op Linear) onePass(s Shape, babies [][]int) []Pass {
	work := []Pass{singlePass(modDown(2))}
	for _, b := range babies {
		if len(b) > 0 {
			work = append(work, singlePass(s.decompose()))
		}
	}
	rotated := 0
	for _, t := range op.Terms {
		if t.Baby != 0 {
			rotated++
		}
	}
	return append(work, singlePass(s.gather(rotated, 2*len(op.Terms)-rotated)...))
}

// stepped is the work of a Linear with giant steps: every baby step is computed separately, and each giant
// step takes a key switch. Where no baby step rotates, inner sums are modulo Q.
func (op Linear) stepped(s Shape, babies [][]int, giants int) []Pass {
	terms, steps := float64(len(op.Terms)), float64(giants)
	if op.OnlyGiants() {
		return []Pass{singlePass(modDown(2), products(BasisQ, 2*terms), products(BasisQP, 2*steps+3)),
			{steps, append([]Use{s.decompose()}, s.gather(1, 0)...)}}
	}
	work := []Pass{singlePass(modDown(2))}
	for range babies {
		work = append(work, singlePass(s.decompose()))
	}
	for _, b := range babies {
		work = append(work, Pass{float64(len(b)), s.gather(1, 1)}, singlePass(s.gather(0, 2)...))
	}
	diagonals := Use{Primitive: Multiply, Basis: BasisQP, Polys: 2 * terms, Stored: terms, Reads: op.innerReads()}
	work = append(work, singlePass(diagonals, products(BasisQP, 2*steps+3)))
	return append(work, Pass{steps, append([]Use{modDown(1), s.decompose()}, s.gather(1, 0)...)})
}

// InnerSums is how many inner sums of a Linear with giant steps are computed at once, so that they share what they
// read from memory.
const InnerSums = 4

// innerReads is how much the products of inner sums read from memory, each: a plaintext once for both halves, each half of
// a rotated operand once for the sums that are computed at once.
func (op Linear) innerReads() float64 {
	type operand struct{ sums, arg, baby int }
	order, read := map[int]int{}, map[operand]bool{}
	for _, t := range op.Terms {
		if _, ok := order[t.Giant]; !ok {
			order[t.Giant] = len(order)
		}
		read[operand{order[t.Giant] / InnerSums, t.Arg, t.Baby}] = true
	}
	terms := float64(len(op.Terms))
	return (terms + 2*float64(len(read))) / (2 * terms)
}

// matrix is that of the diagonals, or nil.
func (op Linear) matrix() *Matrix {
	if len(op.Terms) > 0 {
		if d, ok := op.Terms[0].Diag.(Diagonal); ok {
			return d.Of
		}
	}
	return nil
}

func (op Linear) check(slots, operands int) error {
	if len(op.Terms) == 0 || operands == 0 {
		return fmt.Errorf("has no terms")
	}
	used := make([]bool, operands)
	for _, t := range op.Terms {
		if t.Arg < 0 || t.Arg >= operands {
			return fmt.Errorf("term of operand %d of %d", t.Arg, operands)
		}
		used[t.Arg] = true
		if !inRange(t.Baby, slots) || !inRange(t.Giant, slots) {
			return fmt.Errorf("rotation (%d, %d) out of range", t.Baby, t.Giant)
		}
	}
	for k, ok := range used {
		if !ok {
			return fmt.Errorf("operand %d has no term", k)
		}
	}
	return op.checkDiagonals(slots)
}

// checkDiagonals checks each diagonal, and that all are of one kind.
func (op Linear) checkDiagonals(slots int) error {
	if m := op.matrix(); m != nil {
		return op.checkMatrix(m, slots)
	}
	for _, t := range op.Terms {
		if err := checkPlain(t.Diag, slots); err != nil {
			return err
		}
		first, spread := op.Terms[0].Diag.(Spread)
		if own, ok := t.Diag.(Spread); ok != spread || ok && !own.isLike(first) {
			return fmt.Errorf("diagonals of several kinds, or for several layouts")
		}
	}
	return nil
}

// checkMatrix compares the terms with the diagonals of the matrix.
func (op Linear) checkMatrix(m *Matrix, slots int) error {
	if err := m.check(slots); err != nil {
		return err
	}
	if len(op.Terms) != len(m.Diagonals) {
		return fmt.Errorf("%d terms for %d diagonals", len(op.Terms), len(m.Diagonals))
	}
	operand := map[int]RotatedOperand{}
	for k, t := range op.Terms {
		d, meets := t.Diag, m.Diagonals[k]
		if d != (Diagonal{m, k, t.Giant}) || meets.Rotation != (t.Baby+t.Giant)&(slots-1) {
			return fmt.Errorf("term %d is not diagonal %d of its matrix", k, k)
		}
		meets.Rotation = 0
		if first, ok := operand[t.Arg]; ok && first != meets {
			return fmt.Errorf("operand %d is two ciphertexts", t.Arg)
		}
		operand[t.Arg] = meets
	}
	return nil
}
