package packing

import (
	"slices"

	"hecc/ir/he"
)

// split writes diagonals as baby steps and giant steps where that is cheaper: with n1
// baby steps, the rotation of diagonal k is the baby step k mod n1 after the giant step
// k - k mod n1. It returns the cheapest operation and its cost.
func split(diags []diagonal, argOf func(operand, ct int) int, r Ring, limbs int) (he.Linear, float64) {
	direct := giantSteps(diags, argOf, len(diags))
	best, cost := direct, r.linearCost(direct, limbs)
	for n1 := 2; n1 < len(diags); n1 *= 2 {
		op := giantSteps(diags, argOf, n1)
		if c := r.linearCost(op, limbs); c < cost {
			best, cost = op, c
		}
	}
	return best, cost
}

// giantSteps builds the operation with n1 baby steps for each operand. A rotation that is
// no sum of the giant step and the baby step of its place stays a baby step.
func giantSteps(diags []diagonal, argOf func(operand, ct int) int, n1 int) he.Linear {
	var op he.Linear
	for len(diags) > 0 {
		group := sameArg(diags)
		first, arg := group[0].rotation, argOf(group[0].operand, group[0].ct)
		for k, d := range group {
			slots := len(d.values)
			baby, giant := d.rotation, 0
			if base := group[k-k%n1].rotation; k >= n1 {
				g := (base - first) & (slots - 1)
				if b := group[k%n1].rotation; (b+g)&(slots-1) == d.rotation {
					baby, giant = b, g
				}
			}
			op.Terms = append(op.Terms, he.Term{Arg: arg, Baby: baby, Giant: giant, Diag: rotate(d.values, -giant)})
		}
		diags = diags[len(group):]
	}
	return op
}

// sameArg is the run of diagonals of the first one's ciphertext.
func sameArg(diags []diagonal) []diagonal {
	n := slices.IndexFunc(diags, func(d diagonal) bool {
		return d.operand != diags[0].operand || d.ct != diags[0].ct
	})
	if n < 0 {
		return diags
	}
	return diags[:n]
}

// rotate moves slot t+by to slot t.
func rotate(v he.Plain, by int) he.Plain {
	if by == 0 {
		return v
	}
	out := make(he.Plain, len(v))
	for t := range out {
		out[t] = v[(t+by)&(len(v)-1)]
	}
	return out
}

func (r Ring) linearCost(op he.Linear, limbs int) float64 {
	return r.Op(&he.Value{Op: op, Degree: 1}, limbs)
}
