package passes

import (
	"math/bits"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/packing"
)

// form is what a function becomes: one polynomial, or what stands for its kinks.
type form struct {
	degree int
	kinks  *kinkForm // nil: one polynomial
}

// Degrees of single polynomials are tried in order: of each depth the cheap ones first, up to the highest that needs no more.
var (
	degrees     = []int{1, 2, 3, 4, 5, 6, 7, 9, 11, 14, 19, 24, 28, 35, 47, 60}
	highDegrees = []int{95, 124, 191, 247, 367} // kinks have better forms
)

// polynomials are forms without kinks.
func polynomials(degrees ...int) []form {
	out := make([]form, len(degrees))
	for k, d := range degrees {
		out[k].degree = d
	}
	return out
}

func kinkForms(list []*kinkForm) []form {
	out := make([]form, len(list))
	for k, f := range list {
		out[k] = form{f.degree, f}
	}
	return out
}

// degreesOf lists the degrees of forms.
func degreesOf(forms []form) []int {
	out := make([]int, len(forms))
	for k, f := range forms {
		out[k] = f.degree
	}
	return out
}

// ladders are the forms to try for each function of a graph.
type ladders [][]form

// laddersOf takes the degrees of single polynomials; nil: all.
func laddersOf(g *tensor.Graph, only []int) (out ladders) {
	for _, n := range g.Nodes {
		if _, ok := n.Op.(tensor.Func); !ok {
			continue
		}
		rest := polynomials(highDegrees...)
		switch straight, jumps := isStraight(n); {
		case jumps:
			rest = kinkForms(jumpForms)
		case straight:
			rest = kinkForms(absForms)
		}
		if only != nil {
			out = append(out, polynomials(only...))
		} else {
			out = append(out, append(polynomials(degrees...), rest...))
		}
	}
	return out
}

// enoughSamples drops the degrees that there are too few samples for: a polynomial that has more than half as many coefficients
// as there are samples follows these, and not the function. What stands for kinks follows no samples. Where these are too few to
// judge what they are for, low degrees have to do: depth buys nothing that anybody could promise.
func (l ladders) enoughSamples(samples int, few bool) ladders {
	for k := range l {
		l[k] = slices.DeleteFunc(l[k], func(f form) bool {
			return f.degree > 1 && (f.kinks == nil && 2*f.degree >= samples || few && 4*f.degree >= samples)
		})
	}
	return l
}

// rungs is how many forms the longest has.
func (l ladders) rungs() int {
	most := 0
	for _, forms := range l {
		most = max(most, len(forms))
	}
	return most
}

// rung is a form for each function, the last where a ladder ends.
func (l ladders) rung(k int) []form {
	out := make([]form, len(l))
	for i, forms := range l {
		out[i] = forms[min(k, len(forms)-1)]
	}
	return out
}

// highest is the largest degree of all.
func (l ladders) highest() int { return slices.Max(degreesOf(l.rung(l.rungs() - 1))) }

// cost is that of functions in these forms.
func (f *fitter) cost(forms []form) fitCost {
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
			c := forms[0].cost()
			own = c.depth
			total.products += c.products
			forms = forms[1:]
		}
		for _, in := range n.In {
			depth[i] = max(depth[i], depth[in.ID]+own)
		}
	}
	total.depth = depth[f.graph.Outputs[0].Node.ID]
	return total
}

// cost is that of one function. A linear polynomial merges the maps around it, and up to degree 4 the map behind
// sums powers up.
func (f form) cost() fitCost {
	switch d := f.degree; {
	case f.kinks != nil:
		return f.kinks.cost()
	case d <= 1:
		return fitCost{-1, 0}
	case d <= 4:
		return fitCost{bits.Len(uint(d - 1)), d - 1}
	default:
		products, depth := packing.PolyProducts(slices.Repeat([]bool{true}, d+1))
		return fitCost{depth, products}
	}
}
