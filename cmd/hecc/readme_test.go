package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
	if tables.ReplaceAllString(string(out), "") == tables.ReplaceAllString(shown, "") {
		return
	}
	if !*update {
		t.Fatalf("README shows\n%s\nhecc inspect prints\n%s\nrun go test ./cmd/hecc -update", shown, out)
	}
	if err := os.WriteFile(readme, []byte(head+mark+string(out)+fence+tail), 0o644); err != nil {
		t.Fatal(err)
	}
}

// tables is what differs from one processor to the next: its tables, and with them the memory of a model.
var tables = regexp.MustCompile(`model [0-9.]+ MiB`)

// measured are what differs from one run of the demo to the next: times, and the error that random noise
// makes.
var measured = regexp.MustCompile(` +[0-9.]+ ms|off by [0-9.e-]+`)

// TestReadmeDemo holds README's first block against what the demo prints, without the pictures and what is
// measured; -update rewrites it.
func TestReadmeDemo(t *testing.T) {
	const before, fence = "    go run ./cmd/hecc demo\n", "```\n"
	b, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(b), before)
	intro, rest, ok2 := strings.Cut(rest, "```text\n")
	shown, tail, ok3 := strings.Cut(rest, fence)
	if !ok || !ok2 || !ok3 {
		t.Fatal("README has no output of the demo")
	}
	out, err := exec.Command("hecc", "demo").Output()
	if err != nil {
		t.Fatal(err)
	}
	const pictures = 2
	parts := strings.Split(strings.TrimSpace(string(out)), "\n\n")
	got := parts[0] + "\n…\n" + strings.Join(parts[1+pictures:], "\n\n") + "\n"
	if measured.ReplaceAllString(got, "") == measured.ReplaceAllString(shown, "") {
		return
	}
	if !*update {
		t.Fatalf("README shows\n%s\nhecc demo prints\n%s\nrun go test ./cmd/hecc -update", shown, got)
	}
	if err := os.WriteFile(readme, []byte(head+before+intro+"```text\n"+got+fence+tail), 0o644); err != nil {
		t.Fatal(err)
	}
}
