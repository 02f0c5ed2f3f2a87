package fit

import (
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/piecewise"
)

// approximation is what a function becomes: one polynomial, or polynomials at its kinks.
type approximation struct {
	degree    int
	piecewise *piecewise.Approximation // nil for a single polynomial
}

// The degrees of single polynomials are tried in order: for each multiplicative depth some cheap ones first,
// and then the highest that needs no more depth.
var (
	degrees     = []int{1, 2, 3, 4, 5, 6, 7, 9, 11, 14, 19, 24, 28, 35, 47, 60}
	highDegrees = []int{95, 124, 191, 247, 367} // for smooth functions: others have better approximations
)

// singlePolynomials lists single polynomials of these degrees.
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

// degreesOf lists the degrees of approximations.
func degreesOf(approximations []approximation) []int {
	out := make([]int, len(approximations))
	for k, f := range approximations {
		out[k] = f.degree
	}
	return out
}

// schedules list the approximations to try for each function of a graph, by ascending cost.
type schedules [][]approximation

// schedulesOf makes the schedules of a graph. With only, they hold single polynomials of these degrees.
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

// enoughSamples drops the degrees that the samples are too few for: a polynomial with more than half as many
// coefficients as there are samples overfits them. Approximations at kinks are not fitted on samples and
// stay. Where samples are too few for validation, high degrees are dropped too: nothing could be promised of
// their errors.
func (l schedules) enoughSamples(samples int, few bool) schedules {
	for k := range l {
		l[k] = slices.DeleteFunc(l[k], func(f approximation) bool {
			return f.degree > 1 && (f.piecewise == nil && 2*f.degree >= samples || few && 4*f.degree >= samples)
		})
	}
	return l
}

// length is the number of steps of the longest schedule.
func (l schedules) length() int {
	most := 0
	for _, approximations := range l {
		most = max(most, len(approximations))
	}
	return most
}

// at gives an approximation for each function at step k, or the last one of a schedule that is shorter.
func (l schedules) at(k int) []approximation {
	out := make([]approximation, len(l))
	for i, approximations := range l {
		out[i] = approximations[min(k, len(approximations)-1)]
	}
	return out
}

// highest is the largest degree of all schedules.
func (l schedules) highest() int { return slices.Max(degreesOf(l.at(l.length() - 1))) }
