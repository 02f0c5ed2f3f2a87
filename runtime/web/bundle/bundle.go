// Package bundle makes the directory of a page: its files, and its program compiled to WebAssembly.
package bundle

import (
	"bytes"
	"compress/gzip"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"hecc/ir/diag"
)

//go:embed page
var page embed.FS

// Write writes a page into a directory, which is made if there is none. It runs the go command in the current
// directory, which must be within hecc's source.
func Write(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	files, err := fs.Sub(page, "page")
	if err != nil {
		return err
	}
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		content, err := fs.ReadFile(files, e.Name())
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, e.Name()), content, 0o666)
		}
		if err != nil {
			return err
		}
	}
	if err := writeProgram(dir); err != nil {
		return err
	}
	return copySupport(dir)
}

// writeProgram compiles the program and writes it compressed: it is a quarter then.
func writeProgram(dir string) error {
	temporary, err := os.MkdirTemp("", "hecc-web-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)
	program := filepath.Join(temporary, "client.wasm")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, "hecc/runtime/web/wasm")
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w: %s", err, out)
	}
	b, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	var zipped bytes.Buffer
	w, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(b); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "client.wasm.gz"), zipped.Bytes(), 0o666)
}

// copySupport copies what a program of Go needs in a browser: it comes with the compiler and must be of its version.
func copySupport(dir string) error {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("go env: %w", err)
	}
	root := strings.TrimSpace(string(out))
	b, err := os.ReadFile(filepath.Join(root, "lib", "wasm", "wasm_exec.js"))
	if errors.Is(err, fs.ErrNotExist) {
		return diag.Wrap("wasm_exec.js: %w", err).Cure("this Go has no files for WebAssembly; some distributions put them into a package of their own")
	}
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "wasm_exec.js"), b, 0o666)
}
