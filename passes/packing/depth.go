package packing

import (
	"hecc/ir/tensor"
	"hecc/passes/polyeval"
)

// Depth is the multiplicative depth of a polynomial graph.
func Depth(g *tensor.Graph) int { return remainingDepth(g, treesOf(g))[g.Input().ID] }

// Step is a node on the way from the input to the output that has the most multiplications.
type Step struct {
	Node   *tensor.Node
	Levels int // multiplications of the node itself
}

// DeepestPath lists the nodes that multiply on such a way.
func DeepestPath(g *tensor.Graph) (path []Step) {
	trees, users := treesOf(g), g.Users()
	remaining := remainingDepth(g, trees)
	for n := g.Input(); n != nil; {
		var next *tensor.Node
		for _, u := range users[n.ID] {
			if next == nil && remaining[n.ID] == remaining[u.ID]+ownDepth(u, trees) {
				next = u
			}
		}
		if n = next; n != nil && ownDepth(n, trees) > 0 {
			path = append(path, Step{n, ownDepth(n, trees)})
		}
	}
	return path
}

// remainingDepth is the multiplicative depth between each node and the output.
func remainingDepth(g *tensor.Graph, trees []*polyeval.Tree) []int {
	depth := make([]int, len(g.Nodes))
	for i := len(g.Nodes) - 1; i >= 0; i-- {
		own := ownDepth(g.Nodes[i], trees)
		for _, in := range g.Nodes[i].In {
			depth[in.ID] = max(depth[in.ID], depth[i]+own)
		}
	}
	return depth
}

// ownDepth is how many multiplications a node takes one after the other.
func ownDepth(n *tensor.Node, trees []*polyeval.Tree) int {
	switch n.Op.(type) {
	case tensor.Affine:
		if !isUnitSum(n) {
			return 1
		}
	case tensor.Mul:
		return 1
	case tensor.Poly:
		return trees[n.ID].Depth
	}
	return 0
}
