package onnx

import (
	"testing"

	"google.golang.org/protobuf/proto"

	"hecc/frontend/onnx/onnxpb"
)

// TestExplainAgreesWithImport: on every fixture, good or bad, Explain and Import agree.
func TestExplainAgreesWithImport(t *testing.T) {
	paths := append(glob(t, fixtures, "*.onnx"), glob(t, fixtures, "refused/*.onnx")...)
	for _, path := range paths {
		want, importErr := Load(path)
		r, err := Explain(path)
		if err != nil || r.supported() != (importErr == nil) {
			t.Errorf("%s: import says %v, explain %v, %v", path, importErr, r.Faults, err)
		}
		if importErr == nil && r.Graph.Print() != want.Print() {
			t.Errorf("%s: another graph", path)
		}
	}
}

// TestExplainGoesOn: all nodes are judged, and what follows an unsupported one is not blamed.
func TestExplainGoesOn(t *testing.T) {
	m := readModel(t, "torch_tanh")
	m.Graph.Node[1].OpType = proto.String("Mod")
	m.Graph.Node[3].OpType = proto.String("Det")
	r := new(Report)
	if err := r.explain("m.onnx", marshal(t, m), ""); err != nil || r.Graph != nil || len(r.Faults) > 0 {
		t.Fatalf("%+v, error %v", r, err)
	}
	if got := r.marks(); got != ".x?x?" {
		t.Errorf("verdicts %s", got)
	}
}

// TestExplainAllReasons: faults of the model and of nodes are listed together.
func TestExplainAllReasons(t *testing.T) {
	m := readModel(t, "torch_tanh")
	m.IrVersion = proto.Int64(99)
	m.OpsetImport[0].Version = proto.Int64(99)
	m.Graph.Input[0].Type.GetTensorType().ElemType = proto.Int32(int32(onnxpb.TensorProto_COMPLEX64))
	m.Graph.Node[3].OpType = proto.String("Det")
	r := new(Report)
	if err := r.explain("m.onnx", marshal(t, m), ""); err != nil {
		t.Fatal(err)
	}
	if got := r.marks(); got != "???x?" || len(r.Faults) != 3 {
		t.Errorf("verdicts %s, faults %v", got, r.Faults)
	}
}

// marks writes a sign for each verdict.
func (r *Report) marks() (marks string) {
	for _, v := range r.Nodes {
		switch {
		case v.Err != nil:
			marks += "x"
		case v.Unknown:
			marks += "?"
		default:
			marks += "."
		}
	}
	return marks
}
