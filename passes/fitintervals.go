package passes

import (
	"context"
	"math"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/ir/span"
	"hecc/ir/tensor"
	"hecc/passes/approx"
)

// Fitting on declared ranges: intervals and zonotopes bound every value, minimax polynomials are
// fitted on the bounds of their arguments, and the error is bounded. What is not proven of
// it is the distance of a polynomial from its function, which is bounded on a grid (approx.Bound).

// onBox fits polynomials on the ranges that all inputs of a box give. The drawn ones tell what is usual there.
func onBox(ctx context.Context, p problem, box plan.Box, drawn [][]float64) (*fitResult, error) {
	best, bestRange := Fit{Error: math.Inf(1)}, 0.0
	tried := laddersOf(p.graph, p.degrees)
	for k := range tried.rungs() {
		forms := tried.rung(k)
		g, out, err := p.fitMinimax(ctx, forms, box, drawn)
		if isUndefined(err) && (best.Degree > 0 || k < tried.rungs()-1) {
			continue
		}
		if err != nil {
			return nil, err
		}
		degrees := degreesOf(forms)
		fit := Fit{Degree: slices.Max(degrees), Degrees: degrees, Agreement: 1, LargestT: 1}
		spread := 0.0
		for i := range out.lo {
			fit.Error = max(fit.Error, out.err(i))
			spread = max(spread, out.hi[i]-out.lo[i])
		}
		fit.Error = span.Up(p.release.carried(fit.Error))
		fit.RMS, fit.Likely = fit.Error, fit.Error
		if !span.Finite(fit.Error) || !span.Finite(spread) {
			continue
		}
		target := fitShare * p.targets.error
		if target == 0 {
			target = p.release.carried(defaultError * spread)
		}
		if fit.Error <= target {
			return &fitResult{graph: g, fit: fit, box: box}, nil
		}
		if fit.Error < best.Error {
			best, bestRange = fit, spread
		}
	}
	e := diag.Errorf(diag.Pos{File: p.graph.File}, "no polynomials up to degree %d meet the target on the declared input range", tried.highest())
	if best.Degree > 0 {
		e.Note("the best bound is %.3g on outputs of range %.3g, at degree %d", best.Error, bestRange, best.Degree)
	}
	return nil, e.Note("give --calibrate samples.npy: measured ranges are much narrower than bounds on all inputs")
}

// fitMinimax replaces every Func by minimax polynomials, in these forms, on the intervals that
// its elements provably stay in.
func (p *problem) fitMinimax(ctx context.Context, forms []form, box plan.Box, drawn [][]float64) (*tensor.Graph, *enclosure, error) {
	r := newRewriter(p.graph, tensor.Lowering)
	e := newEncloser(p.graph)
	usual := usualWidths(p.graph, drawn)
	for _, n := range p.graph.Nodes {
		if op, ok := n.Op.(tensor.Func); ok {
			in, as := e.of[n.In[0]], forms[0]
			forms = forms[1:]
			if lo, hi := slices.Min(in.lo), slices.Max(in.hi); !(hi-lo <= mostWidth*usual[n.In[0]]) {
				return nil, nil, diag.Errorf(n.Pos, "cannot bound the argument on the declared input range: the bound reaches from %.3g to %.3g", lo, hi).
					Note("give --calibrate samples.npy: measured ranges are much narrower than bounds on all inputs")
			}
			if as.kinks != nil {
				l, err := kinksOn(n, as.kinks, in.interval)
				if err != nil {
					return nil, nil, err
				}
				e.of[n] = l.enclosure(op, in, e.take(n))
				r.to[n] = l.emit(r.out, n, r.to[n.In[0]])
				continue
			}
			poly, err := minimaxLayer(ctx, n, op, as.degree, in.interval)
			if err != nil {
				return nil, nil, err
			}
			e.of[n] = polyEnclosure(op, poly, in, e.take(n))
			r.to[n] = r.out.MustAdd(n.Pos, poly, r.to[n.In[0]])
			continue
		}
		e.enclose(n, interval{box.Lo, box.Hi})
		r.keep(n)
	}
	return r.finish(), e.of[p.graph.Outputs[0].Node], nil
}

// kinksOn puts polynomials at the kinks of provable ranges.
func kinksOn(n *tensor.Node, kinks *kinkForm, in interval) (*kinkLayer, error) {
	v, err := fittingIntervals(n, n.Op.(tensor.Func).Uniform(), in)
	if err != nil {
		return nil, err
	}
	return newKinkLayer(n, kinks, v)
}

// minimaxLayer fits each element on its own interval, or all of them on one where that is hardly wider.
func minimaxLayer(ctx context.Context, n *tensor.Node, fn tensor.Func, d int, in interval) (tensor.Poly, error) {
	v, err := fittingIntervals(n, fn.Uniform(), in)
	if err != nil {
		return tensor.Poly{}, err
	}
	count := len(v.lo)
	p := tensor.Poly{Of: fn.Fn, Coeffs: make([][]float64, count), Lo: v.lo, Hi: v.hi, Err: make([]float64, count)}
	like := make([]int, count) // the first element with the same function and interval
	first := map[[2]float64]int{}
	for i := range count {
		if err := fn.Scalar(i).Defined(v.lo[i], v.hi[i]); err != nil {
			return p, undefined(n, v.lo[i], v.hi[i], err)
		}
		key := [2]float64{v.lo[i], v.hi[i]}
		k, ok := first[key]
		if !ok || !fn.Uniform() {
			first[key], k = i, i
		}
		like[i] = k
	}
	err = forEach(ctx, count, func(i int) error {
		if like[i] != i {
			return nil
		}
		f := fn.Scalar(i)
		coeffs, err := approx.Minimax(f.Eval, v.lo[i], v.hi[i], d)
		if err != nil {
			return err
		}
		coeffs = boundVertex(coeffs)
		p.Coeffs[i], p.Err[i] = coeffs, approx.Bound(f, coeffs, v.lo[i], v.hi[i])
		return nil
	})
	for i, k := range like {
		p.Coeffs[i], p.Err[i] = p.Coeffs[k], p.Err[k]
	}
	return p, err
}

const (
	gridParts = 32      // ends of intervals lie on a grid of so many parts of the widest: equal ones are fitted once
	gridSlack = 0x1p-30 // of a part, by which ends are moved outwards: bounds are rounded up, and may lie just beyond
	nearlyAll = 0.8     // share of the common interval from which on an element takes the common one
	mostWidth = 1e9     // from which on a bound tells nothing, relative to the range on inputs drawn from the box
)

// usualWidths is how wide the range of each node's values is on samples, of all elements together.
func usualWidths(g *tensor.Graph, samples [][]float64) map[*tensor.Node]float64 {
	out := map[*tensor.Node]float64{}
	for n, v := range evalFrom(g, values{g.Input().Size(), slices.Concat(samples...)}) {
		lo, hi := slices.Min(v.data), slices.Max(v.data)
		out[n] = max(hi-lo, narrowest(lo, hi))
	}
	return out
}

// leastWidth of an interval is relative to its ends: closer numbers are one in float32.
const leastWidth = 0x1p-23

// narrowest is the least width worth telling apart of an interval between numbers of this size.
func narrowest(lo, hi float64) float64 {
	size := max(math.Abs(lo), math.Abs(hi))
	if size == 0 {
		return leastWidth
	}
	return leastWidth * size
}

// fittingIntervals widens the ranges of a layer's arguments to intervals worth fitting on.
func fittingIntervals(n *tensor.Node, uniform bool, in interval) (interval, error) {
	lo, hi := slices.Min(in.lo), slices.Max(in.hi)
	if least := narrowest(lo, hi); hi-lo < least {
		lo, hi = lo-least, hi+least
	}
	out := interval{slices.Clone(in.lo), slices.Clone(in.hi)}
	shared := uniform
	step := (hi - lo) / gridParts
	for i := range out.lo {
		shared = shared && in.hi[i]-in.lo[i] >= nearlyAll*(hi-lo)
		out.lo[i] = min(in.lo[i], lo+step*(math.Floor((in.lo[i]-lo)/step+gridSlack)-gridSlack))
		out.hi[i] = max(in.hi[i], lo+step*(math.Ceil((in.hi[i]-lo)/step-gridSlack)+gridSlack))
		if !(out.lo[i] < out.hi[i]) {
			out.lo[i], out.hi[i] = out.lo[i]-step/2, out.hi[i]+step/2
		}
	}
	if shared {
		return interval{[]float64{lo}, []float64{hi}}, nil
	}
	return out, nil
}
