package passes

import (
	"math"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/tensor"
	"hecc/passes/approx"
)

// Fitting on calibration samples: each element of a layer gets its own interval and
// polynomial, by least squares on the values that the polynomial network itself produces.

const (
	maxSamples  = 4096 // more do not change a fit of these degrees
	holdOut     = 4    // one sample in so many judges the fit and is not fitted on
	widen       = 0.15 // of an interval's width, on each side
	floorSpread = 0.3  // least width of an interval, relative to the layer's median
	perCoeff    = 16   // samples per coefficient below which a layer shares one polynomial
	safety      = 2    // predicted largest error, relative to the largest on held-out samples
)

// batch holds the value of each node on every sample.
type batch map[*tensor.Node][][]float64

func (c *compilation) fitSamples() error {
	samples := c.opts.Calibration[:min(maxSamples, len(c.opts.Calibration))]
	if len(samples) < 2*holdOut {
		return diag.Errorf(diag.Pos{File: c.graph.File}, "%d calibration samples are too few to fit polynomials", len(samples)).
			Note("give at least %d, better some thousands", 2*holdOut)
	}
	exact, err := c.exactOutputs(samples)
	if err != nil {
		return err
	}
	fixed := c.beforeFuncs(samples)
	var best Fit
	for _, d := range degrees {
		graph, values, err := c.fitDegree(d, samples, fixed)
		if isUndefined(err) && d != degrees[len(degrees)-1] {
			continue
		}
		if err != nil {
			return err
		}
		fit, spread, err := c.judge(d, graph, values, exact)
		if err != nil {
			return err
		}
		if c.goal(spread).met(fit) {
			c.graph, c.fit = graph, fit
			return nil
		}
		if best.Degree == 0 || fit.RMS < best.RMS {
			best = fit
		}
	}
	return diag.Errorf(diag.Pos{File: c.graph.File}, "no polynomials up to degree %d meet the target", degrees[len(degrees)-1]).
		Note("the best has degree %d: error %.3g, agreement %.4f on %d held-out samples", best.Degree, best.Error, best.Agreement, best.HeldOut).
		Note("relax --target-error, or give more calibration samples")
}

// exactOutputs is the primary output of the imported model on every sample.
func (c *compilation) exactOutputs(samples [][]float64) ([][]float64, error) {
	out := make([][]float64, len(samples))
	primary := c.imported.Primary().Node
	return out, eachSample(len(samples), func(next func() (int, bool)) error {
		e := tensor.NewEvaluator(c.imported)
		for s, ok := next(); ok; s, ok = next() {
			v, err := e.Run(samples[s])
			if err != nil {
				return err
			}
			out[s] = slices.Clone(v.Of(primary))
		}
		return nil
	})
}

// beforeFuncs evaluates the nodes that no polynomial precedes: they are the same for every degree.
func (c *compilation) beforeFuncs(samples [][]float64) batch {
	values := batch{}
	for _, n := range c.graph.Nodes {
		if _, ok := n.Op.(tensor.Input); ok {
			values[n] = samples
			continue
		}
		if _, ok := n.Op.(tensor.Func); !ok && values.has(n.In) {
			values[n] = values.eval(n, n.In)
		}
	}
	return values
}

func (b batch) has(nodes []*tensor.Node) bool {
	for _, n := range nodes {
		if b[n] == nil {
			return false
		}
	}
	return true
}

// eval computes n on every sample, its operands being the values of the nodes in.
func (b batch) eval(n *tensor.Node, in []*tensor.Node) [][]float64 {
	samples := len(b[in[0]])
	out := make([][]float64, samples)
	_ = eachSample(samples, func(next func() (int, bool)) error {
		args := make([][]float64, len(in))
		for s, ok := next(); ok; s, ok = next() {
			for k, a := range in {
				args[k] = b[a][s]
			}
			out[s] = make([]float64, n.Size())
			n.Eval(args, out[s])
		}
		return nil
	})
	return out
}

// fitDegree replaces every Func by polynomials of one degree, layer after layer, and
// returns the new graph with its values on every sample.
func (c *compilation) fitDegree(d int, samples [][]float64, fixed batch) (*tensor.Graph, batch, error) {
	r := newRewriter(c.graph, tensor.Lowering)
	values := batch{}
	for _, n := range c.graph.Nodes {
		if f, ok := n.Op.(tensor.Func); ok {
			p, err := fitLayer(n, f, d, trainingColumns(values[r.to[n.In[0]]]))
			if err != nil {
				return nil, nil, err
			}
			r.to[n] = r.out.MustAdd(n.Pos, p, r.to[n.In[0]])
		} else {
			r.keep(n)
		}
		at := r.to[n]
		if fixed[n] != nil {
			values[at] = fixed[n]
		} else {
			values[at] = values.eval(at, at.In)
		}
	}
	return r.finish(), values, nil
}

// trainingColumns lists, for each element, its values on the samples that are fitted on.
func trainingColumns(values [][]float64) [][]float64 {
	cols := make([][]float64, len(values[0]))
	for s, x := range values {
		if s%holdOut == 0 {
			continue
		}
		for i, v := range x {
			cols[i] = append(cols[i], v)
		}
	}
	return cols
}

// fitLayer fits each element on its own, or all together where there are too few samples.
func fitLayer(n *tensor.Node, fn tensor.Func, d int, cols [][]float64) (tensor.Poly, error) {
	if fn.Uniform() && len(cols[0]) < perCoeff*(d+1) {
		cols = [][]float64{slices.Concat(cols...)}
	}
	p := tensor.Poly{Of: fn.Fn, Coeffs: make([][]float64, len(cols)), Lo: make([]float64, len(cols)),
		Hi: make([]float64, len(cols)), Err: make([]float64, len(cols))}
	setIntervals(&p, cols)
	if err := keepDefined(n, &p, cols); err != nil {
		return p, err
	}
	return p, eachSample(len(cols), func(next func() (int, bool)) error {
		for i, ok := next(); ok; i, ok = next() {
			f := fn.Scalar(i)
			coeffs, err := approx.LeastSquares(f.Eval, cols[i], p.Lo[i], p.Hi[i], d)
			if err != nil {
				return err
			}
			coeffs = boundVertex(coeffs)
			p.Coeffs[i], p.Err[i] = coeffs, approx.Bound(f, coeffs, p.Lo[i], p.Hi[i])
		}
		return nil
	})
}

// setIntervals widens the range of each element; one that hardly varies gets a share of
// what is usual in its layer, since unseen samples may vary more.
func setIntervals(p *tensor.Poly, cols [][]float64) {
	widths := make([]float64, len(cols))
	for i, xs := range cols {
		p.Lo[i], p.Hi[i] = slices.Min(xs), slices.Max(xs)
		widths[i] = p.Hi[i] - p.Lo[i]
	}
	least := max(floorSpread*median(widths), 1e-6)
	for i, w := range widths {
		pad := widen*w + max(0, least-w)/2
		p.Lo[i], p.Hi[i] = p.Lo[i]-pad, p.Hi[i]+pad
	}
}

// judge compares a fitted graph with the exact model on the held-out samples, and gives
// the width of the exact outputs' range.
func (c *compilation) judge(d int, g *tensor.Graph, values batch, exact [][]float64) (Fit, float64, error) {
	fit := Fit{Degree: d, LargestT: largestT(g, values)}
	epilogue := tensor.NewEvaluator(c.epilogue)
	primary := c.epilogue.Primary().Node
	worst, sum, count, same := 0.0, 0.0, 0, 0
	lo, hi := math.Inf(1), math.Inf(-1)
	for s := 0; s < len(exact); s += holdOut {
		v, err := epilogue.Run(values[g.Outputs[0].Node][s])
		if err != nil {
			return fit, 0, err
		}
		y := v.Of(primary)
		for i, want := range exact[s] {
			e := y[i] - want
			worst, sum = max(worst, math.Abs(e)), sum+e*e
			lo, hi = min(lo, want), max(hi, want)
			count++
		}
		fit.HeldOut++
		if tensor.Largest(y) == tensor.Largest(exact[s]) {
			same++
		}
	}
	fit.Error, fit.RMS = safety*worst, math.Sqrt(sum/float64(count))
	fit.Agreement = float64(same) / float64(fit.HeldOut)
	return fit, hi - lo, nil
}

// largestT is the furthest that a polynomial's argument leaves its interval on held-out samples.
func largestT(g *tensor.Graph, values batch) float64 {
	worst := 0.0
	for _, n := range g.Nodes {
		p, ok := n.Op.(tensor.Poly)
		if !ok {
			continue
		}
		for s := 0; s < len(values[n]); s += holdOut {
			for i, x := range values[n.In[0]][s] {
				worst = max(worst, math.Abs(p.Unit(p.At(i), x)))
			}
		}
	}
	return worst
}
