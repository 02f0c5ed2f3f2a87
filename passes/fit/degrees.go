package fit

import (
	"math/bits"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/piecewise"
	"hecc/passes/polyeval"
)

// form is what a function becomes: one polynomial, or what stands for its kinks.
type form struct {
	degree int
	kinks  *piecewise.Form // nil: one polynomial
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

func kinkForms(list []*piecewise.Form) []form {
	out := make([]form, len(list))
	for k, f := range list {
		out[k] = form{f.Degree, f}
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

// schedules are the forms to try for each function of a graph.
type schedules [][]form

// schedulesOf takes the degrees of single polynomials; nil: all.
func schedulesOf(g *tensor.Graph, only []int) (out schedules) {
	for _, n := range g.Nodes {
		if _, ok := n.Op.(tensor.Func); !ok {
			continue
		}
		rest := polynomials(highDegrees...)
		switch straight, jumps := piecewise.IsStraight(n); {
		case jumps:
			rest = kinkForms(piecewise.JumpForms)
		case straight:
			rest = kinkForms(piecewise.AbsForms)
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
func (l schedules) enoughSamples(samples int, few bool) schedules {
	for k := range l {
		l[k] = slices.DeleteFunc(l[k], func(f form) bool {
			return f.degree > 1 && (f.kinks == nil && 2*f.degree >= samples || few && 4*f.degree >= samples)
		})
	}
	return l
}

// length is how many forms the longest has.
func (l schedules) length() int {
	most := 0
	for _, forms := range l {
		most = max(most, len(forms))
	}
	return most
}

// at is a form for each function, the last where a ladder ends.
func (l schedules) at(k int) []form {
	out := make([]form, len(l))
	for i, forms := range l {
		out[i] = forms[min(k, len(forms)-1)]
	}
	return out
}

// highest is the largest degree of all.
func (l schedules) highest() int { return slices.Max(degreesOf(l.at(l.length() - 1))) }

// cost is that of functions in these forms.
func (f *fitter) cost(forms []form) polyeval.Cost {
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
			c := forms[0].cost()
			own = c.Depth
			total.Products += c.Products
			forms = forms[1:]
		}
		for _, in := range n.In {
			depth[i] = max(depth[i], depth[in.ID]+own)
		}
	}
	total.Depth = depth[f.Graph.Outputs[0].Node.ID]
	return total
}

// cost is that of one function. A linear polynomial merges the maps around it, and up to degree 4 the map behind
// sums powers up.
func (f form) cost() polyeval.Cost {
	switch d := f.degree; {
	case f.kinks != nil:
		return f.kinks.Cost()
	case d <= 1:
		return polyeval.Cost{Depth: -1, Products: 0}
	case d <= 4:
		return polyeval.Cost{Depth: bits.Len(uint(d - 1)), Products: d - 1}
	default:
		return polyeval.Of(polyeval.All(d)).Cost
	}
}
