package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"hecc/frontend/onnx"
)

// operatorsOf lists the operators that docs/operators.md says are supported. A test of the
// importer writes that file.
func operatorsOf(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile("../../docs/operators.md")
	if err != nil {
		t.Fatal(err)
	}
	supported, _, _ := strings.Cut(string(b), "\n## Not supported")
	var ops []string
	for line := range strings.SplitSeq(supported, "\n") {
		cells := strings.Split(line, " | ")
		if name, ok := strings.CutPrefix(cells[0], "| "); ok && len(cells) == 3 && name != "operator" {
			ops = append(ops, strings.TrimPrefix(name, "ai.onnx.ml."))
		}
	}
	return ops
}

// coveringFixtures picks models so that each operator is in one of them, and says which
// operators are in none.
func coveringFixtures(t *testing.T, models []string) (picked, missing []string) {
	t.Helper()
	missing = operatorsOf(t)
	for _, model := range models {
		report, err := onnx.Explain(model)
		if err != nil {
			t.Fatal(err)
		}
		left := len(missing)
		for _, v := range report.Nodes {
			missing = slices.DeleteFunc(missing, func(op string) bool { return op == v.Pos.Op })
		}
		if len(missing) < left {
			picked = append(picked, model)
		}
	}
	return picked, missing
}
