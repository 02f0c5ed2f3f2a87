package fit

import (
	"context"

	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
	"hecc/passes/train"
	"hecc/passes/windows"
)

// The elements of a channel are one value at many places: they share a polynomial and its interval, fitted on
// all of them, and the weights that read them are refitted as one.

// findTies finds the ties of all affine operations whose results have several axes.
func findTies(g *tensor.Graph) map[*tensor.Node]*windows.Tie {
	ties := map[*tensor.Node]*windows.Tie{}
	for _, n := range g.Nodes {
		op, ok := n.Op.(tensor.Affine)
		out := tensor.ProperAxes(n.Shape)
		if !ok || len(out) == 1 {
			continue
		}
		in := make([][]int, len(n.In))
		for k, a := range n.In {
			in[k] = tensor.ProperAxes(a.Shape)
		}
		if tie, ok := windows.TieOf(op, in, out); ok {
			ties[n] = tie
		}
	}
	return ties
}

// refit refits an affine operation on its operands' values.
func (f *fitter) refit(ctx context.Context, n *tensor.Node, op tensor.Affine, in []sampled.Matrix) (tensor.Op, error) {
	in, want := f.training(in), f.exact[n].Slice(0, f.train)
	if tie := f.ties[n]; tie != nil {
		return train.RefitTied(ctx, op, tie, in, want), ctx.Err()
	}
	return train.Refit(op, in, want), ctx.Err()
}

// channelsOf gives each element of a function's argument a number, the same for those of a channel, and says how many
// there are.
func (f *fitter) channelsOf(n *tensor.Node) (channel []int, channels int) {
	if tie := f.ties[n.In[0]]; tie != nil {
		return tie.Class, tie.Classes
	}
	return everyElement(n), n.Size()
}
