package lower

import (
	"fmt"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/tensor"
	"hecc/passes/rewrite"
)

// maxMaxima bounds the elements whose maximum the server takes, as it does for the windows of MaxPool.
const maxMaxima = 64

// spellMaxima writes maxima and minima along an axis, with weights behind them, as maxima of pairs: those the
// server can compute, by a polynomial for each. All others are left to the client.
func spellMaxima(g *tensor.Graph, keepTail bool) *tensor.Graph {
	light := newEpilogueSplit(g, keepTail).light
	r := rewrite.New(g, tensor.Imported)
	for _, n := range g.Nodes {
		op, ok := n.Op.(tensor.Reduce)
		if !ok || op.Fn != "max" && op.Fn != "min" || light[n.ID] || n.In[0].Shape[op.Axis] > maxMaxima {
			r.Keep(n)
			continue
		}
		r.To[n] = spellMaximum(r.Out, n, r.To[n.In[0]])
	}
	return r.Finish()
}

// spellMaximum halves the axis until one element is left, so that the depth is the logarithm of their number.
func spellMaximum(g *tensor.Graph, n, x *tensor.Node) *tensor.Node {
	op := n.Op.(tensor.Reduce)
	for level := 0; x.Shape[op.Axis] > 1; level++ {
		pos := n.Pos
		pos.Name += fmt.Sprintf(" maximum %d", level)
		half := x.Shape[op.Axis] / 2
		take := func(first, count int) *tensor.Node {
			shape, places := slices.Clone(x.Shape), make([]int, count)
			shape[op.Axis] = count
			for i := range places {
				places[i] = first + i
			}
			return g.MustAdd(pos, tensor.Pick{Shape: shape, Index: tensor.AxisIndex(x.Shape, op.Axis, places)}, x)
		}
		a, b, rest := take(0, half), take(half, half), x.Shape[op.Axis]-2*half
		larger := largerOf(g, pos, op.Fn == "min", a, b)
		if rest > 0 {
			larger = g.MustAdd(pos, tensor.Concat{Axis: op.Axis}, larger, take(2*half, rest))
		}
		x = larger
	}
	return g.MustAdd(n.Pos, tensor.Reshape{Shape: n.Shape}, x)
}

// largerOf is b + relu(a - b); the smaller is b - relu(b - a).
func largerOf(g *tensor.Graph, pos diag.Pos, least bool, a, b *tensor.Node) *tensor.Node {
	var sum tensor.Op = tensor.Add{}
	minuend, subtrahend := a, b
	if least {
		sum, minuend, subtrahend = tensor.Sub{}, b, a
	}
	over := g.MustAdd(pos, tensor.Sub{}, minuend, subtrahend)
	return g.MustAdd(pos, sum, b, g.MustAdd(pos, tensor.Func{Fn: "relu"}, over))
}
