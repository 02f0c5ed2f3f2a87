package onnx

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"hecc/frontend/onnx/onnxpb"
	"hecc/ir/diag"
)

// outside moves the weight of a fixture to another file, and gives the model and the weight's bytes.
func outside(t *testing.T, location string, more ...string) ([]byte, []byte) {
	t.Helper()
	m := readModel(t, "weights_raw")
	w := weight(m, "w")
	data := w.RawData
	w.RawData = nil
	w.DataLocation = onnxpb.TensorProto_EXTERNAL.Enum()
	w.ExternalData = append(w.ExternalData, entry("location", location))
	for i := 0; i < len(more); i += 2 {
		w.ExternalData = append(w.ExternalData, entry(more[i], more[i+1]))
	}
	return marshal(t, m), data
}

func entry(key, value string) *onnxpb.StringStringEntryProto {
	return &onnxpb.StringStringEntryProto{Key: proto.String(key), Value: proto.String(value)}
}

func TestExternalData(t *testing.T) {
	want := load(t, filepath.Join(fixtures, "weights_raw.onnx"))
	for name, c := range map[string]struct {
		location string
		more     []string
		pad      int // bytes in front
		fault    string
	}{
		"whole file":     {"w.bin", nil, 0, ""},
		"below":          {"data/w.bin", nil, 0, ""},
		"offset, length": {"w.bin", []string{"offset", "16", "length", "128"}, 16, ""},
		"missing":        {"none.bin", nil, 0, `cannot read "none.bin"`},
		"above":          {"../w.bin", nil, 0, `cannot read "../w.bin"`},
		"absolute":       {"/etc/hostname", nil, 0, `cannot read "/etc/hostname"`},
		"link":           {"link.bin", nil, 0, `cannot read "link.bin"`},
		"folder":         {"data", nil, 0, "not a regular file"},
		"too short":      {"w.bin", []string{"offset", "1"}, 0, "128 are needed from byte 1 on"},
		"wrong length":   {"w.bin", []string{"length", "4"}, 0, "needs 128 bytes"},
		"no number":      {"w.bin", []string{"offset", "many"}, 0, `offset is "many"`},
		"negative":       {"w.bin", []string{"offset", "-8"}, 0, `offset is "-8"`},
		"huge":           {"w.bin", []string{"offset", "9223372036854775807"}, 0, "are needed"},
		"nameless":       {"", nil, 0, "not in which"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "model")
			if err := os.MkdirAll(filepath.Join(folder, "data"), 0o755); err != nil {
				t.Fatal(err)
			}
			model, data := outside(t, c.location, c.more...)
			data = append(make([]byte, c.pad), data...)
			for path, content := range map[string][]byte{"weights_raw.onnx": model, "w.bin": data, "data/w.bin": data, "../w.bin": data} {
				if err := os.WriteFile(filepath.Join(folder, path), content, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Symlink("../w.bin", filepath.Join(folder, "link.bin")); err != nil {
				t.Fatal(err)
			}
			g, err := Load(filepath.Join(folder, "weights_raw.onnx"))
			if c.fault == "" {
				if err != nil {
					t.Fatal(err)
				}
				g.File = want.File
				for _, n := range g.Nodes {
					n.Pos.File = want.File
				}
				if g.Print() != want.Print() {
					t.Error("another graph")
				}
				return
			}
			var d *diag.Error
			if !errors.As(err, &d) || !strings.Contains(d.Msg, c.fault) {
				t.Errorf("error %v", err)
			}
		})
	}
}
