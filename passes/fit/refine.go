package fit

import (
	"context"

	"hecc/ir/tensor"
	"hecc/passes/approx"
	"hecc/passes/internal/sampled"
	"hecc/passes/train"
)

// distill trains a candidate, which has the nodes of the graph, one for one.
func (f *fitter) distill(ctx context.Context, c *candidate) (*candidate, error) {
	teacher := make([]sampled.Matrix, len(f.Graph.Nodes))
	for i, n := range f.Graph.Nodes {
		teacher[i] = f.exact[n].Slice(0, f.train)
	}
	net, err := train.Distill(ctx, c.graph, teacher, f.goal.Agreement > 0, f.distilling)
	if err != nil {
		return nil, err
	}
	boundErrors(net, f.funcs)
	out := &candidate{choice: c.choice, graph: net, values: sampled.Run(net, f.exact[f.Graph.Input()])}
	for _, n := range c.made {
		out.made = append(out.made, net.Nodes[n.ID])
	}
	out.fit = f.judge(c.choice, net, out.values)
	out.fit.Distilled = true
	return out, nil
}

// boundErrors says anew how far polynomials are from the functions they stand for.
func boundErrors(g *tensor.Graph, funcs []tensor.Func) {
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

// distilling comes last: after the search.
func (f *fitter) distilling(step, steps int) {
	f.Progress(searchShare+(1-searchShare)*float64(step)/float64(steps), "distilling")
}
