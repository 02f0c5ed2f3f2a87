package hecc_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

type rule struct {
	pkg    string
	module []string // what it may import of this module
	others []string // and of others; the standard library is free
}

// rules are the import table. "x/..." stands for x and what is below it.
var rules = []rule{
	{"hecc", nil, nil},
	{"hecc/ir/diag", nil, nil},
	{"hecc/ir/params", nil, nil},
	{"hecc/ir/text", []string{"hecc/ir/diag"}, nil},
	{"hecc/ir/span", nil, nil},
	{"hecc/ir/tensor", []string{"hecc/ir/diag", "hecc/ir/text", "hecc/ir/span"}, nil},
	{"hecc/ir/he", []string{"hecc/ir/diag", "hecc/ir/text", "hecc/ir/params", "hecc/ir/tensor"}, nil},
	{"hecc/ir/plan", []string{"hecc/ir/..."}, nil},
	{"hecc/ir/audit", []string{"hecc/ir/..."}, nil},
	{"hecc/frontend/onnx/...", []string{"hecc/frontend/onnx/...", "hecc/ir/tensor", "hecc/ir/diag"}, []string{
		"github.com/owulveryck/onnx-go/...", "google.golang.org/protobuf/...", "github.com/x448/float16",
		"gonum.org/v1/gonum/graph/...", // onnx-go's interface is made of these
	}},
	{"hecc/passes/...", []string{"hecc/passes/...", "hecc/ir/..."}, []string{"gonum.org/v1/gonum/..."}},
	{"hecc/backend/lattigo/...", []string{"hecc/backend/lattigo/...", "hecc/ir/...", "hecc/runtime/..."},
		[]string{"github.com/tuneinsight/lattigo/v5/...", "golang.org/x/sys/cpu"}},
	{"hecc/runtime/datafile", []string{"hecc/ir/tensor"}, []string{"github.com/sbinet/npyio", "github.com/x448/float16", "gonum.org/v1/gonum/mat"}},
	{"hecc/runtime/...", []string{"hecc/runtime/...", "hecc/ir/..."}, nil},
	{"hecc/cmd/...", []string{"hecc/..."}, []string{"..."}},
	{"hecc/models", nil, nil},
	{"hecc/internal/...", []string{"hecc/ir/..."}, []string{"pgregory.net/rapid"}},
}

// onlyIn names what a single part of the tree may import, tests included; "hecc" stands for
// the tests and examples at the root.
var onlyIn = map[string][]string{
	"github.com/tuneinsight/lattigo/...":    {"hecc/backend/lattigo/..."},
	"github.com/owulveryck/onnx-go/...":     {"hecc/frontend/onnx/..."},
	"github.com/spf13/cobra/...":            {"hecc/cmd/..."},
	"hecc/backend/lattigo/client/...":       {"hecc/backend/lattigo/...", "hecc/cmd/...", "hecc"},
	"hecc/backend/lattigo/internal/...":     {"hecc/backend/lattigo/..."},
	"github.com/cockroachdb/datadriven/...": {"hecc/passes/..."},
}

type goPackage struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

// matches says whether a path is the pattern, or below it where the pattern ends in "...".
func matches(path, pattern string) bool {
	root, tree := strings.CutSuffix(pattern, "...")
	root = strings.TrimSuffix(root, "/")
	return path == root || tree && (root == "" || strings.HasPrefix(path, root+"/"))
}

func matchesAny(path string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(path, p) })
}

func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && first != "hecc"
}

func TestImports(t *testing.T) {
	for _, p := range listPackages(t) {
		i := slices.IndexFunc(rules, func(r rule) bool { return matches(p.ImportPath, r.pkg) })
		if i < 0 {
			t.Errorf("%s is not in the table: add what it may import", p.ImportPath)
			continue
		}
		for _, path := range p.Imports {
			allowed := rules[i].others
			if strings.HasPrefix(path, "hecc/") {
				allowed = rules[i].module
			}
			if !isStandard(path) && !matchesAny(path, allowed) {
				t.Errorf("%s imports %s, may import only %v", p.ImportPath, path, allowed)
			}
			isTest := strings.HasPrefix(path, "testing") || matches(path, "hecc/internal/...")
			if isTest && !strings.Contains(p.ImportPath, "/internal/") {
				t.Errorf("%s imports %s outside its tests", p.ImportPath, path)
			}
		}
	}
}

func TestImportersOfModules(t *testing.T) {
	for _, p := range listPackages(t) {
		for _, path := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			for module, homes := range onlyIn {
				if matches(path, module) && !matchesAny(p.ImportPath, homes) {
					t.Errorf("%s imports %s, which only %v may", p.ImportPath, path, homes)
				}
			}
		}
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		path, pattern string
		want          bool
	}{
		{"a/b", "a/b", true}, {"a/b", "a", false}, {"a/b", "a/...", true}, {"a", "a/...", true},
		{"ab", "a/...", false}, {"a", "...", true}, {"a/b/c", "a/b", false},
	} {
		if got := matches(c.path, c.pattern); got != c.want {
			t.Errorf("%s, %s: %v", c.path, c.pattern, got)
		}
	}
	for path, want := range map[string]bool{"fmt": true, "crypto/sha256": true, "hecc/ir/he": false, "hecc": false, "github.com/x/y": false} {
		if got := isStandard(path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}
