package onnx

import (
	"fmt"

	onnxgo "github.com/owulveryck/onnx-go"
	"gonum.org/v1/gonum/graph"
	"gonum.org/v1/gonum/graph/simple"
)

// recorder is the backend that onnx-go decodes into. It records the edges of each operation: gonum's simple
// graphs would lose the second operand of Mul(x, x). Its nodes have a name and no tensor, so that onnx-go
// never allocates one.
type recorder struct {
	graph.Directed // always empty: onnx-go requires the methods, but does not call them
	count          int64
	edges          []edge // of the operation that comes next
	steps          []resolvedNode
}

// namedValue is a node in onnx-go's sense: a value with a name.
type namedValue struct {
	id   int64
	name string
}

func (v *namedValue) ID() int64           { return v.id }
func (v *namedValue) SetName(name string) { v.name = name }
func (v *namedValue) GetName() string     { return v.name }

// edge says that a result is computed from an operand, in place weight.
type edge struct {
	result, operand graph.Node
	place           float64
}

func (e edge) From() graph.Node         { return e.result }
func (e edge) To() graph.Node           { return e.operand }
func (e edge) ReversedEdge() graph.Edge { return e }
func (e edge) Weight() float64          { return e.place }

func newRecorder() *recorder { return &recorder{Directed: simple.NewDirectedGraph()} }

func (r *recorder) NewNode() graph.Node {
	r.count++
	return &namedValue{id: r.count}
}

func (r *recorder) AddNode(graph.Node) {}

func (r *recorder) NewWeightedEdge(from, to graph.Node, weight float64) graph.WeightedEdge {
	return edge{from, to, weight}
}

func (r *recorder) SetWeightedEdge(e graph.WeightedEdge) {
	r.edges = append(r.edges, edge{e.From(), e.To(), e.Weight()})
}

// ApplyOperation is called once for each node, after its edges were set: for
// each output in turn, those to all operands.
func (r *recorder) ApplyOperation(op onnxgo.Operation, outputs ...graph.Node) error {
	s, err := parseSkeletonOp(op.Name)
	if err != nil {
		return err
	}
	if len(outputs) == 0 || len(r.edges)%len(outputs) != 0 {
		return fmt.Errorf("node %d has %d edges to %d outputs", s.index, len(r.edges), len(outputs))
	}
	arity := len(r.edges) / len(outputs)
	for k, e := range r.edges {
		if e.result != outputs[k/arity] || e.place != float64(k%arity) || e.operand != r.edges[k%arity].operand {
			return fmt.Errorf("edge %d of node %d is out of place", k, s.index)
		}
	}
	for _, e := range r.edges[:arity] {
		name := e.operand.(*namedValue).name
		if arity == 1 && name == skeletonNodeName(s.index)+"/input" {
			continue // onnx-go gives nodes without operands one
		}
		s.inputs = append(s.inputs, modelName(name))
	}
	for _, out := range outputs {
		s.outputs = append(s.outputs, modelName(out.(*namedValue).name))
	}
	r.edges = r.edges[:0]
	r.steps = append(r.steps, s)
	return nil
}
