package passes

import (
	"hecc/ir/diag"
	"hecc/ir/tensor"
	"hecc/passes/fit"
)

// Fitted is a function and the polynomials that took its place, as they were before later passes took them apart.
type Fitted struct {
	Pos  diag.Pos
	Func tensor.Func // of no name where the polynomials are a part of what stands for a function
	Poly tensor.Poly
}

// fittedOf lists them in the order of the graph, those of degree 0 and 1 that are no longer there last.
func fittedOf(before *tensor.Graph, done *fit.Result) (out []Fitted) {
	function := func(is func(*tensor.Node) bool, of string) tensor.Func {
		for _, n := range before.Nodes {
			if f, ok := n.Op.(tensor.Func); ok && f.Fn == of && is(n) {
				return f
			}
		}
		return tensor.Func{}
	}
	for _, a := range activationsOf(done.Graph) {
		f := function(func(n *tensor.Node) bool { return n.Pos == a.pos }, a.poly.Of)
		out = append(out, Fitted{a.pos, f, a.poly})
	}
	for _, l := range done.AffineFuncs {
		f := Fitted{Poly: l.Poly}
		for _, n := range done.Exact.Nodes {
			if fn, ok := n.Op.(tensor.Func); ok && n.In[0] == l.Argument && fn.Fn == l.Poly.Of {
				f.Pos, f.Func = n.Pos, fn
			}
		}
		out = append(out, f)
	}
	return out
}
