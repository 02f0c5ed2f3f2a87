package he

// Linear is a sum of diagonals: Σ_g rot(Σ_b D_{g,b} · rot(x, b), g), where rot(x, r)
// moves slot t+r to slot t. Rotations of one operand share its decomposition (hoisting).
//
// Its diagonals are those of one Matrix, all and in their order; or spread numbers for the same elements; or written down.
type Linear struct{ Terms []Term }

func (Linear) Name() string        { return "linear" }
func (op Linear) Meaning() Meaning { return Meaning{Kind: Affine, Terms: op.Terms} }

// Rule: where nothing is rotated the degree is that of the operands; rotating takes degree 1 only.
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
		return k // of many operands, in a batch: soon said
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
			return []Pass{once(Use{Primitive: Combine, Basis: BasisQ, Polys: polys})}
		}
		return []Pass{once(products(BasisQ, polys))}
	}
	babies, giants := op.Rotations()
	if len(giants) == 0 {
		return op.onePass(s, babies)
	}
	return op.stepped(s, babies, len(giants))
}

// onePass is the work of diagonals without giant steps: one pass over all of them.
func (op Linear) onePass(s Shape, babies [][]int) []Pass {
	work := []Pass{once(modDown(2))}
	for _, b := range babies {
		if len(b) > 0 {
			work = append(work, once(s.decompose()))
		}
	}
	rotated := 0
	for _, t := range op.Terms {
		if t.Baby != 0 {
			rotated++
		}
	}
	return append(work, once(s.gather(rotated, 2*len(op.Terms)-rotated)...))
}

// stepped is the work of diagonals with giant steps: every baby step on its own, and a key switch for each giant step.
func (op Linear) stepped(s Shape, babies [][]int, giants int) []Pass {
	terms, steps := float64(len(op.Terms)), float64(giants)
	work := []Pass{once(modDown(2))}
	for range babies {
		work = append(work, once(s.decompose()))
	}
	for _, b := range babies {
		work = append(work, Pass{float64(len(b)), s.gather(1, 1)}, once(s.gather(0, 2)...))
	}
	diagonals := Use{Primitive: Multiply, Basis: BasisQP, Polys: 2 * terms, Stored: terms, Reads: 2} // a plaintext and a rotated operand
	work = append(work, once(diagonals, products(BasisQP, 2*steps+3)))
	return append(work, Pass{steps, append([]Use{modDown(1), s.decompose()}, s.gather(1, 0)...)})
}
