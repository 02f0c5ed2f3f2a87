package lower

import (
	"slices"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// epilogueSplit decides which operations at the end of a model are the client's. They begin where the server
// cannot compute exactly: at a function that is not a polynomial, a comparison, a quotient. No weights may
// follow, since the client would have to have them: see light.
type epilogueSplit struct {
	g          *tensor.Graph
	users      [][]*tensor.Node
	merger     *merger // says which quotients the server can make a function of
	keepTail   bool    // leave to the server what it can compute, even if only approximately
	light      []bool
	onlyShifts []bool // light, and only moves and shifts values, here and behind: keepTail allows functions before these
	mixed      []bool // depends on a matrix product or a convolution, which mix elements
}

func newEpilogueSplit(g *tensor.Graph, keep bool) *epilogueSplit {
	n := len(g.Nodes)
	t := &epilogueSplit{g, g.Users(), newMerger(g), keep, make([]bool, n), make([]bool, n), make([]bool, n)}
	for i, n := range slices.Backward(g.Nodes) {
		t.light[i], t.onlyShifts[i] = isLight(n), isLight(n) && (shifts(n) || onlyClient(n) || invertible(n))
		for _, u := range t.users[i] {
			t.light[i] = t.light[i] && t.light[u.ID]
			t.onlyShifts[i] = t.onlyShifts[i] && t.onlyShifts[u.ID]
		}
	}
	for i, n := range g.Nodes {
		t.mixed[i] = mixes(n)
		for _, in := range n.In {
			t.mixed[i] = t.mixed[i] || t.mixed[in.ID]
		}
	}
	return t
}

// mixes says whether an operation adds up several elements.
func mixes(n *tensor.Node) bool {
	switch n.Op.(type) {
	case tensor.MatMul, tensor.Affine:
		return true
	}
	return false
}

// nodes marks the client's nodes, by ID.
func (t *epilogueSplit) nodes() ([]bool, error) {
	client := make([]bool, len(t.g.Nodes))
	for i, n := range t.g.Nodes {
		client[i] = t.light[i] && t.starts(n)
		for _, in := range n.In {
			client[i] = client[i] || client[in.ID]
		}
		if onlyClient(n) && !client[i] {
			return nil, t.refuse(n)
		}
	}
	if !t.keepTail {
		t.takeProducts(client)
	}
	for t.moveDown(client) {
	}
	return client, nil
}

// takeProducts gives the client the products that its own quotients are made of, as the norms in a cosine.
// Where these are small, their error would be divided by a small number, and numerator and denominator would
// no longer match.
func (t *epilogueSplit) takeProducts(client []bool) {
	product := make([]bool, len(t.g.Nodes)) // light, and depends on a product of two values
	for i, n := range t.g.Nodes {
		_, mul := n.Op.(tensor.Mul)
		product[i] = mul && !slices.ContainsFunc(n.In, isConst)
		for _, in := range n.In {
			product[i] = product[i] || product[in.ID]
		}
		product[i] = product[i] && t.light[i] && t.mixed[i]
	}
	quotient := make([]bool, len(t.g.Nodes)) // the client computes a quotient from it
	for i, n := range slices.Backward(t.g.Nodes) {
		for _, u := range t.users[i] {
			_, div := u.Op.(tensor.Div)
			quotient[i] = quotient[i] || quotient[u.ID] || div && client[u.ID] && !isConst(u.In[1])
		}
		client[i] = client[i] || quotient[i] && product[n.ID]
	}
}

// starts says whether an operation is the client's though all its operands are the server's.
func (t *epilogueSplit) starts(n *tensor.Node) bool {
	if onlyClient(n) {
		return true
	}
	switch op := n.Op.(type) {
	case tensor.Func: // if its argument mixes no elements, it would show the model's constants one by one
		return op.IsStep() || invertible(n) && t.onlyShifts[n.ID] || t.mixed[n.ID] && !t.keepTail
	case tensor.Div:
		return !isConst(n.In[1]) && (t.merger.dominator[n.ID] == nil || t.mixed[n.ID] && !t.keepTail)
	}
	return false
}

// moveDown moves to the client what it can compute from values that it gets anyway.
func (t *epilogueSplit) moveDown(client []bool) (moved bool) {
	cuts := cutNodes(t.g, client)
	for _, n := range cuts {
		got := isLight(n)
		for _, in := range n.In {
			got = got && (isConst(in) || slices.Contains(cuts, in))
		}
		for _, u := range t.users[n.ID] {
			got = got && client[u.ID]
		}
		if got {
			client[n.ID], moved = true, true
		}
	}
	return moved
}

// refuse names the weights that follow an operation of the client.
func (t *epilogueSplit) refuse(n *tensor.Node) error {
	heavy := n
	for at := n; at != nil; at = t.next(at) {
		heavy = at
	}
	if op, ok := n.Op.(tensor.Reduce); ok && heavy != n && op.Fn != "logsumexp" {
		return diag.At(n.Pos, "compares %d elements between weights, must be at most %d", n.In[0].Shape[op.Axis], maxMaxima).
			Cure("train with a mean in its place, or with a stride in the layer before it")
	}
	e := diag.At(n.Pos, "is supported only before the first weights or after the last, where the client computes it")
	if heavy == n {
		return e.Note("it looks up rows of weights, which the client would have to have").
			Cure("look the rows up before encryption, and export the model behind the lookup")
	}
	return e.Note("behind it stand weights, in node %d (%s), which the client would have to have", heavy.Pos.Node, heavy.Pos.Op).
		Cure("cut the model in front of it, or train it with Relu, Sigmoid or Tanh in its place")
}

// next is a reader of n that is not light, or from which one can be reached.
func (t *epilogueSplit) next(n *tensor.Node) *tensor.Node {
	if !isLight(n) {
		return nil
	}
	for _, u := range t.users[n.ID] {
		if !t.light[u.ID] {
			return u
		}
	}
	return nil
}

// isLight says whether the client may compute an operation: it must not carry weights, as a matrix does, or a
// table of rows. Constants that apply element by element may be shown.
func isLight(n *tensor.Node) bool {
	switch n.Op.(type) {
	case tensor.Input, tensor.Const, tensor.Affine:
		return false
	case tensor.MatMul:
		return n.OnlySums()
	case tensor.Gather:
		return !isConst(n.In[0]) || len(n.In[0].Shape) == 1
	}
	return true
}

// onlyClient says whether the server cannot compute an operation at all.
func onlyClient(n *tensor.Node) bool {
	switch n.Op.(type) {
	case tensor.Softmax, tensor.LogSoftmax, tensor.Hardmax, tensor.Normalize, tensor.ArgMax, tensor.Label, tensor.ZipMap,
		tensor.Compare, tensor.Where, tensor.ClientFunc, tensor.Lookup, tensor.Reduce, tensor.TopK, tensor.Gather:
		return true
	case tensor.MatMul:
		return !slices.ContainsFunc(n.In, isConst)
	}
	return false
}

// invertible says whether a value of the operation determines its argument.
func invertible(n *tensor.Node) bool {
	op, ok := n.Op.(tensor.Func)
	if !ok || op.Body != nil {
		return false
	}
	switch op.Fn {
	case "sigmoid", "tanh", "erf", "softplus", "softsign", "exp", "log", "sqrt", "sinh", "asinh", "atan":
		return true
	}
	return false
}

// shifts says whether an operation only moves values or adds one constant to all of them.
func shifts(n *tensor.Node) bool {
	switch n.Op.(type) {
	case tensor.Reshape, tensor.Transpose, tensor.Concat, tensor.Pick:
		return true
	case tensor.Add, tensor.Sub:
		return !slices.ContainsFunc(n.In, func(in *tensor.Node) bool { return isConst(in) && in.Size() > 1 })
	}
	return false
}
