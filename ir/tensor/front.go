package tensor

// PrologueCandidates marks the nodes, by ID, that the client could compute before encryption: they depend on
// the sample and on nothing that the model's owner keeps secret.
func (g *Graph) PrologueCandidates() []bool {
	front := make([]bool, len(g.Nodes))
	for i, n := range g.Nodes {
		front[i] = n.FitsPrologue(func(in *Node) bool { return front[in.ID] })
	}
	return front
}

// FitsPrologue says whether a node could be computed before encryption, given which of its operands could.
// The client may be shown categories, and constants that apply element by element, as the statistics of
// columns do. Matrices are weights.
func (n *Node) FitsPrologue(front func(in *Node) bool) bool {
	data := 0 // elements of the largest operand that is not constant
	for _, in := range n.In {
		if _, constant := in.Op.(Const); constant {
			continue
		}
		if !front(in) {
			return false
		}
		data = max(data, in.Size())
	}
	switch n.Op.(type) {
	case Input:
		return true
	case Add, Sub, Mul, Div, Func:
		return data > 0 && n.Size() <= data
	case MatMul:
		return data > 0 && n.OnlySums()
	}
	return data > 0 && allowedInPrologue(n.Op)
}

// allowedInPrologue says whether an operation may be part of a prologue.
func allowedInPrologue(op Op) bool {
	switch op.(type) {
	case Input, Const, Add, Sub, Mul, Div, Func, Reshape, Transpose, Concat, Pick, ClientFunc, Compare, Where, Lookup, MatMul,
		Normalize, Reduce, Softmax, LogSoftmax, Hardmax:
		return true
	}
	return false
}

// OnlySums says whether a product with constant matrices only adds elements up, all with the same factor:
// sums and means contain no weights of the model.
func (n *Node) OnlySums() bool {
	for _, in := range n.In {
		if c, ok := in.Op.(Const); ok && !oneWeight(c.Data) {
			return false
		}
	}
	return true
}

func oneWeight(data []float64) bool {
	weight := 0.0
	for _, x := range data {
		if weight == 0 {
			weight = x
		}
		if x != 0 && x != weight {
			return false
		}
	}
	return true
}

// Linear says whether an operation is linear in its operands that are not constant, or only moves elements:
// then it costs the server nothing.
func (n *Node) Linear() bool {
	variable := 0
	for _, in := range n.In {
		if _, constant := in.Op.(Const); !constant {
			variable++
		}
	}
	switch n.Op.(type) {
	case Input, Const, Reshape, Transpose, Concat, Pick, Add, Sub, MatMul, Affine:
		return true
	case Mul:
		return variable < 2
	case Div:
		_, constant := n.In[1].Op.(Const)
		return constant
	}
	return false
}
