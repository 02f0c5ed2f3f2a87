package tensor

import (
	"slices"
	"strconv"
)

// Classifier says which class an answer names: the model's label, or the name of the largest score, or its
// place where scores have no names.
type Classifier struct {
	Node    *Node    // the output that says it
	Output  int      // its number, or -1 for the primary output
	Classes []string // as the model names them; nil: any number

	label bool // the value is a label; else it is a score for each class
}

// Classifier is how the model's answers name classes; nil if it ends in a single number. A label goes before named scores, and
// those before places.
func (g *Graph) Classifier() *Classifier {
	for _, kind := range []func(n *Node) *Classifier{byLabel, byNames, byIndex} {
		for k, o := range g.Outputs {
			if c := kind(unshaped(o.Node)); c != nil {
				c.Output = k
				return c
			}
		}
	}
	for k, o := range g.Outputs { // a threshold gives numbers of which no table is known
		if n := o.Node; n.Size() == 1 && g.Discrete()[n.ID] {
			return &Classifier{Node: n, Output: k, label: true}
		}
	}
	n := g.Primary().Node
	if n.Size() < 2 {
		return nil
	}
	return &Classifier{Node: n, Output: -1, Classes: scorePlaces(n.Size())}
}

func unshaped(n *Node) *Node {
	for _, ok := n.Op.(Reshape); ok; _, ok = n.Op.(Reshape) {
		n = n.In[0]
	}
	return n
}

func byLabel(n *Node) *Classifier {
	if op, ok := n.Op.(Label); ok && n.Size() == 1 {
		return &Classifier{Node: n, label: true, Classes: classNames(op.Ints, op.Strings)}
	}
	return nil
}

func byNames(n *Node) *Classifier {
	if op, ok := n.Op.(ZipMap); ok && n.Size() == len(op.Ints)+len(op.Strings) {
		return &Classifier{Node: n, Classes: classNames(op.Ints, op.Strings)}
	}
	return nil
}

func byIndex(n *Node) *Classifier {
	if op, ok := n.Op.(ArgMax); ok && n.Size() == 1 {
		return &Classifier{Node: n, label: true, Classes: scorePlaces(n.In[0].Shape[op.Axis])}
	}
	return nil
}

func classNames(ints []int, strs []string) []string {
	out := slices.Clone(strs)
	for _, n := range ints {
		out = append(out, strconv.Itoa(n))
	}
	return out
}

func scorePlaces(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = strconv.Itoa(i)
	}
	return out
}

// Class is what the output's value names.
func (c *Classifier) Class(value []float64) string {
	if !c.label {
		return c.Classes[Largest(value)]
	}
	if op, ok := c.Node.Op.(Label); ok && len(op.Strings) > 0 {
		if k := int(value[0]); k >= 0 && k < len(op.Strings) {
			return op.Strings[k]
		}
	}
	return ClassName(value[0])
}

// ClassName writes a number as the name of a class; equal ones alike, and whole ones as the model names them.
func ClassName(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// Named says whether the model names its classes, and does not only place their scores.
func (c *Classifier) Named() bool {
	_, named := c.Node.Op.(Label)
	return named || !c.label && c.Output >= 0
}
