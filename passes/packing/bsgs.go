package packing

import (
	"slices"

	"hecc/ir/he"
)

// babyGiant splits diagonals into baby steps and giant steps where that is cheaper: with n1 baby steps, the
// rotation of diagonal k is the sum of baby step k mod n1 and giant step k - k mod n1. It returns the
// cheapest operation and its cost.
func babyGiant(m *he.Matrix, argOf func(part, ct int) int, r Ring, limbs int) (he.Linear, float64) {
	if len(m.Diagonals) == 0 { // the result of a zero map must be a ciphertext too
		zero := he.Linear{Terms: []he.Term{{Diag: he.Plain{0}}}}
		return zero, r.linearCost(zero, limbs)
	}
	direct := giantSteps(m, argOf, len(m.Diagonals))
	best, cost := direct, r.linearCost(direct, limbs)
	for n1 := 2; n1 < len(m.Diagonals); n1 *= 2 {
		op := giantSteps(m, argOf, n1)
		if c := r.linearCost(op, limbs); c < cost {
			best, cost = op, c
		}
	}
	return best, cost
}

// babyGiant is the cheapest operation for a family's diagonals. Those of images are also split at each power of
// two: rotations by less, forwards or backwards, are baby steps. At 1, all are giant steps.
func (f family) babyGiant(m *he.Matrix, argOf func(part, ct int) int, r Ring, limbs int) (he.Linear, float64) {
	best, cost := babyGiant(m, argOf, r, limbs)
	if !f.image || len(m.Diagonals) == 0 {
		return best, cost
	}
	for at := 1; at < m.Parts[0].In.Slots; at *= 2 {
		op := splitAt(m, argOf, at)
		if c := r.linearCost(op, limbs); c < cost {
			best, cost = op, c
		}
	}
	return best, cost
}

// splitAt builds the operation whose baby steps are from -at/2 up to at/2 and whose giant steps are multiples of at.
func splitAt(m *he.Matrix, argOf func(part, ct int) int, at int) he.Linear {
	var op he.Linear
	slots := m.Parts[0].In.Slots
	for k, d := range m.Diagonals {
		baby := (d.Rotation+at/2)&(at-1) - at/2
		giant := (d.Rotation - baby) & (slots - 1)
		op.Terms = append(op.Terms, he.Term{Arg: argOf(d.Part, d.Ct), Baby: baby & (slots - 1), Giant: giant, Diag: he.Diagonal{Of: m, Index: k, Shift: giant}})
	}
	return op
}

// giantSteps builds the operation with n1 baby steps for each operand. A rotation that is not the sum of its
// giant step and its baby step stays a baby step.
func giantSteps(m *he.Matrix, argOf func(part, ct int) int, n1 int) he.Linear {
	var op he.Linear
	mask := m.Parts[0].In.Slots - 1
	for diags := m.Diagonals; len(diags) > 0; {
		group := sameCiphertext(diags)
		first, arg := group[0].Rotation, argOf(group[0].Part, group[0].Ct)
		for k, d := range group {
			baby, giant := d.Rotation, 0
			if base := group[k-k%n1].Rotation; k >= n1 {
				g := (base - first) & mask
				if b := group[k%n1].Rotation; (b+g)&mask == d.Rotation {
					baby, giant = b, g
				}
			}
			op.Terms = append(op.Terms, he.Term{Arg: arg, Baby: baby, Giant: giant, Diag: he.Diagonal{Of: m, Index: len(op.Terms), Shift: giant}})
		}
		diags = diags[len(group):]
	}
	return op
}

// sameCiphertext is the leading run of diagonals that read the same ciphertext.
func sameCiphertext(diags []he.RotatedOperand) []he.RotatedOperand {
	n := slices.IndexFunc(diags, func(d he.RotatedOperand) bool { return d.Part != diags[0].Part || d.Ct != diags[0].Ct })
	if n < 0 {
		return diags
	}
	return diags[:n]
}

func (r Ring) linearCost(op he.Linear, limbs int) float64 {
	return r.Op(&he.Value{Op: op, Degree: 1}, limbs)
}
