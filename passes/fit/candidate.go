package fit

import (
	"context"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
	"hecc/passes/piecewise"
	"hecc/passes/rewrite"
	"hecc/passes/train"
)

// settings say how to replace the functions of a graph.
type settings struct {
	approximations []approximation // of each function, in order
	refit          bool            // refit the affine maps behind them, see train.Refit
	margin         float64         // of the intervals, see tails.Cover
	shared         bool            // one polynomial for all elements of a layer
}

// candidate is a polynomial network and how good it is.
type candidate struct {
	settings
	graph    *tensor.Graph // nil in large networks: see whole
	replaced []replacement // what each function became, in order
	fit      Fit
}

// replacement is what a function became.
type replacement struct{ argument, value *tensor.Node }

// largeNetwork is the number of weights from which candidates do not keep their graphs, nor are distilled.
const largeNetwork = 1 << 22

// try fits polynomials and validates them.
func (f *fitter) try(ctx context.Context, s settings) (*candidate, error) {
	graph, values, replaced, err := f.replace(ctx, s)
	if err != nil {
		return nil, err
	}
	c := &candidate{s, graph, replaced, f.validate(s, graph, values)}
	if f.weightCount > largeNetwork {
		c.graph, c.replaced = nil, nil
	}
	return c, nil
}

// whole gives a candidate its graph again, by fitting it anew.
func (f *fitter) whole(ctx context.Context, c *candidate) (err error) {
	if c.graph == nil {
		c.graph, _, c.replaced, err = f.replace(ctx, c.settings)
	}
	return err
}

// replace makes polynomials of all functions, layer after layer. It returns the new graph with its values on
// every sample, and the node that each function became. What the last candidate did alike is taken from there.
func (f *fitter) replace(ctx context.Context, s settings) (*tensor.Graph, sampled.Values, []replacement, error) {
	r := rewrite.New(f.Graph, tensor.Lowering)
	values := sampled.Values{}
	approximations := s.approximations
	var replaced []replacement
	common := f.last.common(f.Graph, s)
	now, traced := f.last.start(s, common), true
	for i, n := range f.Graph.Nodes {
		if f.fixed[n] {
			values[r.Keep(n)] = f.exact[n]
			now.add(traced && i >= common, nil, sampled.Matrix{})
			continue
		}
		own := approximation{}
		_, isFunc := n.Op.(tensor.Func)
		if isFunc {
			own, approximations = approximations[0], approximations[1:]
		}
		if own.piecewise != nil {
			x := r.To[n.In[0]]
			if err := f.emitPiecewise(r, n, own, s.margin, values); err != nil {
				return nil, nil, nil, err
			}
			replaced, traced = append(replaced, replacement{x, r.To[n]}), false
			continue
		}
		in := values.Of(r.Operands(n))
		var op tensor.Op
		var value sampled.Matrix
		if i < common {
			op, value = now.ops[i], now.values[i]
		} else {
			var err error
			if op, err = f.replacement(ctx, n, own.degree, s, in); err != nil {
				return nil, nil, nil, err
			}
		}
		at := r.Out.MustAdd(n.Pos, op, r.Operands(n)...)
		if i >= common {
			value = sampled.Eval(at, in)
		}
		r.To[n], values[at] = at, value
		now.add(traced && i >= common, op, value)
		if isFunc {
			replaced = append(replaced, replacement{at.In[0], at})
		}
	}
	f.last = now
	return r.Finish(), values, replaced, nil
}

// replacement is what becomes of a node: a function's polynomials of degree d, or a map that is refitted.
func (f *fitter) replacement(ctx context.Context, n *tensor.Node, d int, s settings, in []sampled.Matrix) (tensor.Op, error) {
	switch old := n.Op.(type) {
	case tensor.Func:
		channel, channels := f.channelsOf(n)
		l := &layer{n, old, in[0].Slice(0, f.train), channel, channels}
		return l.fit(ctx, d, s, f.exceedance(d), f.weights(n, s))
	case tensor.Affine:
		if s.refit && !train.OnlyMapped(f.users[n.ID]) {
			return f.refit(ctx, n, old, in)
		}
	}
	return n.Op, ctx.Err()
}

// emitPiecewise replaces a piecewise linear function, or one with jumps, on intervals that are chosen as
// fitLayer chooses them.
func (f *fitter) emitPiecewise(r *rewrite.Rewriter, n *tensor.Node, as approximation, margin float64, got sampled.Values) error {
	x := r.To[n.In[0]]
	l, err := piecewise.NewLayer(n, as.piecewise, sampledIntervals(n, margin, f.exceedance(as.degree), got[x].Slice(0, f.train)))
	if err != nil {
		return err
	}
	before := len(r.Out.Nodes)
	r.To[n] = l.Emit(r.Out, n, x)
	for _, at := range r.Out.Nodes[before:] {
		got[at] = sampled.Eval(at, got.Of(at.In))
	}
	return nil
}

// weights are the least squares weights of the samples, by how sensitive the outputs are to the function's
// values. The empty matrix means equal weights: refitting the next map makes weights superfluous.
func (f *fitter) weights(n *tensor.Node, s settings) sampled.Matrix {
	if s.refit {
		return sampled.Matrix{}
	}
	return f.sensitivity[n]
}

// trace is what the nodes of a candidate's graph became, node by node of the exact graph. Candidates that
// replace the first functions alike have the same values up to there. It ends at polynomials at kinks.
type trace struct {
	settings
	ops    []tensor.Op
	values []sampled.Matrix
}

// common is how many nodes of the graph a candidate of these settings has in common with the traced one.
func (t *trace) common(g *tensor.Graph, s settings) int {
	if len(t.ops) == 0 || t.refit != s.refit || t.margin != s.margin || t.shared != s.shared {
		return 0
	}
	k := 0
	for i, n := range g.Nodes[:len(t.ops)] {
		if _, ok := n.Op.(tensor.Func); !ok {
			continue
		}
		if t.approximations[k] != s.approximations[k] || s.approximations[k].piecewise != nil {
			return i
		}
		k++
	}
	return len(t.ops)
}

// start begins a new trace with the nodes that it has in common with the last one.
func (t *trace) start(s settings, common int) trace {
	return trace{s, slices.Clone(t.ops[:common]), slices.Clone(t.values[:common])}
}

// add records what the next node became, if it is to be recorded.
func (t *trace) add(record bool, op tensor.Op, values sampled.Matrix) {
	if record {
		t.ops, t.values = append(t.ops, op), append(t.values, values)
	}
}
