package kernel

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "record what the assembly was generated from")

var generated = []string{"kernels_amd64.s", "kernels_amd64.go"}

// generatedSums has the hash of the generator's files and of what it made of them.
const generatedSums = "testdata/generated.sha256"

// TestGenerated runs the generator again: what is committed is what it makes. With -update that is recorded.
func TestGenerated(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command("go", "run", "-C", "asm", ".",
		"-out", filepath.Join(dir, "kernels_amd64.s"), "-stubs", filepath.Join(dir, "kernels_amd64.go"), "-pkg", "kernel")
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		if !bytes.Contains(out, []byte("GOPROXY=off")) {
			t.Fatalf("the generator fails: %v\n%s", err, out)
		}
		t.Skip("the generator is not run: its modules are not here; go -C backend/lattigo/kernel/asm mod download gets them")
	}
	for _, name := range generated {
		if !bytes.Equal(body(t, name), body(t, filepath.Join(dir, name))) {
			t.Fatalf("%s is out of date: run go generate", name)
		}
	}
	if *update {
		if err := os.WriteFile(generatedSums, []byte(sums(t)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestGeneratedFrom needs no modules: neither the generator nor what it made has changed since they were last seen to agree.
func TestGeneratedFrom(t *testing.T) {
	recorded, err := os.ReadFile(generatedSums)
	if err != nil {
		t.Fatal(err)
	}
	if now := sums(t); now != string(recorded) {
		t.Errorf("the generator or the assembly has changed: run go generate, then go test . -run Generated -update\n%s has\n%s\nfound\n%s", generatedSums, recorded, now)
	}
}

// sums are the hashes of the generator's files and of the generated ones, a line each.
func sums(t *testing.T) string {
	t.Helper()
	sources, err := filepath.Glob("asm/*.go")
	if err != nil {
		t.Fatal(err)
	}
	if len(sources) < 10 {
		t.Fatalf("the generator has only %d files", len(sources))
	}
	var b strings.Builder
	for _, name := range append(append(sources, "asm/go.mod", "asm/go.sum"), generated...) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(text), name)
	}
	return b.String()
}

// body is a file without its first line, which repeats the command.
func body(t *testing.T, name string) []byte {
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	_, b, _ = bytes.Cut(b, []byte("\n"))
	return b
}
