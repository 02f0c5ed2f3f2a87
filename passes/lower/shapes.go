package lower

import (
	"hecc/ir/tensor"
)

// richestShapes gives a shape to each node of a graph: of the shapes that its elements, in their order, have
// anywhere in the graph, the first of those with the most axes. Reshapes and elementwise operations keep elements in their
// places, so that a convolution's result that is flattened before its function is still known as an image.
// Axes of one index do not count, and are left out.
func richestShapes(g *tensor.Graph) map[*tensor.Node][]int {
	class := make([]int, len(g.Nodes))
	for i, n := range g.Nodes {
		class[i] = i
		for _, in := range n.In {
			if keepsPlaces(n) && in.Size() == n.Size() {
				join(class, i, in.ID)
			}
		}
	}
	shapes := make([][]int, len(g.Nodes))
	for i, n := range g.Nodes {
		own, at := tensor.ProperAxes(n.Shape), root(class, i)
		if shapes[at] == nil || len(own) > len(shapes[at]) {
			shapes[at] = own
		}
	}
	out := map[*tensor.Node][]int{}
	for i, n := range g.Nodes {
		out[n] = shapes[root(class, i)]
	}
	return out
}

// keepsPlaces says whether element i of the result belongs to element i of every operand of the same size.
func keepsPlaces(n *tensor.Node) bool {
	switch n.Op.(type) {
	case tensor.Reshape, tensor.Func, tensor.Add, tensor.Sub, tensor.Mul, tensor.Div:
		return true
	}
	return false
}

// join makes one class of those of i and j; the root of a class is its least member.
func join(class []int, i, j int) {
	a, b := root(class, i), root(class, j)
	class[max(a, b)] = min(a, b)
}

func root(class []int, i int) int {
	for class[i] != i {
		i = class[i]
	}
	return i
}
