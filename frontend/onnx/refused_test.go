package onnx

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hecc/ir/diag"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestRefused compares what users are told of each model that is turned down.
// The models of the fixtures come first, then edits of good ones (edits_test.go).
func TestRefused(t *testing.T) {
	var got strings.Builder
	refuse := func(file string, data []byte) {
		g, err := Import(file, data)
		var d *diag.Error
		if !errors.As(err, &d) {
			t.Errorf("%s: want a diagnostic, got graph %v and error %v", file, g, err)
			return
		}
		if len(d.Notes) == 0 {
			t.Errorf("%v: no note says what to do", err)
		}
		got.WriteString(err.Error() + "\n\n")
	}
	for _, path := range glob(t, fixtures, "refused/*.onnx") {
		if refusedByPasses[filepath.Base(path)] {
			load(t, path)
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		refuse(filepath.Base(path), data)
	}
	for _, e := range slices.Concat(refusedEdits, imageEdits) {
		refuse(e.name, e.apply(t))
	}
	compareGolden(t, "testdata/refused.golden", got.String())
}

// refusedByPasses can be imported: that weights stand behind what only the client computes is seen later.
var refusedByPasses = map[string]bool{"divide_two_values.onnx": true, "softmax_middle.onnx": true}

func compareGolden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs; run the test with -update if this is meant:\n%s", path, diff)
	}
}

func TestLoadMissing(t *testing.T) {
	_, err := Load("testdata/none.onnx")
	var d *diag.Error
	if !errors.As(err, &d) || err.Error() != "testdata/none.onnx: cannot read the model: no such file or directory\n  note: check the path, and that the file may be read" {
		t.Errorf("got %v", err)
	}
}

// TestEveryRefusalHasACure: whatever a handler refuses, a note says what to do, and not only where to read.
func TestEveryRefusalHasACure(t *testing.T) {
	for i := range table {
		n := &node{resolvedNode: resolvedNode{op: table[i].op}, row: &table[i]}
		if text := n.cure(); len(text) < 40 {
			t.Errorf("%s: %q", table[i].op, text)
		}
	}
	for _, cures := range []map[string]string{alternatives, mlAlternatives, otherDomains, cures} {
		for name, text := range cures {
			if len(text) < 30 || strings.Contains(text, "docs/") {
				t.Errorf("%s: %q", name, text)
			}
		}
	}
}
