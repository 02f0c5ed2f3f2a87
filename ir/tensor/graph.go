package tensor

import (
	"fmt"
	"slices"

	"hecc/ir/diag"
)

// Stage says how far a graph has been lowered.
type Stage string

const (
	Imported   Stage = "imported"   // as the model file has it
	Lowering   Stage = "lowering"   // between the two: affine maps, functions and products
	Polynomial Stage = "polynomial" // affine maps, polynomials and products only
	Epilogue   Stage = "epilogue"   // what the client computes after decryption
	Prologue   Stage = "prologue"   // what the client computes before it encrypts
)

// Graph is a list of nodes in an order in which each comes after its operands.
type Graph struct {
	File    string // the model file, for positions
	Stage   Stage
	Nodes   []*Node
	Outputs []Output
	Remarks []string // assumptions of the importer, for people; Print omits them
}

// Node is one operation and the value it defines.
type Node struct {
	ID    int // its index in Graph.Nodes
	Op    Op
	In    []*Node
	Shape []int // of one sample
	Pos   diag.Pos
}

// Output is a named result of the graph.
type Output struct {
	Name string
	Node *Node
}

// New makes an empty graph.
func New(file string, stage Stage) *Graph { return &Graph{File: file, Stage: stage} }

// Add appends an operation and infers its shape. The error says what is wrong with the operands; the caller
// adds the position.
func (g *Graph) Add(pos diag.Pos, op Op, in ...*Node) (*Node, error) {
	shapes := make([][]int, len(in))
	for i, n := range in {
		shapes[i] = n.Shape
	}
	shape, err := op.infer(shapes)
	if err != nil {
		return nil, err
	}
	n := &Node{ID: len(g.Nodes), Op: op, In: in, Shape: shape, Pos: pos}
	g.Nodes = append(g.Nodes, n)
	return n, nil
}

// MustAdd is Add for passes, whose operands are valid by construction.
func (g *Graph) MustAdd(pos diag.Pos, op Op, in ...*Node) *Node {
	n, err := g.Add(pos, op, in...)
	if err != nil {
		panic(fmt.Sprintf("%s: %v", op.Name(), err))
	}
	return n
}

// Size is the number of elements of the node's value.
func (n *Node) Size() int { return size(n.Shape) }

// Input is the graph's only input.
func (g *Graph) Input() *Node {
	for _, n := range g.Nodes {
		if _, ok := n.Op.(Input); ok {
			return n
		}
	}
	return nil
}

// Users lists, for each node ID, the nodes that read it (once for each operand).
func (g *Graph) Users() [][]*Node {
	users := make([][]*Node, len(g.Nodes))
	for _, n := range g.Nodes {
		for _, in := range n.In {
			users[in.ID] = append(users[in.ID], n)
		}
	}
	return users
}

// IsOutput says whether some output is this node.
func (g *Graph) IsOutput(n *Node) bool {
	return slices.ContainsFunc(g.Outputs, func(o Output) bool { return o.Node == n })
}

// size multiplies the dimensions of a shape that was checked by checkShape.
func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// MaxElements bounds the elements of one value.
const MaxElements = 1 << 27

func checkShape(shape []int) error {
	n := 1
	for _, d := range shape {
		if d < 1 {
			return fmt.Errorf("dimension %d in shape %v: dimensions must be positive", d, shape)
		}
		if n > MaxElements/d {
			return fmt.Errorf("shape %v has more than %d elements", shape, MaxElements)
		}
		n *= d
	}
	return nil
}
