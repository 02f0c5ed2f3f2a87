package onnx

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// passName is how faults of this package are reported.
const passName = "import"

// Load reads a model file.
func Load(path string) (*tensor.Graph, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return guarded(path, data, filepath.Dir(path))
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err != nil {
		return nil, unreadable(path, err)
	}
	return data, nil
}

func unreadable(path string, err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return diag.In(path, "cannot read the model: %v", err).
		Cure("check the path, and that the file may be read")
}

// Import turns the bytes of a model file into a tensor graph. The file name is only used for positions, so
// weights in other files are refused. Errors of the model are *diag.Error.
func Import(file string, data []byte) (*tensor.Graph, error) { return guarded(file, data, "") }

func guarded(file string, data []byte, folder string) (g *tensor.Graph, err error) {
	// The steps below do not panic on any input; this is for the day when one does.
	defer func() {
		if r := recover(); r != nil {
			g, err = nil, &diag.Internal{Pass: passName, Err: fmt.Errorf("panic: %v", r)}
		}
	}()
	g, err = importModel(file, data, folder)
	return g, diag.InPass(passName, err)
}

func importModel(file string, data []byte, folder string) (*tensor.Graph, error) {
	proto, err := decode(file, data)
	if err != nil {
		return nil, err
	}
	m := newModel(file, proto)
	if found, _ := m.check(); len(found) > 0 {
		return nil, found[0]
	}
	if err := m.checkSupported(); err != nil {
		return nil, err
	}
	if err := loadExternal(file, folder, proto.Graph); err != nil {
		return nil, err
	}
	nodes, err := m.nodes()
	if err != nil {
		return nil, err
	}
	return m.lower(nodes)
}

// nodes joins the topology with the rest of what the file says of each node.
func (m *model) nodes() ([]*node, error) {
	steps, err := topology(m.proto, m.versions)
	if err != nil {
		return nil, err
	}
	nodes := make([]*node, len(steps))
	for i, s := range steps {
		nodes[i] = &node{
			resolvedNode: s,
			pos:          m.nodePos(i),
			attrs:        m.proto.Graph.Node[i].Attribute,
			row:          findRow(s.domain, s.op, s.version),
		}
	}
	return nodes, nil
}
