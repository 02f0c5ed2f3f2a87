package client_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	// A browser's client is 12.09 MB (Go 1.26, -s -w -trimpath; 2.95 with gzip), of which Lattigo, with
	// what it imports for its own tests, is 10.93. The limits are some 10 % above. The difference is ours to keep small.
	mostWasm = 13_200_000
	mostOurs = 1_270_000 // measured: 1.16 MB
)

// TestWasmSize links a client for a browser, and a program that makes and uses keys with Lattigo alone.
func TestWasmSize(t *testing.T) {
	if testing.Short() {
		t.Skip("a client for wasm is not linked: building it takes half a minute")
	}
	lattigo, all := wasmSize(t, "./testdata/wasm/lattigo"), wasmSize(t, "./testdata/wasm")
	t.Logf("%d bytes, %d of them more than with Lattigo alone", all, all-lattigo)
	if all > mostWasm {
		t.Errorf("the client has %d bytes, more than %d", all, mostWasm)
	}
	if ours := all - lattigo; ours > mostOurs {
		t.Errorf("the client has %d bytes more than Lattigo alone, more than %d", ours, mostOurs)
	} else if ours < mostOurs/2 { // then something is not linked
		t.Errorf("the client has only %d bytes more than Lattigo alone: does testdata/wasm still use all of it?", ours)
	}
}

func wasmSize(t *testing.T, pkg string) int64 {
	t.Helper()
	program := filepath.Join(t.TempDir(), "client.wasm")
	cmd := wasmGo("build", "-trimpath", "-ldflags=-s -w", "-o", program, pkg)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	info, err := os.Stat(program)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func wasmGo(args ...string) *exec.Cmd {
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	return cmd
}

// inWasm is what a browser's client is made of, of this module and of others.
var inWasm = []string{
	"hecc/backend/lattigo/crypt", "hecc/backend/lattigo/encoding", "hecc/backend/lattigo/params",
	"hecc/ir/diag", "hecc/ir/he", "hecc/ir/params", "hecc/ir/plan", "hecc/ir/span", "hecc/ir/tensor", "hecc/ir/text",
	"hecc/runtime/client", "hecc/runtime/codec", "hecc/runtime/wire",

	"github.com/tuneinsight/lattigo/v5/core/rlwe", "github.com/tuneinsight/lattigo/v5/ring", "github.com/tuneinsight/lattigo/v5/utils",
	"github.com/ALTree/bigfloat", "golang.org/x/crypto/blake2b", "golang.org/x/exp/constraints",
	// Lattigo's code imports packages that are for tests:
	"github.com/google/go-cmp/cmp", "github.com/stretchr/testify", "github.com/davecgh/go-spew", "github.com/pmezard/go-difflib",
	"go.yaml.in/yaml/v3",
}

// TestWasmImports: no compiler, server or checker in the browser, and no other library.
func TestWasmImports(t *testing.T) {
	out, err := wasmGo("list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./testdata/wasm").Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	for _, dep := range deps {
		known := slices.ContainsFunc(inWasm, func(p string) bool {
			return dep == p || strings.HasPrefix(dep, p+"/") && !strings.HasPrefix(p, "hecc/")
		})
		if !known && !strings.HasPrefix(dep, "hecc/runtime/client/testdata/") {
			t.Errorf("a browser's client imports %s", dep)
		}
	}
	for _, p := range inWasm {
		if strings.HasPrefix(p, "hecc/") && !slices.Contains(deps, p) {
			t.Errorf("a browser's client does not import %s: the list is out of date", p)
		}
	}
}
