package onnx

import (
	"fmt"
	"slices"

	"hecc/frontend/onnx/onnxpb"
	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// node is one node of the model, ready to be lowered.
type node struct {
	step
	pos   diag.Pos
	attrs []*onnxpb.AttributeProto
	row   *row
}

// importer is the state of one import.
type importer struct {
	graph  *tensor.Graph
	values map[string]*value
	used   budget
}

func lower(file string, graph *onnxpb.GraphProto, nodes []*node) (*tensor.Graph, error) {
	m, err := newImporter(file, graph)
	if err != nil {
		return nil, err
	}
	for _, n := range nodes {
		if err := m.lowerNode(n); err != nil {
			return nil, err
		}
	}
	return m.finish(file, graph)
}

// newImporter reads what nodes start from: the weights and the input.
func newImporter(file string, graph *onnxpb.GraphProto) (*importer, error) {
	m := &importer{graph: tensor.New(file, tensor.Imported), values: make(map[string]*value)}
	pos := diag.Pos{File: file}
	for _, t := range graph.Initializer {
		v, err := readTensor(pos, fmt.Sprintf("initializer %q", t.GetName()), t)
		if err != nil {
			return nil, err
		}
		m.values[t.GetName()] = v
	}
	return m, m.addInput(pos, graph)
}

func (m *importer) finish(file string, graph *onnxpb.GraphProto) (*tensor.Graph, error) {
	if err := m.addOutputs(diag.Pos{File: file}, graph); err != nil {
		return nil, err
	}
	prune(m.graph)
	return m.graph, m.graph.Verify()
}

func (m *importer) lowerNode(n *node) error {
	c := &call{m: m, node: n}
	if err := c.bind(); err != nil {
		return err
	}
	v, err := n.row.lower(c)
	if err != nil {
		return err
	}
	for i, name := range n.outputs {
		switch {
		case name == "":
		case i == 0:
			m.values[name] = v
		case i <= len(c.more):
			m.values[name] = c.more[i-1]
		default:
			m.values[name] = &value{unavailable: fmt.Sprintf("output %d of node %d (%s) is not supported", i, n.index, n.op)}
		}
	}
	return nil
}

// prune removes the nodes that no output needs, except the input.
func prune(g *tensor.Graph) {
	live := make([]bool, len(g.Nodes))
	for _, o := range g.Outputs {
		live[o.Node.ID] = true
	}
	for _, n := range slices.Backward(g.Nodes) {
		if _, ok := n.Op.(tensor.Input); ok {
			live[n.ID] = true
		}
		for _, in := range n.In {
			live[in.ID] = live[in.ID] || live[n.ID]
		}
	}
	g.Nodes = slices.DeleteFunc(g.Nodes, func(n *tensor.Node) bool { return !live[n.ID] })
	for i, n := range g.Nodes {
		n.ID = i
	}
}
