package fit

import (
	"context"

	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
	"hecc/passes/piecewise"
	"hecc/passes/rewrite"
	"hecc/passes/train"
)

// choice says how to replace the functions.
type choice struct {
	forms  []form  // of each function, in order
	refit  bool    // compensate in the maps behind them
	margin float64 // see reach
	shared bool    // one polynomial for all elements of a layer
}

// candidate is a polynomial network and how good it is.
type candidate struct {
	choice
	graph  *tensor.Graph
	values sampled.Values
	made   []*tensor.Node // of each function, in order
	fit    Fit
}

// try fits polynomials and judges them.
func (f *fitter) try(ctx context.Context, c choice) (*candidate, error) {
	graph, got, made, err := f.replace(ctx, c)
	if err != nil {
		return nil, err
	}
	return &candidate{c, graph, got, made, f.judge(c, graph, got)}, nil
}

// replace makes polynomials of every Func, layer after layer, and returns the new graph with
// its values on every sample, and what was made of each Func.
func (f *fitter) replace(ctx context.Context, c choice) (*tensor.Graph, sampled.Values, []*tensor.Node, error) {
	r := rewrite.New(f.Graph, tensor.Lowering)
	got := sampled.Values{}
	forms := c.forms
	var made []*tensor.Node
	for _, n := range f.Graph.Nodes {
		if f.fixed[n] {
			got[r.Keep(n)] = f.exact[n]
			continue
		}
		in := got.Of(r.Operands(n))
		op := n.Op
		switch old := n.Op.(type) {
		case tensor.Func:
			if forms[0].kinks != nil {
				if err := f.straighten(r, n, forms[0], c.margin, got); err != nil {
					return nil, nil, nil, err
				}
				forms, made = forms[1:], append(made, r.To[n])
				continue
			}
			p, err := fitLayer(ctx, n, old, forms[0].degree, c, f.exceedance(forms[0].degree), in[0].Slice(0, f.train), f.weights(n, c))
			if err != nil {
				return nil, nil, nil, err
			}
			op, forms = p, forms[1:]
		case tensor.Affine:
			if c.refit {
				op = train.Refit(old, f.training(in), f.exact[n].Slice(0, f.train))
			}
			if err := ctx.Err(); err != nil {
				return nil, nil, nil, err
			}
		}
		at := r.Out.MustAdd(n.Pos, op, r.Operands(n)...)
		r.To[n], got[at] = at, sampled.Eval(at, in)
		if _, ok := n.Op.(tensor.Func); ok {
			made = append(made, at)
		}
	}
	return r.Finish(), got, made, nil
}

// straighten puts polynomials at the kinks of a Func, with intervals as fitLayer sets them.
func (f *fitter) straighten(r *rewrite.Rewriter, n *tensor.Node, as form, widen float64, got sampled.Values) error {
	x := r.To[n.In[0]]
	l, err := piecewise.NewLayer(n, as.kinks, sampledIntervals(n, widen, f.exceedance(as.degree), got[x].Slice(0, f.train)))
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

// weights says how much the samples matter to the fit of a function, if the map behind it does
// not see to that; no values mean that all matter alike.
func (f *fitter) weights(n *tensor.Node, c choice) sampled.Matrix {
	if c.refit {
		return sampled.Matrix{}
	}
	return f.sensitivity[n]
}
