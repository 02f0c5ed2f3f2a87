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
	resolvedNode
	pos   diag.Pos
	attrs []*onnxpb.AttributeProto
	row   *row
}

// importer is the state of one import.
type importer struct {
	model  *model
	batch  int // the fixed number of samples that the input is declared with, or 0
	graph  *tensor.Graph
	values map[string]*value
	used   budget
	words  map[string]int // the strings that the model knows
}

func (m *model) lower(nodes []*node) (*tensor.Graph, error) {
	fixed := m.fixedBatch()
	if fixed == 0 {
		return m.lowerAs(0, nodes)
	}
	return m.lowerFixed(fixed, nodes)
}

// lowerAs lowers the nodes. If fixed is not 0, it is the declared number of samples.
func (m *model) lowerAs(fixed int, nodes []*node) (*tensor.Graph, error) {
	im, found := newImporter(m, fixed)
	if len(found) > 0 {
		return nil, found[0]
	}
	for _, n := range nodes {
		if err := im.lowerNode(n); err != nil {
			return nil, err
		}
	}
	return im.finish()
}

// newImporter reads the weights and the input. What cannot be read is marked as unknown.
func newImporter(m *model, fixed int) (*importer, faults) {
	im := &importer{model: m, batch: fixed, graph: tensor.New(m.file, tensor.Imported), values: make(map[string]*value)}
	var found faults
	for _, t := range m.proto.Graph.Initializer {
		v, err := readTensor(m.pos(), fmt.Sprintf("initializer %q", t.GetName()), t)
		if err != nil {
			v, found = &value{unknown: true}, found.with(err)
		}
		im.values[t.GetName()] = v
	}
	if err := im.addInputs(m.pos(), m.proto.Graph); err != nil {
		for _, in := range freeInputs(m.proto.Graph) {
			im.values[in.GetName()] = &value{unknown: true}
		}
		found = append(found, err)
	}
	return im, found
}

func (m *importer) finish() (*tensor.Graph, error) {
	if found := m.addOutputs(m.model.pos(), m.model.proto.Graph); len(found) > 0 {
		return nil, found[0]
	}
	m.nameWords()
	prune(m.graph)
	return m.graph, m.graph.Verify()
}

func (m *importer) lowerNode(n *node) error {
	c := &call{m: m, node: n}
	err := c.bind()
	var v *value
	if err == nil {
		v, err = n.row.lower(c)
	}
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
			m.values[name] = &value{unavailable: fmt.Sprintf("output %d of node %d (%s) is not supported", i, n.pos.Node, n.op)}
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
