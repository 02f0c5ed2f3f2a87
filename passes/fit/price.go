package fit

import (
	"math/bits"

	"hecc/ir/tensor"
	"hecc/passes/polyeval"
)

// price is what a network takes encrypted with these approximations, in units that only compare networks: the
// key switches of products and maps, by the size of the ring and of the moduli that the depth asks for. The
// planner, which knows better, takes seconds where the search needs hundreds of prices.
func (f *fitter) price(approximations []approximation) float64 {
	total := f.cost(approximations)
	switches := float64(total.Products) + mapSwitches
	for _, a := range approximations {
		switch d := a.degree; {
		case a.piecewise == nil && d <= 1: // its maps become one
		case a.piecewise == nil && d >= 3 && d <= addedDegree: // the next map reads each power
			switches += float64(d) * mapSwitches
		default:
			switches += mapSwitches
		}
	}
	limbs := 1 + float64(total.Depth)/4 // on average
	return switches * limbs * limbs * float64(int(1)<<bits.Len(uint(total.Depth*total.Depth/depthSquared)))
}

const (
	mapSwitches  = 12 // rotations of an affine map, about
	addedDegree  = 4  // up to here the next map adds up the powers
	depthSquared = 40 // the ring's degree doubles about where the square of the depth doubles, from here on
)

// cost is what the graph costs with these approximations.
func (f *fitter) cost(approximations []approximation) polyeval.Cost {
	var total polyeval.Cost
	depth := make([]int, len(f.Graph.Nodes))
	for i, n := range f.Graph.Nodes {
		own := 1
		switch n.Op.(type) {
		case tensor.Input:
			own = 0
		case tensor.Mul:
			total.Products++
		case tensor.Func:
			c := approximations[0].cost()
			own = c.Depth
			total.Products += c.Products
			approximations = approximations[1:]
		}
		for _, in := range n.In {
			depth[i] = max(depth[i], depth[in.ID]+own)
		}
	}
	total.Depth = depth[f.Graph.Outputs[0].Node.ID]
	return total
}

// cost is that of one function. A linear polynomial has depth -1, since the affine maps before and behind it
// merge into one. Up to degree 4 the next affine map adds the powers up.
func (f approximation) cost() polyeval.Cost {
	switch d := f.degree; {
	case f.piecewise != nil:
		return f.piecewise.Cost()
	case d <= 1:
		return polyeval.Cost{Depth: -1, Products: 0}
	case d <= addedDegree:
		return polyeval.Cost{Depth: bits.Len(uint(d - 1)), Products: d - 1}
	default:
		return polyeval.Of(polyeval.All(d)).Cost
	}
}
