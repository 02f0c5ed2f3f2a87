package onnx

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// Report says whether a model can be compiled, with all reasons if not; Load stops at the first one.
type Report struct {
	Faults []*diag.Error // of the model as a whole
	Nodes  []Verdict     // in the order of the file
	Graph  *tensor.Graph // nil unless the model can be imported
}

// Verdict is the result for one node of a model.
type Verdict struct {
	Pos diag.Pos
	// Err says why the node is not supported, and what to do; nil if it is.
	Err *diag.Error
	// Unknown says that the node reads what an unsupported one makes, so that only its operator is known to
	// be supported.
	Unknown bool
	// Client says that only the client computes the operator, in front or at the end.
	Client bool
}

// Explain checks a model file and each of its nodes. The error is a fault of hecc.
func Explain(path string) (r *Report, err error) {
	defer func() {
		if p := recover(); p != nil {
			r, err = nil, &diag.Internal{Pass: passName, Err: fmt.Errorf("panic: %v", p)}
		}
	}()
	r = new(Report)
	data, err := readFile(path)
	if err == nil {
		err = r.explain(path, data, filepath.Dir(path))
	}
	slices.SortFunc(r.Nodes, func(a, b Verdict) int { return a.Pos.Node - b.Pos.Node })
	return r, diag.InPass(passName, r.Refuse(err))
}

// Refuse records an error at its node, or among those of the model. It returns errors that are no
// diagnostics.
func (r *Report) Refuse(err error) error {
	var d *diag.Error
	if !errors.As(err, &d) {
		return err
	}
	i := slices.IndexFunc(r.Nodes, func(v Verdict) bool { return v.Pos == d.Pos })
	switch {
	case i < 0:
		r.Faults = append(r.Faults, d)
	case r.Nodes[i].Err == nil:
		r.Nodes[i].Err, r.Nodes[i].Unknown = d, false
	}
	return nil
}

func (r *Report) explain(file string, data []byte, folder string) error {
	proto, err := decode(file, data)
	if err != nil {
		return err
	}
	m := newModel(file, proto)
	found, broken := m.check()
	for i := range m.places {
		v := Verdict{Pos: m.nodePos(i), Unknown: broken}
		if m.versions != nil {
			v.Err = m.checkNodeSupported(i)
			row := m.row(i)
			v.Client = row != nil && row.clientOnly
		}
		r.Nodes = append(r.Nodes, v)
	}
	r.refuseAll(found)
	if broken {
		return nil
	}
	if err := loadExternal(file, folder, proto.Graph); err != nil {
		return err
	}
	nodes, err := m.nodes()
	if err != nil {
		return err
	}
	return r.judge(m, nodes)
}

func (r *Report) refuseAll(list faults) {
	for _, d := range list {
		r.Refuse(d) // is entered: it is a diagnostic
	}
}

// judge lowers what it can. Only a fault of hecc stops it.
func (r *Report) judge(m *model, nodes []*node) error {
	if r.supported() {
		g, err := m.lower(nodes)
		if r.Graph = g; err == nil {
			return nil
		}
	}
	im, found := newImporter(m, 0)
	r.refuseAll(found)
	for i, n := range nodes {
		v := &r.Nodes[i]
		if v.Err == nil && im.readsUnknown(n) {
			v.Unknown = true
		} else if v.Err == nil {
			if err := im.lowerNode(n); err != nil && !errors.As(err, &v.Err) {
				return err
			}
		}
		if v.Err != nil || v.Unknown {
			for _, name := range n.outputs {
				im.values[name] = &value{unknown: true}
			}
		}
		delete(im.values, "") // outputs that are left out
	}
	r.refuseAll(im.addOutputs(m.pos(), m.proto.Graph))
	return nil
}

func (r *Report) supported() bool {
	return len(r.Faults) == 0 && !slices.ContainsFunc(r.Nodes, func(v Verdict) bool { return v.Err != nil })
}

func (m *importer) readsUnknown(n *node) bool {
	for _, name := range n.inputs {
		if v := m.values[name]; v != nil && v.unknown {
			return true
		}
	}
	return false
}
