package onnx

import (
	"path/filepath"
	"testing"

	"google.golang.org/protobuf/proto"
)

// TestExplainAgreesWithImport: on every fixture, good or bad, Explain and Import agree.
func TestExplainAgreesWithImport(t *testing.T) {
	paths := append(glob(t, fixtures, "*.onnx"), glob(t, fixtures, "refused/*.onnx")...)
	for _, path := range paths {
		want, importErr := Load(path)
		verdicts, g, err := Explain(path)
		refused := err != nil
		for _, v := range verdicts {
			refused = refused || v.Err != nil
		}
		if refused != (importErr != nil) {
			t.Errorf("%s: import says %v, explain %v", path, importErr, err)
		}
		if importErr == nil && g.Print() != want.Print() {
			t.Errorf("%s: another graph", path)
		}
	}
}

// TestExplainGoesOn: all nodes are judged, and what follows an unsupported one is not blamed.
func TestExplainGoesOn(t *testing.T) {
	m := readModel(t, "torch_tanh")
	m.Graph.Node[1].OpType = proto.String("Round")
	m.Graph.Node[3].OpType = proto.String("Floor")
	verdicts, g, err := explainModel("m.onnx", marshal(t, m), "")
	if err != nil || g != nil {
		t.Fatalf("graph %v, error %v", g, err)
	}
	got := ""
	for _, v := range verdicts {
		switch {
		case v.Err != nil:
			got += "x"
		case v.Unknown:
			got += "?"
		default:
			got += "."
		}
	}
	if got != ".x?x?" {
		t.Errorf("verdicts %s", got)
	}
	if _, _, err := Explain(filepath.Join(fixtures, "refused", "no_output.onnx")); err == nil {
		t.Error("a model without an output is taken")
	}
}
