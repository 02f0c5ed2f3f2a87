package fit

import (
	"context"
	"fmt"
	"math"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/ir/span"
	"hecc/ir/tensor"
	"hecc/passes/approx"
	"hecc/passes/bounds"
	"hecc/passes/internal/parallel"
	"hecc/passes/internal/sampled"
	"hecc/passes/lower"
	"hecc/passes/piecewise"
	"hecc/passes/rewrite"
	"hecc/passes/tails"
)

// Fitting on declared ranges: intervals and zonotopes bound every value, minimax polynomials are fitted on
// the bounds of their arguments, and the error is bounded. One step is not proven: the distance of a
// polynomial from its function is bounded on a grid (approx.Bound).

// OnBox fits polynomials that hold for all inputs of a box. The drawn inputs tell how wide ranges typically
// are.
func OnBox(ctx context.Context, p Problem, box plan.Box, drawn [][]float64) (*Result, error) {
	best, bestRange := Fit{Error: math.Inf(1)}, 0.0
	steps := schedulesOf(p.Graph, p.Degrees)
	for k := range steps.length() {
		approximations := steps.at(k)
		p.Progress(float64(k)/float64(steps.length()), fmt.Sprintf("degree %d", slices.Max(degreesOf(approximations))))
		g, out, err := p.fitMinimax(ctx, approximations, box, drawn)
		if isDomainError(err) && (best.Degree > 0 || k < steps.length()-1) {
			continue
		}
		if err != nil {
			return nil, err
		}
		degrees := degreesOf(approximations)
		fit := Fit{Degree: slices.Max(degrees), Degrees: degrees, Agreement: 1, LargestT: 1}
		spread := 0.0
		for i := range out.Lo {
			fit.Error = max(fit.Error, out.ErrorBound(i))
			spread = max(spread, out.Hi[i]-out.Lo[i])
		}
		fit.Error = span.Up(p.Release.OutputError(fit.Error))
		fit.RMS, fit.HeldOutError = fit.Error, fit.Error
		if !span.Finite(fit.Error) || !span.Finite(spread) {
			continue
		}
		target := fitShare * p.Targets.Error
		if target == 0 {
			target = p.Release.OutputError(defaultError * spread)
		}
		if fit.Error <= target {
			return &Result{Graph: g, Fit: fit, Box: box}, nil
		}
		if fit.Error < best.Error {
			best, bestRange = fit, spread
		}
	}
	e := diag.In(p.Graph.File, "no polynomials up to degree %d meet the target on the declared input range", steps.highest())
	if best.Degree > 0 {
		e.Note("the best bound is %.3g on outputs of range %.3g, at degree %d", best.Error, bestRange, best.Degree)
	}
	return nil, e.Cure("give --calibrate samples.npy: measured ranges are much narrower than bounds on all inputs")
}

// fitMinimax replaces all functions by minimax polynomials, on intervals that enclose the arguments of each
// element.
func (p *Problem) fitMinimax(ctx context.Context, approximations []approximation, box plan.Box,
	drawn [][]float64) (*tensor.Graph, *bounds.Enclosure, error) {
	r := rewrite.New(p.Graph, tensor.Lowering)
	e := bounds.NewEncloser(p.Graph)
	typical := typicalWidths(p.Graph, drawn)
	for _, n := range p.Graph.Nodes {
		if op, ok := n.Op.(tensor.Func); ok {
			in, as := e.Of[n.In[0]], approximations[0]
			approximations = approximations[1:]
			if lo, hi := slices.Min(in.Lo), slices.Max(in.Hi); !(hi-lo <= maxRelativeWidth*typical[n.In[0]]) {
				return nil, nil, diag.At(n.Pos, "cannot bound the argument on the declared input range: the bound reaches from %.3g to %.3g", lo, hi).
					Cure("give --calibrate samples.npy: measured ranges are much narrower than bounds on all inputs")
			}
			if as.piecewise != nil {
				l, err := piecewiseLayer(n, as.piecewise, in.Interval)
				if err != nil {
					return nil, nil, err
				}
				e.Of[n] = l.Enclosure(op, in, e.TakeSymbols(n))
				r.To[n] = l.Emit(r.Out, n, r.To[n.In[0]])
				continue
			}
			poly, err := minimaxLayer(ctx, n, op, as.degree, in.Interval)
			if err != nil {
				return nil, nil, err
			}
			e.Of[n] = bounds.PolyEnclosure(op, poly, in, e.TakeSymbols(n))
			r.To[n] = r.Out.MustAdd(n.Pos, poly, r.To[n.In[0]])
			continue
		}
		e.Enclose(n, bounds.Interval{Lo: box.Lo, Hi: box.Hi})
		r.Keep(n)
	}
	return r.Finish(), e.Of[p.Graph.Outputs[0].Node], nil
}

// piecewiseLayer makes polynomials at kinks on intervals that enclose the arguments.
func piecewiseLayer(n *tensor.Node, approximation *piecewise.Approximation, in bounds.Interval) (*piecewise.Layer, error) {
	v, err := fittingIntervals(n, n.Op.(tensor.Func).Uniform(), in)
	if err != nil {
		return nil, err
	}
	return piecewise.NewLayer(n, approximation, v)
}

// minimaxLayer fits each element on its own interval, or all elements on a common one where that is hardly
// wider.
func minimaxLayer(ctx context.Context, n *tensor.Node, fn tensor.Func, d int, in bounds.Interval) (tensor.Poly, error) {
	v, err := fittingIntervals(n, fn.Uniform(), in)
	if err != nil {
		return tensor.Poly{}, err
	}
	count := len(v.Lo)
	p := tensor.Poly{Of: fn.Fn, Coeffs: make([][]float64, count), Lo: v.Lo, Hi: v.Hi, Err: make([]float64, count)}
	same := make([]int, count) // the first element with the same function and interval
	first := map[[2]float64]int{}
	for i := range count {
		if err := fn.Scalar(i).Defined(v.Lo[i], v.Hi[i]); err != nil {
			return p, newDomainError(n, v.Lo[i], v.Hi[i], err)
		}
		key := [2]float64{v.Lo[i], v.Hi[i]}
		k, ok := first[key]
		if !ok || !fn.Uniform() {
			first[key], k = i, i
		}
		same[i] = k
	}
	err = parallel.For(ctx, count, func(i int) error {
		if same[i] != i {
			return nil
		}
		f := fn.Scalar(i)
		coeffs, err := approx.Minimax(f.Eval, v.Lo[i], v.Hi[i], d)
		if err != nil {
			return err
		}
		coeffs = lower.BoundVertex(coeffs)
		p.Coeffs[i], p.Err[i] = coeffs, approx.Bound(f, coeffs, v.Lo[i], v.Hi[i])
		return nil
	})
	for i, k := range same {
		p.Coeffs[i], p.Err[i] = p.Coeffs[k], p.Err[k]
	}
	return p, err
}

const (
	gridParts        = 32      // ends are rounded to so many parts of the common interval; equal intervals are fitted once
	gridGap          = 0x1p-30 // of a part: by how much a bound may exceed the grid point that it is rounded to
	minSharedWidth   = 0.8     // of the common interval, as a share: elements that all have it share one interval
	maxRelativeWidth = 1e9     // over the width on inputs drawn from the box: wider bounds are useless
)

// typicalWidths is the width of the range of each node's values on samples, all elements together.
func typicalWidths(g *tensor.Graph, samples [][]float64) map[*tensor.Node]float64 {
	out := map[*tensor.Node]float64{}
	for n, v := range sampled.Run(g, sampled.Matrix{Cols: g.Input().Size(), Data: slices.Concat(samples...)}) {
		lo, hi := slices.Min(v.Data), slices.Max(v.Data)
		out[n] = max(hi-lo, tails.MinWidth(lo, hi))
	}
	return out
}

// fittingIntervals extends the ranges of a layer's arguments to intervals to fit on.
func fittingIntervals(n *tensor.Node, uniform bool, in bounds.Interval) (bounds.Interval, error) {
	lo, hi := slices.Min(in.Lo), slices.Max(in.Hi)
	if least := tails.MinWidth(lo, hi); hi-lo < least {
		lo, hi = lo-least, hi+least
	}
	out := bounds.Interval{Lo: slices.Clone(in.Lo), Hi: slices.Clone(in.Hi)}
	shared := uniform
	step := (hi - lo) / gridParts
	for i := range out.Lo {
		shared = shared && in.Hi[i]-in.Lo[i] >= minSharedWidth*(hi-lo)
		out.Lo[i] = min(in.Lo[i], lo+step*(math.Floor((in.Lo[i]-lo)/step+gridGap)-gridGap))
		out.Hi[i] = max(in.Hi[i], lo+step*(math.Ceil((in.Hi[i]-lo)/step-gridGap)+gridGap))
		if !(out.Lo[i] < out.Hi[i]) {
			out.Lo[i], out.Hi[i] = out.Lo[i]-step/2, out.Hi[i]+step/2
		}
	}
	if shared {
		return bounds.Interval{Lo: []float64{lo}, Hi: []float64{hi}}, nil
	}
	return out, nil
}
