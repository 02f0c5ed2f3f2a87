package detail

import (
	"slices"

	"hecc/ir/he"
	"hecc/ir/plan"
)

// Layout says how a value stands in slots.
type Layout struct {
	Of          string `json:"of"`          // input, output, or reads
	Node        int    `json:"node"`        // that reads it, by number; 0: none
	Layout      string `json:"layout"`      // as inspect prints it
	Ciphertexts int    `json:"ciphertexts"` // that it takes
	Slots       int    `json:"slots"`       // of a ciphertext that an element has
	Used        int    `json:"used"`        // slots of all ciphertexts that hold an element, repetitions included
}

// layoutsOf lists the input's, those that weights find their operands in, and the output's.
func layoutsOf(p *plan.Plan, d *Detail) []Layout {
	var out []Layout
	add := func(of string, node int, l he.Layout) {
		same := func(x Layout) bool { return x.Of == of && x.Node == node && x.Layout == l.String() }
		if !slices.ContainsFunc(out, same) {
			out = append(out, Layout{of, node, l.String(), l.Cts(), l.Slots, usedSlots(l)})
		}
	}
	add("input", 0, p.Circuit.Input)
	for _, v := range p.Circuit.Values {
		if terms := v.Op.Meaning().Terms; len(terms) > 0 {
			if diagonal, ok := terms[0].Diag.(he.Diagonal); ok { // the others are of the same matrix
				for k := range diagonal.Of.Parts {
					add("reads", d.Operations[v.ID].Node, diagonal.Of.Parts[k].In)
				}
			}
		}
	}
	add("output", 0, p.Circuit.Output)
	return out
}

func usedSlots(l he.Layout) (n int) {
	for ct := range l.Cts() {
		for _, e := range l.Elements(ct) {
			if e != he.Empty {
				n++
			}
		}
	}
	return n
}
