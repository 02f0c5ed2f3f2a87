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
