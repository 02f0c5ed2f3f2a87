package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const readme = "../../README.md"

// TestReadmeInspect runs the inspect command that README shows and compares the output; -update
// rewrites it.
func TestReadmeInspect(t *testing.T) {
	const command = "    go run ./cmd/hecc inspect models/mnist/square.onnx --calibrate testdata/mnist/calibrate.npy\n"
	const mark, fence = "<!-- TestReadmeInspect keeps this block up to date -->\n```text\n", "```\n"
	b, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(b), mark)
	shown, tail, ok2 := strings.Cut(rest, fence)
	if !ok || !ok2 || !strings.Contains(head, command) {
		t.Fatal("README has no inspect output")
	}
	out, err := exec.Command("hecc", "inspect", filepath.Join(shipped, "mnist/square.onnx"), "--calibrate", filepath.Join(data, "mnist/calibrate.npy")).Output()
	if err != nil {
		t.Fatal(err)
	}
	if string(out) == shown {
		return
	}
	if !*update {
		t.Fatalf("README shows\n%s\nhecc inspect prints\n%s\nrun go test ./cmd/hecc -update", shown, out)
	}
	if err := os.WriteFile(readme, []byte(head+mark+string(out)+fence+tail), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestReadmeOperators looks for every supported operator in README's table: a refused model is told all.
func TestReadmeOperators(t *testing.T) {
	b, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(b), "\n## What is supported\n")
	section, _, _ = strings.Cut(section, "\n## ")
	words := map[string]bool{}
	for _, w := range strings.FieldsFunc(section, func(r rune) bool { return strings.ContainsRune(" ,;|\n", r) }) {
		words[w] = true
	}
	out, err := exec.Command("hecc", "compile", filepath.Join(fixtures, "refused/unknown_op.onnx")).CombinedOutput()
	if err == nil {
		t.Fatal("a model with an unknown operator was compiled")
	}
	_, list, ok := strings.Cut(string(out), "supported in domain ai.onnx: ")
	if !ok {
		t.Fatalf("no list of operators in %q", out)
	}
	for op := range strings.SplitSeq(strings.TrimSpace(list), ", ") {
		if !words[op] {
			t.Errorf("README does not name %s", op)
		}
	}
}
