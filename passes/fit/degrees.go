package fit

import (
	"math/bits"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/piecewise"
	"hecc/passes/polyeval"
)

// form is what a function becomes: one polynomial, or what stands for its kinks.
type approximation struct {
	degree    int
	piecewise *piecewise.Approximation // nil: one polynomial
}

// Degrees of single polynomials are tried in order: of each depth the cheap ones first, up to the highest that needs no more.
var (
	degrees     = []int{1, 2, 3, 4, 5, 6, 7, 9, 11, 14, 19, 24, 28, 35, 47, 60}
	highDegrees = []int{95, 124, 191, 247, 367} // kinks have better forms
)

// polynomials are forms without kinks.
func singlePolynomials(degrees ...int) []approximation {
	out := make([]approximation, len(degrees))
	for k, d := range degrees {
		out[k].degree = d
	}
	return out
}

func piecewiseApproximations(approximations []*piecewise.Approximation) []approximation {
	out := make([]approximation, len(approximations))
	for k, f := range approximations {
		out[k] = approximation{f.Degree, f}
	}
	return out
}

// degreesOf lists the degrees of forms.
func degreesOf(approximations []approximation) []int {
	out := make([]int, len(approximations))
	for k, f := range approximations {
		out[k] = f.degree
	}
	return out
}

// schedules are the forms to try for each function of a graph.
type schedules [][]approximation

// schedulesOf takes the degrees of single polynomials; nil: all.
func schedulesOf(g *tensor.Graph, only []int) (out schedules) {
	for _, n := range g.Nodes {
		if _, ok := n.Op.(tensor.Func); !ok {
			continue
		}
		higher := singlePolynomials(highDegrees...)
		switch linear, jumps := piecewise.IsPiecewiseLinear(n); {
		case jumps:
			higher = piecewiseApproximations(piecewise.SignApproximations)
		case linear:
			higher = piecewiseApproximations(piecewise.AbsApproximations)
		}
		if only != nil {
			out = append(out, singlePolynomials(only...))
		} else {
			out = append(out, append(singlePolynomials(degrees...), higher...))
		}
	}
	return out
}

// enoughSamples drops the degrees that there are too few samples for: a polynomial that has more than half as many coefficients
// as there are samples follows these, and not the function. What stands for kinks follows no samples. Where these are too few to
// judge what they are for, low degrees have to do: depth buys nothing that anybody could promise.
func (l schedules) enoughSamples(samples int, few bool) schedules {
	for k := range l {
		l[k] = slices.DeleteFunc(l[k], func(f approximation) bool {
			return f.degree > 1 && (f.piecewise == nil && 2*f.degree >= samples || few && 4*f.degree >= samples)
		})
	}
	return l
}

// length is how many forms the longest has.
func (l schedules) length() int {
	most := 0
	for _, approximations := range l {
		most = max(most, len(approximations))
	}
	return most
}

// at is a form for each function, the last where a ladder ends.
func (l schedules) at(k int) []approximation {
	out := make([]approximation, len(l))
	for i, approximations := range l {
		out[i] = approximations[min(k, len(approximations)-1)]
	}
	return out
}

// highest is the largest degree of all.
func (l schedules) highest() int { return slices.Max(degreesOf(l.at(l.length() - 1))) }

// cost is that of functions in these forms.
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

// cost is that of one function. A linear polynomial merges the maps around it, and up to degree 4 the map behind
// sums powers up.
func (f approximation) cost() polyeval.Cost {
	switch d := f.degree; {
	case f.piecewise != nil:
		return f.piecewise.Cost()
	case d <= 1:
		return polyeval.Cost{Depth: -1, Products: 0}
	case d <= 4:
		return polyeval.Cost{Depth: bits.Len(uint(d - 1)), Products: d - 1}
	default:
		return polyeval.Of(polyeval.All(d)).Cost
	}
}
