package passes

import (
	"math/bits"
	"slices"
	"sync"

	"hecc/ir/tensor"
	"hecc/passes/packing"
)

// Degrees are tried in order: of each depth the cheap ones first, up to the highest that needs no more.
var (
	degrees     = []int{1, 2, 3, 4, 5, 6, 7, 9, 11, 14, 19, 24, 28, 35, 47, 60}
	highDegrees = []int{95, 124, 191, 247} // not of functions of straight pieces, whose degrees are told apart by number
)

// ladders are the degrees to try for each function of a graph.
type ladders [][]int

func laddersOf(g *tensor.Graph) (out ladders) {
	for _, n := range g.Nodes {
		if _, ok := n.Op.(tensor.Func); !ok {
			continue
		}
		switch straight, jumps := isStraight(n); {
		case jumps:
			out = append(out, slices.Concat(degrees, jumpDegrees()))
		case straight:
			out = append(out, slices.Concat(degrees, absDegrees))
		default:
			out = append(out, slices.Concat(degrees, highDegrees))
		}
	}
	return out
}

// enoughSamples drops the degrees that there are too few samples for: a polynomial that has more than half as many coefficients
// as there are samples follows these, and not the function. What stands for kinks follows no samples.
func (l ladders) enoughSamples(samples int) ladders {
	for k := range l {
		l[k] = slices.DeleteFunc(l[k], func(d int) bool { return d > 1 && 2*d >= samples && !isSubstitute(d) })
	}
	return l
}

// rungs is how many degrees the longest has.
func (l ladders) rungs() int {
	most := 0
	for _, degrees := range l {
		most = max(most, len(degrees))
	}
	return most
}

// rung is a degree for each function, the highest where a ladder ends.
func (l ladders) rung(k int) []int {
	out := make([]int, len(l))
	for i, degrees := range l {
		out[i] = degrees[min(k, len(degrees)-1)]
	}
	return out
}

// highest is the largest degree of all.
func (l ladders) highest() int { return slices.Max(l.rung(l.rungs() - 1)) }

// fitCost stands for what a network of polynomials costs to run. Depth counts first: it
// decides how large the ring is.
type fitCost struct{ depth, products int }

func (a fitCost) less(b fitCost) bool {
	return a.depth < b.depth || a.depth == b.depth && a.products < b.products
}

// cost is that of functions with these degrees.
func (f *fitter) cost(degrees []int) fitCost {
	var total fitCost
	depth := make([]int, len(f.graph.Nodes))
	for i, n := range f.graph.Nodes {
		own := 1
		switch n.Op.(type) {
		case tensor.Input:
			own = 0
		case tensor.Mul:
			total.products++
		case tensor.Func:
			var products int
			own, products = polyCost(degrees[0])
			total.products += products
			degrees = degrees[1:]
		}
		for _, in := range n.In {
			depth[i] = max(depth[i], depth[in.ID]+own)
		}
	}
	total.depth = depth[f.graph.Outputs[0].Node.ID]
	return total
}

// polyCost is the depth of a polynomial of degree d and its products of ciphertexts. A linear
// one merges the maps around it, and up to degree 4 the map behind sums powers up.
func polyCost(d int) (depth, products int) {
	switch {
	case isSubstitute(d):
		c := substituteCosts()[d]
		return c.depth, c.products
	case d <= 1:
		return -1, 0
	case d <= 4:
		return bits.Len(uint(d - 1)), d - 1
	}
	products, depth = packing.PolyProducts(slices.Repeat([]bool{true}, d+1))
	return depth, products
}

// substituteCosts are what polyCost is for one polynomial.
var substituteCosts = sync.OnceValue(func() map[int]fitCost {
	out := map[int]fitCost{}
	for _, d := range absDegrees {
		products, depth := packing.PolyProducts(everySecond(0, d))
		out[d] = fitCost{depth, products}
	}
	for _, chain := range signChains {
		total := fitCost{1, 1} // u·sgn(u)
		for _, d := range chain {
			products, depth := packing.PolyProducts(everySecond(1, d))
			total.depth, total.products = total.depth+depth, total.products+products
		}
		out[totalDegree(chain)] = total
	}
	return out
})

// everySecond marks the terms from first to last.
func everySecond(first, last int) []bool {
	terms := make([]bool, last+1)
	for k := first; k <= last; k += 2 {
		terms[k] = true
	}
	return terms
}
