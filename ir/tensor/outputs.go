package tensor

// Primary is the first output that carries floating-point numbers, and not labels, indices or what
// else comes in steps. Where that is a ZipMap, it is the tensor that it wraps. Without any, it is the first output.
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

// Judged is the value that errors are measured on: the primary output, or where that comes in
// steps what it was made of, since a label is right or wrong and not off by so much.
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

// Classes are the outputs that come in steps, labels for instance: they agree or they do not.
func (g *Graph) Classes() (nodes []*Node) {
	discrete := g.Discrete()
	for _, o := range g.Outputs {
		if discrete[o.Node.ID] {
			nodes = append(nodes, o.Node)
		}
	}
	return nodes
}

// Discrete says of each node, by ID, whether its values come in steps, so that an error of what it
// is computed from changes nothing, or changes it altogether. Constants do.
func (g *Graph) Discrete() []bool {
	discrete := make([]bool, len(g.Nodes))
	for i, n := range g.Nodes {
		discrete[i] = stepped(n.Op)
		if follows(n.Op) {
			discrete[i] = true
			for _, in := range n.In {
				discrete[i] = discrete[i] && discrete[in.ID]
			}
		}
	}
	return discrete
}

// stepped says whether all values of an operation come in steps.
func stepped(op Op) bool {
	switch op := op.(type) {
	case Const, Label, ArgMax, Hardmax, Compare, Lookup:
		return true
	case TopK:
		return op.Index
	case Func:
		return op.Steps()
	case ClientFunc:
		return clientFuncs[op.Fn].discrete
	}
	return false
}

// Steps says whether the function is constant between jumps.
func (op Func) Steps() bool { return op.Body == nil && (op.Fn == "sign" || op.Fn == "step") }

// follows says whether an operation on values that come in steps gives such values. A sum of many
// has so many steps that it is as good as smooth.
func follows(op Op) bool {
	switch op.(type) {
	case Reshape, Transpose, Concat, Pick, Add, Sub, Mul, Div, Func, ClientFunc, Where, Gather:
		return true
	}
	return false
}
