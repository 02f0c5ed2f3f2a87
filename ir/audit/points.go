package audit

import (
	"math"

	"hecc/ir/plan"
	"hecc/ir/tensor"
)

// points are inputs to evaluate on.
type points struct {
	box        [][]float64 // corners and inner points of the box
	inside     [][]float64 // the same, moved towards the anchor until all arguments are in their intervals
	t          float64     // largest |t| of an argument on the points inside; above 1 if there are none
	contracted int         // how many had to be moved
}

const (
	pointCount = 12
	halvings   = 8
)

// choosePoints draws inputs from the box, always the same, from a stream that the planner does not use. If
// polynomials have intervals that only inputs like the calibration data stay in, points are moved towards the
// anchor until their arguments do.
func (a *auditor) choosePoints() points {
	rng := stream("points of the box")
	e := tensor.NewEvaluator(a.p.Polynomial)
	lo, hi := a.p.Interface.Box.Lo, a.p.Interface.Box.Hi
	anchor, least := a.anchor(e)
	limit := max(1, least) * (1 + 1e-9)
	var out points
	for k := range pointCount {
		x := make([]float64, len(lo))
		dense := rng.Float64() // like images: mostly one end of the range
		for i := range x {
			u := rng.Float64()
			switch k % 3 {
			case 0:
				u = math.Round(u)
			case 1:
				if u > dense {
					u = 0
				}
			}
			x[i] = lo[i] + u*(hi[i]-lo[i])
		}
		out.box = append(out.box, x)
		near, t, halved := x, a.largestT(e, x), 0
		for ; !(t <= limit) && halved < halvings; halved++ {
			near = midpoint(anchor, near)
			t = a.largestT(e, near)
		}
		if halved > 0 {
			out.contracted++
		}
		if t <= limit {
			out.inside = append(out.inside, near)
			out.t = max(out.t, t)
		}
	}
	if len(out.inside) == 0 {
		out.inside, out.t = [][]float64{anchor}, least
	}
	return out
}

// Inputs are made-up inputs of the circuit, always the same ones and at least one: in the plan's range, and if
// possible such that all arguments stay in their intervals.
func Inputs(p *plan.Plan) [][]float64 {
	a := &auditor{p: p}
	return a.choosePoints().inside
}

func midpoint(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = (a[i] + b[i]) / 2
	}
	return out
}

// anchor is the one of a few simple points (the centre, zero, the corners) whose arguments stay furthest
// inside the intervals.
func (a *auditor) anchor(e *tensor.Evaluator) (best []float64, t float64) {
	lo, hi := a.p.Interface.Box.Lo, a.p.Interface.Box.Hi
	zero := make([]float64, len(lo))
	for i := range zero {
		zero[i] = min(max(0, lo[i]), hi[i])
	}
	t = math.Inf(1)
	for _, x := range [][]float64{midpoint(lo, hi), zero, lo, hi} {
		if d := a.largestT(e, x); best == nil || d < t {
			best, t = x, d
		}
	}
	return best, t
}

// largestT is the largest position |t| of an argument in its interval, which is [-1, 1] in these units.
func (a *auditor) largestT(e *tensor.Evaluator, x []float64) float64 {
	v, err := e.Run(x)
	if err != nil {
		return math.Inf(1)
	}
	worst := 0.0
	for k := range a.p.Fit.Activations {
		worst = max(worst, a.p.Fit.Activations[k].LargestT(a.p.Polynomial, v))
	}
	return worst
}
