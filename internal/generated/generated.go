// Package generated tests that committed assembly is what its generator makes.
package generated

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Assembly is what the command in the directory asm, which has a module of its own, makes for the package in the current
// directory.
type Assembly struct {
	Package string
	Name    string // of the files, without _amd64.s and _amd64.go
}

// recordedSums has the hash of the generator's files and of what it made of them.
const recordedSums = "testdata/generated.sha256"

func (a Assembly) files() []string { return []string{a.Name + "_amd64.s", a.Name + "_amd64.go"} }

// Rerun runs the generator again: what is committed is what it makes. With update that is recorded.
func (a Assembly) Rerun(t *testing.T, update bool) {
	dir, files := t.TempDir(), a.files()
	cmd := exec.Command("go", "run", "-C", "asm", ".",
		"-out", filepath.Join(dir, files[0]), "-stubs", filepath.Join(dir, files[1]), "-pkg", a.Package)
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		if !bytes.Contains(out, []byte("GOPROXY=off")) {
			t.Fatalf("the generator fails: %v\n%s", err, out)
		}
		t.Skip("the generator is not run: its modules are not here; go mod download in the directory asm gets them")
	}
	for _, name := range files {
		if !bytes.Equal(body(t, name), body(t, filepath.Join(dir, name))) {
			t.Fatalf("%s is out of date: run go generate", name)
		}
	}
	if update {
		if err := os.WriteFile(recordedSums, []byte(a.sums(t)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Unchanged needs no modules: neither the generator nor what it made has changed since they were last seen to agree.
func (a Assembly) Unchanged(t *testing.T) {
	recorded, err := os.ReadFile(recordedSums)
	if err != nil {
		t.Fatal(err)
	}
	if now := a.sums(t); now != string(recorded) {
		t.Errorf("the generator or the assembly has changed: run go generate, then go test . -run Generated -update\n%s has\n%s\nfound\n%s", recordedSums, recorded, now)
	}
}

// sums are the hashes of the generator's files and of the generated ones, a line each.
func (a Assembly) sums(t *testing.T) string {
	t.Helper()
	sources, err := filepath.Glob("asm/*.go")
	if err != nil {
		t.Fatal(err)
	}
	if len(sources) == 0 {
		t.Fatal("the generator has no files")
	}
	var b strings.Builder
	for _, name := range append(append(sources, "asm/go.mod", "asm/go.sum"), a.files()...) {
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
