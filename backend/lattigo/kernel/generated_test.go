package kernel

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestGenerated runs the generator again: what is committed is what it makes.
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
	for _, name := range []string{"kernels_amd64.s", "kernels_amd64.go"} {
		if !bytes.Equal(body(t, name), body(t, filepath.Join(dir, name))) {
			t.Errorf("%s is out of date: run go generate", name)
		}
	}
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
