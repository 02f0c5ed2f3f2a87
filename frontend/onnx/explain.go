package onnx

import (
	"errors"
	"fmt"
	"path/filepath"

	"hecc/frontend/onnx/onnxpb"
	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// Verdict is what can be said of one node of a model.
type Verdict struct {
	Pos diag.Pos
	// Err says why the node is not supported, and what to do; nil if it is.
	Err *diag.Error
	// Unknown says that the node reads what an unsupported one makes, so that only its operator is known to be supported.
	Unknown bool
}

// Explain judges every node of a model file, where Load stops at the first that is not
// supported. The graph is nil unless all are. The error is of the model as a whole.
func Explain(path string) (verdicts []Verdict, g *tensor.Graph, err error) {
	defer func() {
		if r := recover(); r != nil {
			g, err = nil, &diag.Internal{Pass: passName, Err: fmt.Errorf("panic: %v", r)}
		}
	}()
	data, err := readFile(path)
	if err != nil {
		return nil, nil, err
	}
	verdicts, g, err = explainModel(path, data, filepath.Dir(path))
	return verdicts, g, diag.InPass(passName, err)
}

func explainModel(file string, data []byte, folder string) ([]Verdict, *tensor.Graph, error) {
	model, err := decode(file, data)
	if err != nil {
		return nil, nil, err
	}
	versions, err := checkModel(file, model)
	if err != nil {
		return nil, nil, err
	}
	if err := loadExternal(file, folder, model.Graph); err != nil {
		return nil, nil, err
	}
	steps, err := topology(model, versions)
	if err != nil {
		return nil, nil, err
	}
	m, err := newImporter(file, model.Graph)
	if err != nil {
		return nil, nil, err
	}
	verdicts, all, err := m.judge(file, model.Graph, versions, bindNodes(file, model.Graph, steps))
	if err != nil || !all {
		return verdicts, nil, err
	}
	g, err := m.finish(file, model.Graph)
	return verdicts, g, err
}

// judge lowers what it can. Only a fault of hecc stops it.
func (m *importer) judge(file string, graph *onnxpb.GraphProto, versions opsets, nodes []*node) (verdicts []Verdict, all bool, err error) {
	all = true
	for i, n := range nodes {
		v := Verdict{Pos: n.pos}
		err := checkNodeSupported(file, i, graph.Node[i], versions)
		switch {
		case err == nil && m.readsUnknown(n):
			v.Unknown = true
		case err == nil:
			err = m.lowerNode(n)
		}
		if err != nil && !errors.As(err, &v.Err) {
			return nil, false, err
		}
		if v.Err != nil || v.Unknown {
			all = false
			for _, name := range n.outputs {
				m.values[name] = &value{unknown: true}
			}
		}
		delete(m.values, "") // outputs that are left out
		verdicts = append(verdicts, v)
	}
	return verdicts, all, nil
}

func (m *importer) readsUnknown(n *node) bool {
	for _, name := range n.inputs {
		if v := m.values[name]; v != nil && v.unknown {
			return true
		}
	}
	return false
}
