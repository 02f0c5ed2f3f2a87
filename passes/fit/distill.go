package fit

import (
	"context"

	"hecc/ir/tensor"
	"hecc/passes/approx"
	"hecc/passes/internal/sampled"
	"hecc/passes/train"
	"hecc/passes/windows"
)

// distill trains a candidate. The candidate's graph has a node for each node of the exact graph, in the same
// order.
func (f *fitter) distill(ctx context.Context, c *candidate) (*candidate, error) {
	teacher := make([]sampled.Matrix, len(f.Graph.Nodes))
	ties := map[*tensor.Node]*windows.Tie{}
	for i, n := range f.Graph.Nodes {
		teacher[i] = f.exact[n].Slice(0, f.train)
		ties[c.graph.Nodes[i]] = f.ties[n]
	}
	net, err := train.Distill(ctx, c.graph, teacher, ties, f.goal.Agreement > 0 || f.Targets.Labelled && f.Truth.Classes != nil, f.distillProgress)
	if err != nil {
		return nil, err
	}
	recomputeErrors(net, f.funcs)
	out := &candidate{settings: c.settings, graph: net}
	for _, n := range c.replaced {
		out.replaced = append(out.replaced, replacement{net.Nodes[n.argument.ID], net.Nodes[n.value.ID]})
	}
	out.fit = f.validate(c.settings, net, sampled.Run(net, f.exact[f.Graph.Input()]))
	out.fit.Distilled = true
	return out, nil
}

// recomputeErrors bounds anew how far polynomials are from the functions they approximate.
func recomputeErrors(g *tensor.Graph, funcs []tensor.Func) {
	for _, n := range g.Nodes {
		p, ok := n.Op.(tensor.Poly)
		if !ok {
			continue
		}
		p.Err = make([]float64, len(p.Coeffs))
		for i, c := range p.Coeffs {
			p.Err[i] = approx.Bound(funcs[0].Scalar(i), c, p.Lo[i], p.Hi[i])
		}
		n.Op, funcs = p, funcs[1:]
	}
}

// distillProgress reports steps of distillation, which follows the search.
func (f *fitter) distillProgress(step, steps int) {
	f.Progress(searchShare+(1-searchShare)*float64(step)/float64(steps), "distilling")
}
