package onnx

import (
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"hecc/frontend/onnx/onnxpb"
)

// TestTopologyHardNames gives onnx-go what it resolves wrongly without the skeleton.
func TestTopologyHardNames(t *testing.T) {
	node := func(op string, in []string, out ...string) *onnxpb.NodeProto {
		return &onnxpb.NodeProto{OpType: &op, Input: in, Output: out, Name: proto.String("same")}
	}
	value := func(name string) *onnxpb.ValueInfoProto { return &onnxpb.ValueInfoProto{Name: &name} }
	m := &onnxpb.ModelProto{Graph: &onnxpb.GraphProto{
		Input: []*onnxpb.ValueInfoProto{value("w"), value("x")},
		Initializer: []*onnxpb.TensorProto{{Name: proto.String("w"), DataType: proto.Int32(99),
			Dims: []int64{1 << 40}}},
		Node: []*onnxpb.NodeProto{
			node("Constant", nil, "same/input"),
			node("Constant", nil, "c"),
			node("Mul", []string{"x", "x"}, "square"), // an edge that stands twice
			node("Odd\x00name", []string{"square", "", "c", ""}, "y", "", "z"),
			node("Add", []string{"w", "same/input"}, "vsum"),
		},
		Output: []*onnxpb.ValueInfoProto{value("y"), value("x"), value("w"), value("vsum")}, // two are passed through
	}}
	steps, err := topology(m, opsets{coreDomain: 13})
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, s := range steps {
		fmt.Fprintf(&got, "%d %q %q -> %q\n", s.index, s.op, s.inputs, s.outputs)
	}
	want := `0 "Constant" [] -> ["same/input"]
1 "Constant" [] -> ["c"]
2 "Mul" ["x" "x"] -> ["square"]
3 "Odd\x00name" ["square" "" "c" ""] -> ["y" "" "z"]
4 "Add" ["w" "same/input"] -> ["vsum"]
`
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
}

// TestTopologyDifference makes sure that a wrong answer is noticed.
func TestTopologyDifference(t *testing.T) {
	m := readModel(t, "square_mul")
	versions := opsets{coreDomain: 12}
	right, err := topology(m, versions)
	if err != nil {
		t.Fatal(err)
	}
	outputs := resolvedNode{index: len(right), inputs: []string{"y"}, outputs: []string{""}}
	spoil := map[string]func(s *resolvedNode){
		"domain":   func(s *resolvedNode) { s.domain = "my.ops" },
		"operator": func(s *resolvedNode) { s.op = "Relu" },
		"version":  func(s *resolvedNode) { s.version = 13 },
		"index":    func(s *resolvedNode) { s.index++ },
		"operand":  func(s *resolvedNode) { s.inputs = append(s.inputs[:1:1], "other") },
		"missing":  func(s *resolvedNode) { s.inputs = s.inputs[:1] },
		"output":   func(s *resolvedNode) { s.outputs = []string{"other"} },
	}
	for name, do := range spoil {
		steps := append(append([]resolvedNode(nil), right...), outputs)
		if _, err := compare(steps, m.Graph, versions); err != nil {
			t.Fatal(err)
		}
		do(&steps[1])
		if _, err := compare(steps, m.Graph, versions); err == nil {
			t.Errorf("%s: not noticed", name)
		}
	}
}

// TestTableRows makes sure that rows do not overlap and stay within the tested versions.
func TestTableRows(t *testing.T) {
	for i, r := range table {
		known, ok := domains[r.domain]
		if !ok || r.since < known.since || r.until > known.until || r.since > r.until {
			t.Errorf("%s: versions %d to %d", r.op, r.since, r.until)
		}
		if r.lower == nil || r.outputs < 1 && r.outputs != variadic {
			t.Errorf("%s: row is not complete", r.op)
		}
		if i == 0 {
			continue
		}
		last := table[i-1]
		if last.domain == r.domain && (last.op > r.op || last.op == r.op && last.until+1 != r.since) {
			t.Errorf("%s %d: out of order, or versions are missing", r.op, r.since)
		}
	}
}
