package tensor

import "math"

// Cost is what evaluating a graph on one sample costs.
type Cost struct {
	Elements float64 // of all values but constants
	Weights  float64 // numbers that the graph carries
	Work     float64 // operations on numbers, about
}

// Cost adds up the nodes' costs. It reads shapes only.
func (g *Graph) Cost() (c Cost) {
	for _, n := range g.Nodes {
		size := float64(n.Size())
		if _, ok := n.Op.(Const); ok {
			c.Weights += size
			continue
		}
		c.Elements += size
		c.Weights += n.weights()
		c.Work += n.work()
	}
	return c
}

// weights is how many numbers an operation carries.
func (n *Node) weights() (sum float64) {
	switch op := n.Op.(type) {
	case Affine:
		for _, m := range op.Maps {
			sum += float64(len(m.Val) + len(m.Bias))
		}
	case Poly:
		sum = float64(len(op.Coeffs) * len(op.Coeffs[0]))
	case Pick:
		sum = float64(len(op.Index))
	case Lookup:
		sum = float64(2 * len(op.Keys))
	}
	return sum
}

// perElement is about how many steps operations take for each element of operands and result.
const perElement = 4

func (n *Node) work() float64 {
	size := float64(n.Size())
	switch op := n.Op.(type) {
	case MatMul:
		inner := n.In[0].Shape
		return size * float64(inner[len(inner)-1])
	case Affine:
		return n.weights()
	case Poly:
		return size * float64(1+op.Degree())
	case Lookup:
		return perElement * (size + n.weights())
	case TopK: // sorts
		return perElement * float64(n.In[0].Size()) * (1 + math.Log2(float64(n.In[0].Shape[op.Axis])))
	case Func:
		return perElement * size * float64(1+len(op.Program().Code))
	}
	for _, in := range n.In {
		size += float64(in.Size())
	}
	return perElement * size
}
