// Package refusal says which layers of a network take which levels and bits of modulus, where no ring has enough for all.
package refusal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"hecc/ir/diag"
)

// Layer is a node on the deepest way through a network.
type Layer struct {
	Pos    diag.Pos
	What   string  // becomes of it, as "relu of degree 14"; empty: nothing else
	Levels int     // multiplications one after the other
	Bits   float64 // of modulus that these use up
}

// listed is how many layers are named: a message has room for no more.
const listed = 5

// Text lists the dearest layers and sums up the others, and all.
func Text(layers []Layer) string {
	dearest := slices.SortedStableFunc(slices.Values(layers), func(a, b Layer) int { return cmp.Compare(b.Bits, a.Bits) })
	order, parts, n := ", the dearest first", []string(nil), len(dearest)
	switch {
	case n > 1 && dearest[0].Bits == dearest[n-1].Bits:
		order = ""
		parts = append(parts, fmt.Sprintf("each of %d from %s to %s: %s", n, layers[0].name(), layers[n-1].name(), layers[0].cost()))
	case n > listed+1:
		for _, l := range dearest[:listed] {
			parts = append(parts, l.name()+": "+l.cost())
		}
		parts = append(parts, fmt.Sprintf("%d others: %s", n-listed, sum(dearest[listed:]).cost()))
	default:
		for _, l := range dearest {
			parts = append(parts, l.name()+": "+l.cost())
		}
	}
	return "by layer" + order + ": " + strings.Join(parts, "; ") + "; in all " + sum(layers).cost()
}

func sum(layers []Layer) (all Layer) {
	for _, l := range layers {
		all.Levels, all.Bits = all.Levels+l.Levels, all.Bits+l.Bits
	}
	return all
}

func (l Layer) name() string {
	name := l.Pos.Name
	if name == "" {
		name = fmt.Sprintf("node %d", l.Pos.Node)
	}
	if l.What != "" {
		name += " (" + l.What + ")"
	}
	return name
}

func (l Layer) cost() string {
	levels := "levels"
	if l.Levels == 1 {
		levels = "level"
	}
	return fmt.Sprintf("%d %s, %.0f bits", l.Levels, levels, l.Bits)
}

// Fitting is how many of the layers, from the first one on, use up at most so many bits.
func Fitting(layers []Layer, bits float64) int {
	for k, l := range layers {
		if bits -= l.Bits; bits < 0 {
			return k
		}
	}
	return len(layers)
}
