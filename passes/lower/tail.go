package lower

import (
	"slices"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// tail decides which operations at the end of a model are the client's. It begins where the server
// cannot compute exactly: at a function that is no polynomial, a comparison, a quotient. Behind it no
// weights may come, which the client would have to have: see light.
type epilogueSplit struct {
	g          *tensor.Graph
	users      [][]*tensor.Node
	merger     *merger // knows of which quotients the server can make a function
	keepTail   bool    // leave to the server what it can compute, even if not exactly
	light      []bool
	onlyShifts []bool // light, and only moves and shifts values: what keep allows behind a function
	mixed      []bool // a map that mixes elements comes before
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
		_, t.mixed[i] = n.Op.(tensor.MatMul)
		for _, in := range n.In {
			t.mixed[i] = t.mixed[i] || t.mixed[in.ID]
		}
	}
	return t
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

// takeProducts gives the client the products that a quotient of its own is made of, as the norms in a cosine: where these are small,
// what they are off by would be divided by next to nothing, and the quotient's parts would no longer fit each other.
func (t *epilogueSplit) takeProducts(client []bool) {
	product := make([]bool, len(t.g.Nodes)) // light, and made of products of two values
	for i, n := range t.g.Nodes {
		_, mul := n.Op.(tensor.Mul)
		product[i] = mul && !slices.ContainsFunc(n.In, isConst)
		for _, in := range n.In {
			product[i] = product[i] || product[in.ID]
		}
		product[i] = product[i] && t.light[i] && t.mixed[i]
	}
	quotient := make([]bool, len(t.g.Nodes)) // comes behind, computed by the client
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
	case tensor.Func: // an argument that mixes nothing would show the constants of the model one by one
		return op.Steps() || invertible(n) && t.onlyShifts[n.ID] || t.mixed[n.ID] && !t.keepTail
	case tensor.Div:
		return !isConst(n.In[1]) && (t.merger.dominator[n.ID] == nil || t.mixed[n.ID] && !t.keepTail)
	}
	return false
}

// moveDown leaves to the client what it can compute from values that it gets anyway.
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

// refuse names what stands behind an operation that is the client's.
func (t *epilogueSplit) refuse(n *tensor.Node) error {
	heavy := n
	for at := n; at != nil; at = t.next(at) {
		heavy = at
	}
	e := diag.Errorf(n.Pos, "is supported only before the first weights or after the last, where the client computes it")
	if heavy == n {
		return e.Note("it looks up rows of weights, which the client would have to have")
	}
	return e.Note("behind it stand weights, in node %d (%s), which the client would have to have", heavy.Pos.Node, heavy.Pos.Op).
		Note("cut the model in front of it, or train it with Relu, Sigmoid or Tanh in its place")
}

// next is a reader of n that is not light, or leads to one.
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

// isLight says whether the client may compute an operation: it must not carry weights, as a matrix
// does, or a table of rows. Constants that work element by element may be shown.
func isLight(n *tensor.Node) bool {
	switch n.Op.(type) {
	case tensor.Input, tensor.Const:
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

// invertible says whether a value of the operation tells its argument.
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

// shifts says whether an operation moves values or adds numbers to them.
func shifts(n *tensor.Node) bool {
	switch n.Op.(type) {
	case tensor.Reshape, tensor.Transpose, tensor.Concat, tensor.Pick:
		return true
	case tensor.Add, tensor.Sub:
		return !slices.ContainsFunc(n.In, func(in *tensor.Node) bool { return isConst(in) && in.Size() > 1 })
	}
	return false
}
