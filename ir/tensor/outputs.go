package tensor

// Primary is the first output of floating-point numbers, and not of labels, indices or other discrete values.
// Of a ZipMap it is the tensor inside. If there is none, it is the first output.
func (g *Graph) Primary() Output {
	discrete := g.Discrete()
	for _, o := range g.Outputs {
		if discrete[o.Node.ID] {
			continue
		}
		if _, ok := o.Node.Op.(ZipMap); ok {
			return Output{Name: o.Name, Node: o.Node.In[0]}
		}
		return o
	}
	return g.Outputs[0]
}

// Judged is the value that errors are measured on: the primary output, or what that is computed from if it is
// discrete. A label is right or wrong, without a size of error.
func (g *Graph) Judged() *Node {
	discrete := g.Discrete()
	n := g.Primary().Node
	for discrete[n.ID] {
		next := n
		for _, in := range n.In {
			if _, constant := in.Op.(Const); !constant {
				next = in
				break
			}
		}
		if next == n {
			break
		}
		n = next
	}
	return n
}

// Classes are the discrete outputs, as labels are: they agree or they do not.
func (g *Graph) Classes() (nodes []*Node) {
	discrete := g.Discrete()
	for _, o := range g.Outputs {
		if discrete[o.Node.ID] {
			nodes = append(nodes, o.Node)
		}
	}
	return nodes
}

// Discrete says of each node, by ID, whether its values are discrete, so that a small error of an operand
// changes them not at all or altogether. Constants are.
func (g *Graph) Discrete() []bool {
	discrete := make([]bool, len(g.Nodes))
	for i, n := range g.Nodes {
		discrete[i] = isDiscrete(n.Op)
		if keepsDiscrete(n.Op) {
			discrete[i] = true
			for _, in := range n.In {
				discrete[i] = discrete[i] && discrete[in.ID]
			}
		}
	}
	return discrete
}

// isDiscrete says whether all values of an operation are discrete.
func isDiscrete(op Op) bool {
	switch op := op.(type) {
	case Const, Label, ArgMax, Hardmax, Compare, Lookup:
		return true
	case TopK:
		return op.Index
	case Func:
		return op.IsStep()
	case ClientFunc:
		return clientFuncs[op.Fn].discrete
	}
	return false
}

// IsStep says whether the function is constant between jumps.
func (op Func) IsStep() bool { return op.Body == nil && (op.Fn == "sign" || op.Fn == "step") }

// keepsDiscrete says whether an operation on discrete values has discrete values. A sum of many has so many
// that it counts as continuous.
func keepsDiscrete(op Op) bool {
	switch op.(type) {
	case Reshape, Transpose, Concat, Pick, Add, Sub, Mul, Div, Func, ClientFunc, Where, Gather:
		return true
	}
	return false
}
