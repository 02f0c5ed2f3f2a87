package passes

import (
	"math"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/tensor"
	"hecc/passes/approx"
)

// Fitting on declared ranges: interval arithmetic bounds every value, each layer gets one
// minimax polynomial on its common interval, and the error bound is proven.

// enclosure is what is known of a node: where its values lie in the polynomial network,
// and how far they can be from the exact network's.
type enclosure struct {
	interval
	err []float64
}

func (c *compilation) fitIntervals() error {
	best, bestRange := Fit{Error: math.Inf(1)}, 0.0
	for _, d := range degrees {
		g, out, err := c.fitMinimax(d)
		if isUndefined(err) && d != degrees[len(degrees)-1] {
			continue
		}
		if err != nil {
			return err
		}
		fit := Fit{Degree: d, Agreement: 1, LargestT: 1}
		spread := 0.0
		for i, e := range out.err {
			fit.Error = max(fit.Error, e)
			spread = max(spread, out.hi[i]-out.lo[i])
		}
		gain := amplification(c.epilogue)
		fit.Error *= gain
		fit.RMS = fit.Error
		target := c.opts.TargetError
		if target == 0 {
			target = defaultError * gain * spread
		}
		if fit.Error <= target {
			c.graph, c.fit = g, fit
			return nil
		}
		if fit.Error < best.Error {
			best, bestRange = fit, spread
		}
	}
	return diag.Errorf(diag.Pos{File: c.graph.File}, "no polynomials up to degree %d meet the target on the declared input range", degrees[len(degrees)-1]).
		Note("the best bound is %.3g on outputs of range %.3g, at degree %d", best.Error, bestRange, best.Degree).
		Note("give --calibrate samples.npy: measured ranges are much narrower than proven ones")
}

// fitMinimax replaces every Func by a minimax polynomial of degree d on the interval that
// its layer provably stays in.
func (c *compilation) fitMinimax(d int) (*tensor.Graph, enclosure, error) {
	r := newRewriter(c.graph, tensor.Lowering)
	known := map[*tensor.Node]enclosure{}
	for _, n := range c.graph.Nodes {
		switch op := n.Op.(type) {
		case tensor.Input:
			known[n] = enclosure{interval{c.box.Lo, c.box.Hi}, make([]float64, n.Size())}
		case tensor.Affine:
			known[n] = affineEnclosure(op, n, known)
		case tensor.Mul:
			a, b := known[n.In[0]], known[n.In[1]]
			known[n] = enclosure{mulInterval(a.interval, b.interval, n.In[0] == n.In[1]), mulError(a, b)}
		case tensor.Func:
			p, err := minimaxLayer(n, op, d, known[n.In[0]])
			if err != nil {
				return nil, enclosure{}, err
			}
			known[n] = polyEnclosure(op, p, known[n.In[0]])
			r.to[n] = r.out.MustAdd(n.Pos, p, r.to[n.In[0]])
			continue
		}
		r.keep(n)
	}
	return r.finish(), known[c.graph.Outputs[0].Node], nil
}

// minimaxLayer fits one polynomial, or one for each element if the function differs by element.
func minimaxLayer(n *tensor.Node, fn tensor.Func, d int, in enclosure) (tensor.Poly, error) {
	lo, hi := math.Inf(1), math.Inf(-1)
	for i := range in.lo {
		lo, hi = min(lo, in.lo[i]), max(hi, in.hi[i])
	}
	if hi-lo < 1e-6 {
		lo, hi = lo-1e-6, hi+1e-6
	}
	count := 1
	if !fn.Uniform() {
		count = n.Size()
	}
	p := tensor.Poly{Of: fn.Fn, Coeffs: make([][]float64, count), Lo: slices.Repeat([]float64{lo}, count),
		Hi: slices.Repeat([]float64{hi}, count), Err: make([]float64, count)}
	for i := range count {
		if err := fn.Scalar(i).Defined(lo, hi); err != nil {
			return p, undefined(n, lo, hi, err)
		}
	}
	return p, eachSample(count, func(next func() (int, bool)) error {
		for i, ok := next(); ok; i, ok = next() {
			f := fn.Scalar(i)
			coeffs, err := approx.Minimax(f.Eval, lo, hi, d)
			if err != nil {
				return err
			}
			coeffs = boundVertex(coeffs)
			p.Coeffs[i], p.Err[i] = coeffs, approx.Bound(f, coeffs, lo, hi)
		}
		return nil
	})
}

func polyEnclosure(fn tensor.Func, p tensor.Poly, in enclosure) enclosure {
	n := len(in.lo)
	out := enclosure{interval{make([]float64, n), make([]float64, n)}, make([]float64, n)}
	lo, hi := polyInterval(p.Coeffs[0])
	for i := range n {
		if k := p.At(i); k > 0 {
			lo, hi = polyInterval(p.Coeffs[k])
		}
		out.lo[i], out.hi[i] = lo, hi
		out.err[i] = p.Err[p.At(i)]
		if e := in.err[i]; e > 0 { // a slope may be infinite
			out.err[i] += fn.Scalar(i).Slope(in.lo[i]-e, in.hi[i]+e) * e
		}
	}
	return out
}

func affineEnclosure(op tensor.Affine, n *tensor.Node, known map[*tensor.Node]enclosure) enclosure {
	in := make([]interval, len(n.In))
	errs := make([]float64, n.Size())
	for k, a := range n.In {
		in[k] = known[a].interval
		for i := range errs {
			col, val := op.Maps[k].Row(i)
			for l, j := range col {
				errs[i] += math.Abs(val[l]) * known[a].err[j]
			}
		}
	}
	return enclosure{affineInterval(op, in), errs}
}

func mulError(a, b enclosure) []float64 {
	out := make([]float64, len(a.err))
	for i := range out {
		x, y := max(math.Abs(a.lo[i]), math.Abs(a.hi[i])), max(math.Abs(b.lo[i]), math.Abs(b.hi[i]))
		out[i] = x*b.err[i] + y*a.err[i] + a.err[i]*b.err[i]
	}
	return out
}
