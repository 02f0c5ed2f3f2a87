package onnx

import (
	"errors"

	"hecc/frontend/onnx/onnxpb"
	"hecc/ir/diag"
)

// model is a decoded file on its way to a graph.
type model struct {
	file     string
	proto    *onnxpb.ModelProto // its nodes in the order of evaluation, once they are sorted
	places   []int              // of each node: its index in the file
	versions opsets
}

// faults are reasons why a model cannot be compiled, in the order in which they were found.
type faults []*diag.Error

// with adds an error if it is one of the model's.
func (f faults) with(err error) faults {
	var d *diag.Error
	if errors.As(err, &d) {
		f = append(f, d)
	}
	return f
}

func newModel(file string, proto *onnxpb.ModelProto) *model {
	m := &model{file: file, proto: proto}
	for i := range proto.GetGraph().GetNode() {
		m.places = append(m.places, i)
	}
	return m
}

// pos is the position of the model as a whole.
func (m *model) pos() diag.Pos { return diag.Pos{File: m.file} }

// nodePos is where the file has a node of the graph.
func (m *model) nodePos(i int) diag.Pos {
	n := m.proto.Graph.Node[i]
	return diag.Pos{File: m.file, Node: m.places[i], Name: n.GetName(), Op: n.GetOpType()}
}
