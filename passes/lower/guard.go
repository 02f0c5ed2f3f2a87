package lower

import (
	"slices"

	"hecc/ir/diag"
	"hecc/ir/span"
	"hecc/ir/tensor"
	"hecc/passes/rewrite"
)

// GuardRoots checks that what the client computes is defined on the samples, and keeps roots defined under
// noise: the argument of a root may be 0 or little more, and noise then makes it negative.
func GuardRoots(epilogue *tensor.Graph, decrypted [][]float64) (*tensor.Graph, error) {
	e := tensor.NewEvaluator(epilogue)
	highest := make([]float64, len(epilogue.Nodes)) // argument of each function
	for s, y := range decrypted {
		v := e.MustRun(y)
		for _, n := range epilogue.Nodes {
			if _, ok := n.Op.(tensor.Func); ok {
				highest[n.ID] = max(highest[n.ID], slices.Max(v.Of(n.In[0])))
			}
		}
		if n := firstUndefined(epilogue, v); n != nil {
			return nil, diag.At(n.Pos, "gives a number that is infinite or not defined, on sample %d", s).
				Cure("keep the argument inside the function's domain, as by adding a constant; or give samples that keep it there: --calibrate samples.npy, --input-range lo:hi")
		}
	}
	r := rewrite.New(epilogue, tensor.Epilogue)
	for _, n := range epilogue.Nodes {
		if f, ok := n.Op.(tensor.Func); ok && f.Body == nil && f.Fn == "sqrt" {
			r.To[n] = r.Out.MustAdd(n.Pos, guardedRoot(rootMargin*highest[n.ID]), r.To[n.In[0]])
		} else {
			r.Keep(n)
		}
	}
	return r.Finish(), nil
}

// firstUndefined is the first operation with a result that is infinite or NaN though its operands are finite,
// if an output is not finite.
func firstUndefined(g *tensor.Graph, v tensor.Values) *tensor.Node {
	bad := func(n *tensor.Node) bool {
		return slices.ContainsFunc(v.Of(n), func(x float64) bool { return !span.Finite(x) })
	}
	if !slices.ContainsFunc(g.Outputs, func(o tensor.Output) bool { return bad(o.Node) }) {
		return nil
	}
	for _, n := range g.Nodes {
		if _, input := n.Op.(tensor.Input); !input && bad(n) && !slices.ContainsFunc(n.In, bad) {
			return n
		}
	}
	return nil // the server's part is undefined: see fit/domain.go
}

// rootMargin is how far below 0 noise may put the argument of a root, as a share of its largest value.
const rootMargin = 0.05

// guardedRoot is √x, and 0 where x is negative by at most the margin; further below it is NaN.
func guardedRoot(margin float64) tensor.Func {
	b := &tensor.Body{}
	zero := b.AddConst(0)
	beyond := b.Add("min", b.Add("add", 0, b.AddConst(margin)), zero)
	b.Add("sqrt", b.Add("add", b.Add("max", 0, zero), beyond))
	return tensor.Func{Fn: "sqrt", Body: b}
}
