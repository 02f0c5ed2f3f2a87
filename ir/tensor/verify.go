package tensor

import (
	"errors"
	"fmt"
	"slices"
)

// Verify recomputes what must hold of a graph: order, shapes, one input, finite
// constants, and only the operations that its stage allows.
func (g *Graph) Verify() error {
	inputs := 0
	for i, n := range g.Nodes {
		if err := g.verifyNode(i, n); err != nil {
			return fmt.Errorf("%%%d %s: %w", i, n.Op.Name(), err)
		}
		if _, ok := n.Op.(Input); ok {
			inputs++
		}
	}
	if inputs != 1 {
		return fmt.Errorf("graph has %d inputs, must have one", inputs)
	}
	if len(g.Outputs) == 0 {
		return errors.New("graph has no output")
	}
	for _, o := range g.Outputs {
		if o.Node.ID >= len(g.Nodes) || g.Nodes[o.Node.ID] != o.Node {
			return fmt.Errorf("output %q is not a node of the graph", o.Name)
		}
	}
	return nil
}

func (g *Graph) verifyNode(i int, n *Node) error {
	if n.ID != i {
		return fmt.Errorf("has ID %d", n.ID)
	}
	shapes := make([][]int, len(n.In))
	for k, in := range n.In {
		if in.ID >= i || g.Nodes[in.ID] != in {
			return fmt.Errorf("operand %d does not come before it", k)
		}
		shapes[k] = in.Shape
	}
	shape, err := n.Op.infer(shapes)
	if err != nil {
		return err
	}
	if !slices.Equal(shape, n.Shape) {
		return fmt.Errorf("has shape %v, its operands give %v", n.Shape, shape)
	}
	if c, ok := n.Op.(Const); ok {
		if err := finite(c.Data); err != nil {
			return err
		}
	}
	return g.Stage.allows(n)
}

// allows says whether a stage may contain the node.
func (s Stage) allows(n *Node) error {
	switch s {
	case Imported:
		if _, ok := n.Op.(Poly); ok {
			return fmt.Errorf("not allowed at stage %s", s)
		}
		return nil
	case Epilogue:
		return nil
	case Prologue:
		if !allowedInPrologue(n.Op) {
			return fmt.Errorf("not allowed at stage %s", s)
		}
		return nil
	case Lowering, Polynomial:
		switch n.Op.(type) {
		case Func:
			if s == Polynomial {
				break
			}
			return nil
		case Mul:
			if !slices.Equal(n.In[0].Shape, n.In[1].Shape) {
				return fmt.Errorf("operands of shapes %v and %v: nothing broadcasts at stage %s", n.In[0].Shape, n.In[1].Shape, s)
			}
			return nil
		case Input, Affine, Poly:
			return nil
		}
		return fmt.Errorf("not allowed at stage %s", s)
	}
	return fmt.Errorf("unknown stage %q", s)
}
