package onnx

import (
	"fmt"
	"testing"

	"google.golang.org/protobuf/proto"

	"hecc/frontend/onnx/onnxpb"
)

// TestVersions imports the same model under each version that is said to be
// supported, and the nearest that are not.
func TestVersions(t *testing.T) {
	for _, c := range []struct {
		what, base string
		from, to   int64
		set        func(m *onnxpb.ModelProto, v int64)
	}{
		{"IR version", "gemm_transB_vector", minIR, maxIR, func(m *onnxpb.ModelProto, v int64) { m.IrVersion = &v }},
		{"opset", "gemm_transB_vector", 7, newest, func(m *onnxpb.ModelProto, v int64) { m.OpsetImport[0].Version = &v }},
		{"ml opset", "skl_mlp_binary", 1, newestML, func(m *onnxpb.ModelProto, v int64) {
			for _, s := range m.OpsetImport {
				if s.GetDomain() == mlDomain {
					s.Version = proto.Int64(v)
				}
			}
		}},
	} {
		model := readModel(t, c.base)
		want, err := Import("model", marshal(t, model))
		if err != nil {
			t.Fatal(err)
		}
		for v := c.from - 1; v <= c.to+1; v++ {
			c.set(model, v)
			t.Run(fmt.Sprintf("%s %d", c.what, v), func(t *testing.T) {
				g, err := Import("model", marshal(t, model))
				switch inside := c.from <= v && v <= c.to; {
				case inside && err != nil:
					t.Error(err)
				case !inside && err == nil:
					t.Error("accepted")
				case inside && g.Print() != want.Print():
					t.Error("gives another graph")
				}
			})
		}
	}
}
