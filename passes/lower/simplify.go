package lower

import (
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/rewrite"
)

// Simplify undoes decompositions by exporters where the original is exact or has known bounds: |x|·|x| is x²,
// which needs no polynomial for |x|; x - log Σ exp(x) is LogSoftmax, and exp of that is Softmax.
func Simplify(g *tensor.Graph) *tensor.Graph {
	r := rewrite.New(g, tensor.Imported)
	for _, n := range g.Nodes {
		op, in := n.Op, r.Operands(n)
		switch n.Op.(type) {
		case tensor.Mul:
			if a, b, ok := absolutes(in); ok && a == b {
				in = []*tensor.Node{a, b}
			}
		case tensor.Sub:
			if axis, ok := logSum(in[1], in[0]); ok {
				op, in = tensor.LogSoftmax{Axis: axis}, in[:1]
			}
		case tensor.Func:
			if log, ok := in[0].Op.(tensor.LogSoftmax); ok && op.(tensor.Func).Body == nil && op.(tensor.Func).Fn == "exp" {
				op, in = tensor.Softmax(log), in[0].In
			}
		}
		r.To[n] = r.Out.MustAdd(n.Pos, op, in...)
	}
	return r.Finish()
}

// absolutes gives x and y of |x| and |y|.
func absolutes(in []*tensor.Node) (x, y *tensor.Node, ok bool) {
	var of [2]*tensor.Node
	for k, n := range in {
		f, ok := n.Op.(tensor.Func)
		if !ok || f.Body != nil || f.Fn != "abs" {
			return nil, nil, false
		}
		of[k] = n.In[0]
	}
	return of[0], of[1], true
}

// logSum says along which axis of x a value is log Σ exp(x), with that axis kept at length 1.
func logSum(n, x *tensor.Node) (axis int, ok bool) {
	shape := n.Shape
	for _, reshaped := n.Op.(tensor.Reshape); reshaped; _, reshaped = n.Op.(tensor.Reshape) {
		n = n.In[0]
	}
	sum, ok := n.Op.(tensor.Reduce)
	if !ok || sum.Fn != "logsumexp" || n.In[0] != x {
		return 0, false
	}
	kept := slices.Clone(x.Shape)
	kept[sum.Axis] = 1
	return sum.Axis, slices.Equal(shape, kept)
}
