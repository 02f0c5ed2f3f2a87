package onnx

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"hecc/frontend/onnx/onnxpb"
	"hecc/internal/fuzzedit"
	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// small fixtures, for tests that try every byte.
var small = []string{"gemm_transB_row_scaled", "skl_mlp_binary"}

// importHostile imports bytes that may be anything. A fault of hecc itself is
// never the answer.
func importHostile(t *testing.T, data []byte) *tensor.Graph {
	t.Helper()
	g, err := Import("hostile.onnx", data)
	if err == nil {
		return g
	}
	var d *diag.Error
	if !errors.As(err, &d) || g != nil {
		t.Fatalf("got graph %v and error %v", g, err)
	}
	return nil
}

// TestTruncated cuts a file at every length. What is accepted must be the same model.
func TestTruncated(t *testing.T) {
	for _, name := range small {
		data := readFixture(t, name)
		whole := importHostile(t, data).Print()
		for n := range data {
			if g := importHostile(t, data[:n]); g != nil && g.Print() != whole {
				t.Errorf("%s cut to %d bytes gives another model", name, n)
			}
		}
	}
}

// TestMutated changes every byte of a file in some ways.
func TestMutated(t *testing.T) {
	for _, name := range small {
		data := readFixture(t, name)
		for i := range data {
			for _, flip := range []byte{0x01, 0x02, 0x08, 0x80, 0xff} {
				changed := bytes.Clone(data)
				changed[i] ^= flip
				importHostile(t, changed)
			}
		}
	}
}

// TestManyFields makes sure that a file of tiny messages is refused before it is parsed.
func TestManyFields(t *testing.T) {
	graph := bytes.Repeat([]byte{0x0a, 0x00}, maxFields+1) // empty nodes
	data := protowire.AppendTag(nil, 7, protowire.BytesType)
	data = protowire.AppendBytes(data, graph)
	_, err := Import("many.onnx", data)
	if err == nil || !strings.Contains(err.Error(), "fields") {
		t.Errorf("got %v", err)
	}
}

// TestDeepNesting makes sure that messages within messages end before the stack does.
func TestDeepNesting(t *testing.T) {
	var data []byte
	for range 100_000 {
		data = append(protowire.AppendVarint([]byte{0x32}, uint64(len(data))), data...) // attribute.g
		data = append(protowire.AppendVarint([]byte{0x2a}, uint64(len(data))), data...) // node.attribute
		data = append(protowire.AppendVarint([]byte{0x0a}, uint64(len(data))), data...) // graph.node
		if len(data) > 1<<14 {
			break
		}
	}
	data = protowire.AppendBytes(protowire.AppendTag(nil, 7, protowire.BytesType), data)
	_, err := Import("deep.onnx", data)
	if err == nil || !strings.Contains(err.Error(), "nested") {
		t.Errorf("got %v", err)
	}
}

// TestBudget gives a small file whose constants would grow without end.
func TestBudget(t *testing.T) {
	m := readModel(t, "weights_raw")
	m.Graph.Node = nil
	name := "w"
	for range 40 { // each Concat doubles
		next := name + "w"
		m.Graph.Node = append(m.Graph.Node, &onnxpb.NodeProto{
			OpType: proto.String("Concat"), Input: []string{name, name}, Output: []string{next},
			Attribute: []*onnxpb.AttributeProto{{Name: proto.String("axis"), Type: kindInt.Enum(), I: proto.Int64(0)}}})
		name = next
	}
	m.Graph.Output[0].Name = &name
	_, err := Import("grow.onnx", marshal(t, m))
	if err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("got %v", err)
	}
}

// FuzzImport changes a fixture: nothing panics or is a fault of hecc, and what is accepted is a sound graph.
func FuzzImport(f *testing.F) {
	models := smallModels(f)
	for k := range models {
		if k%8 == 0 { // the fuzzer finds the others by their numbers
			f.Add(uint16(k), []byte(nil))
		}
	}
	f.Fuzz(func(t *testing.T, model uint16, script []byte) {
		if g := importHostile(t, fuzzedit.Apply(models[int(model)%len(models)], script)); g != nil {
			checkGraph(t, g)
		}
		importHostile(t, script)
	})
}

// smallModels are all fixtures, refused ones too, that take little time.
func smallModels(f *testing.F) (models [][]byte) {
	for _, folder := range []string{fixtures, filepath.Join(fixtures, "refused")} {
		paths, err := filepath.Glob(filepath.Join(folder, "*.onnx"))
		if err != nil || len(paths) == 0 {
			f.Fatalf("no models in %s: %v", folder, err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			if len(data) < 1<<13 {
				models = append(models, data)
			}
		}
	}
	return models
}
