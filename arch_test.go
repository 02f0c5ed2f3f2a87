package hecc_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rule is a row of the table of packages in ARCHITECTURE.md.
type rule struct {
	pkg    string   // "x/..." stands for x and what is below it
	holds  string   // what for
	module []string // what it may import of this module
	others []string // and of others; the standard library is free
}

// rules are the table of packages. Of several that match a package the first counts.
var rules = []rule{
	{"hecc", "the front door of the compiler", []string{"hecc/frontend/onnx", "hecc/internal/progress", "hecc/ir/diag", "hecc/ir/memory", "hecc/ir/plan", "hecc/ir/tensor", "hecc/passes", "hecc/runtime/wire"}, nil},
	{"hecc/runtime/client", "the front door of the side that holds secrets", []string{"hecc/backend/lattigo/crypt", "hecc/ir/plan", "hecc/ir/tensor", "hecc/runtime/codec", "hecc/runtime/wire"}, nil},
	{"hecc/runtime/server", "the front door of the side that computes", []string{"hecc/backend/lattigo/eval", "hecc/ir/plan", "hecc/runtime/wire"}, nil},
	{"hecc/runtime/service/keystore", "key sets of clients in a directory: uploads in parts, whole or not served", nil, nil},
	{"hecc/runtime/jobs/embedded", "a NATS server inside a process", []string{"hecc/ir/diag", "hecc/runtime/jobs"}, []string{"github.com/nats-io/nats-server/v2/server", "github.com/nats-io/nats.go"}},
	{"hecc/runtime/jobs", "batches as jobs on NATS JetStream: each answered once, by whichever worker is there", []string{"hecc/ir/diag"}, []string{"github.com/nats-io/nats.go/...", "github.com/nats-io/nuid"}},
	{"hecc/runtime/service", "plans over HTTP: clients, limits, key sets, inferences, batches, metrics; workers", []string{"hecc/ir/diag", "hecc/runtime/jobs", "hecc/runtime/server", "hecc/runtime/service/keystore", "hecc/runtime/web"}, []string{"github.com/prometheus/client_golang/..."}},
	{"hecc/runtime/remote", "the client of a service: keys in a folder, uploads that go on, inferences", []string{"hecc/ir/diag", "hecc/runtime/client"}, nil},
	{"hecc/runtime/web/wasm", "the client for a browser's worker, compiled to WebAssembly", []string{"hecc/ir/diag", "hecc/ir/plan", "hecc/ir/tensor", "hecc/runtime/client", "hecc/runtime/codec", "hecc/runtime/datafile"}, nil},
	{"hecc/runtime/web/bundle", "makes the directory of the page: its files, its program", []string{"hecc/ir/diag"}, nil},
	{"hecc/runtime/web/build", "the command that does", []string{"hecc/runtime/web/bundle"}, nil},
	{"hecc/runtime/web", "the page for browsers: a directory, served", []string{"hecc/ir/diag"}, nil},
	{"hecc/ir/diag", "positions in a model, diagnostics with their cures, internal errors", nil, nil},
	{"hecc/ir/text", "the line format that graphs and circuits are printed in", []string{"hecc/ir/diag"}, nil},
	{"hecc/ir/params", "moduli, rings, the security table", nil, nil},
	{"hecc/ir/span", "intervals of numbers whose arithmetic rounds outwards", nil, nil},
	{"hecc/ir/tensor", "tensor graph: typed operations, shapes, verifier, evaluation", []string{"hecc/ir/diag", "hecc/ir/text", "hecc/ir/span"}, nil},
	{"hecc/ir/he", "circuit: operations, each a row, layouts, levels, scales, keys needed, verifier, evaluation", []string{"hecc/ir/diag", "hecc/ir/text", "hecc/ir/params", "hecc/ir/tensor"}, nil},
	{"hecc/ir/memory", "what a planned circuit takes of memory and keys; forms of keys, buffers and matrices, which decide it", []string{"hecc/ir/he", "hecc/ir/params"}, nil},
	{"hecc/ir/plan", "the plan file: interface part (no weights) and server part; prices of primitives, fits and their intervals", []string{"hecc/ir/..."}, nil},
	{"hecc/ir/audit", "checks a plan from the plan alone, independently of the planner", []string{"hecc/ir/..."}, nil},
	{"hecc/frontend/onnx/onnxpb", "the protobuf binding", nil, []string{"google.golang.org/protobuf/..."}},
	{"hecc/frontend/onnx", "ONNX bytes to the imported graph", []string{"hecc/frontend/onnx/...", "hecc/ir/tensor", "hecc/ir/diag"}, []string{
		"github.com/owulveryck/onnx-go/...", "google.golang.org/protobuf/...", "github.com/x448/float16",
		"gonum.org/v1/gonum/graph/...", // onnx-go's interface is made of these
	}},
	{"hecc/passes", "the driver: the pass table, inputs and targets, choosing among packings, assembling the plan", []string{"hecc/passes/...", "hecc/ir/...", "hecc/internal/progress"}, nil},
	{"hecc/passes/lower", "graphs to graphs, exactly: prologue and epilogue, merging, fusing, squares", []string{"hecc/passes/rewrite", "hecc/ir/..."}, nil},
	{"hecc/passes/windows", "convolutions and poolings, known by the entries of maps", []string{"hecc/ir/tensor"}, nil},
	{"hecc/passes/rewrite", "builds a graph from another, node by node", []string{"hecc/ir/tensor"}, nil},
	{"hecc/passes/fit", "polynomials for functions, on samples or on a box: the search, degrees, goals", []string{
		"hecc/passes/approx", "hecc/passes/bounds", "hecc/passes/internal/...", "hecc/passes/lower", "hecc/passes/piecewise",
		"hecc/passes/labels", "hecc/passes/polyeval", "hecc/passes/promise", "hecc/passes/refusal", "hecc/passes/rewrite", "hecc/passes/tails", "hecc/passes/train", "hecc/passes/windows", "hecc/ir/...",
	}, []string{"gonum.org/v1/gonum/..."}},
	{"hecc/passes/labels", "what is known of samples, and what a fit loses by it", []string{"hecc/passes/internal/...", "hecc/passes/promise", "hecc/ir/..."}, []string{"gonum.org/v1/gonum/..."}},
	{"hecc/passes/refusal", "which layers take which levels and bits, where no ring has enough for all", []string{"hecc/ir/diag"}, nil},
	{"hecc/passes/piecewise", "functions with kinks and jumps", []string{
		"hecc/passes/approx", "hecc/passes/bounds", "hecc/passes/lower", "hecc/passes/polyeval", "hecc/passes/rewrite", "hecc/ir/...",
	}, nil},
	{"hecc/passes/train", "compensation and distillation", []string{"hecc/passes/internal/...", "hecc/passes/lower", "hecc/passes/rewrite", "hecc/passes/windows", "hecc/ir/tensor"}, nil},
	{"hecc/passes/bounds", "enclosures for all inputs of a box: intervals, zonotopes", []string{"hecc/passes/approx", "hecc/ir/tensor", "hecc/ir/span"}, nil},
	{"hecc/passes/approx", "polynomials for a function of one number, and their bounds", []string{"hecc/ir/tensor", "hecc/ir/span"}, []string{"gonum.org/v1/gonum/..."}},
	{"hecc/passes/tails", "what samples say about unseen ones", []string{"hecc/passes/bounds", "hecc/ir/plan"}, []string{"gonum.org/v1/gonum/..."}},
	{"hecc/passes/promise", "what flooding, rounding and the client's part make of errors", []string{"hecc/passes/internal/...", "hecc/passes/tails", "hecc/ir/..."}, nil},
	{"hecc/passes/worst", "inputs that noise and magnitudes are planned on", []string{"hecc/passes/internal/...", "hecc/passes/planning", "hecc/passes/tails", "hecc/ir/..."}, nil},
	{"hecc/passes/polyeval", "how a polynomial of ciphertexts is taken apart", nil, nil},
	{"hecc/passes/packing", "layouts, diagonals, baby step / giant step, costs", []string{"hecc/passes/internal/...", "hecc/passes/polyeval", "hecc/passes/rewrite", "hecc/passes/windows", "hecc/ir/..."}, nil},
	{"hecc/passes/planning", "levels, scales, parameters, noise, simulation", []string{"hecc/passes/internal/...", "hecc/passes/packing", "hecc/ir/..."}, nil},
	{"hecc/passes/internal/...", "values of nodes on many samples, derivatives; products of matrices, vectorised, with a twin in Go; numbered work on all cores", []string{"hecc/passes/internal/...", "hecc/ir/tensor"}, []string{"golang.org/x/sys/cpu"}},
	{"hecc/backend/lattigo/params", "Lattigo's rings for a parameter set, expansion of seeds", []string{"hecc/ir/params"}, onLattigo},
	{"hecc/backend/lattigo/encoding", "slots to polynomials and back", []string{"hecc/ir/params"}, onLattigo},
	{"hecc/backend/lattigo/kernel/...", "transforms and inner products, vectorised, with a twin in Go", nil, onLattigo},
	{"hecc/backend/lattigo/eval", "the server: models for all clients, sessions that run them with one client's keys", []string{
		"hecc/backend/lattigo/encoding", "hecc/backend/lattigo/kernel", "hecc/backend/lattigo/params", "hecc/ir/...", "hecc/runtime/wire",
	}, onLattigo},
	{"hecc/backend/lattigo/crypt", "keys, encryption, decryption", []string{"hecc/backend/lattigo/...", "hecc/ir/...", "hecc/runtime/..."}, onLattigo},
	{"hecc/backend/lattigo/naive", "a model the straightforward way, for `hecc bench` to compare with", []string{"hecc/backend/lattigo/...", "hecc/ir/..."}, onLattigo},
	{"hecc/backend/lattigo/internal/...", "small plans for tests", []string{"hecc/ir/...", "hecc/runtime/codec"}, nil},
	{"hecc/runtime/wire", "the bytes of keys and ciphertexts", []string{"hecc/ir/..."}, nil},
	{"hecc/runtime/codec", "prologue and range check, samples to slots, slots to outputs: flooding, rounding, epilogue", []string{"hecc/ir/..."}, nil},
	{"hecc/runtime/datafile", "files of samples, outputs and labels: .npy, .csv", []string{"hecc/ir/diag", "hecc/ir/tensor"}, []string{"github.com/sbinet/npyio", "github.com/x448/float16", "gonum.org/v1/gonum/mat"}},
	{"hecc/cmd/hecc/detail", "what the page of `hecc inspect` shows beyond the summary: the way of each node, noise, keys, functions, layouts", []string{
		"hecc/ir/...", "hecc/passes", "hecc/passes/packing", "hecc/runtime/codec", "hecc/runtime/wire",
	}, nil},
	{"hecc/cmd/hecc/page", "that page, from the JSON of the report", []string{"hecc/cmd/hecc/chart", "hecc/cmd/hecc/detail", "hecc/ir/..."}, []string{"gonum.org/v1/plot/..."}},
	{"hecc/cmd/hecc/chart", "charts as SVG in colours of a style sheet, drawn by gonum", nil, []string{"gonum.org/v1/plot/..."}},
	{"hecc/cmd/hecc", "the commands, one file each", []string{"hecc/..."}, []string{"..."}},
	{"hecc/models", "trained models with their scripts; three models and three arrays are embedded for the demo", nil, nil},
	{"hecc/internal/progress", "how far long work has come", nil, nil},
	{"hecc/internal/...", "random graphs, fuzzing by edits, generated assembly: for tests only", []string{"hecc/ir/..."}, []string{"pgregory.net/rapid"}},
}

var onLattigo = []string{"github.com/tuneinsight/lattigo/v5/...", "golang.org/x/sys/cpu"}

// onlyIn names what a single part of the tree may import, tests included; "hecc" stands for
// the tests and examples at the root.
var onlyIn = map[string][]string{
	"github.com/tuneinsight/lattigo/...":    {"hecc/backend/lattigo/..."},
	"github.com/owulveryck/onnx-go/...":     {"hecc/frontend/onnx/..."},
	"github.com/spf13/cobra/...":            {"hecc/cmd/..."},
	"github.com/nats-io/...":                {"hecc/runtime/jobs/..."},
	"github.com/KimMachineGun/...":          {"hecc/cmd/..."},
	"hecc/backend/lattigo/crypt/...":        {"hecc/backend/lattigo/...", "hecc/runtime/client", "hecc/cmd/...", "hecc"},
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
			isTest := strings.HasPrefix(path, "testing") || matches(path, "hecc/internal/...") && path != "hecc/internal/progress"
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

const tableStart, tableEnd = "<!-- packages: written by go test . -run Architecture -update -->\n", "<!-- end of packages -->"

// TestArchitecture: the table of packages in ARCHITECTURE.md is that of rules. With -update it writes it.
func TestArchitecture(t *testing.T) {
	page, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), tableStart)
	_, after, ends := strings.Cut(rest, tableEnd)
	if !ok || !ends {
		t.Fatal("ARCHITECTURE.md has no place for the table of packages")
	}
	want := before + tableStart + packageTable() + tableEnd + after
	if *update {
		if err := os.WriteFile("ARCHITECTURE.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(page) {
		t.Error("the table of packages is not that of arch_test.go: run with -update")
	}
}

func packageTable() string {
	short := func(path string) string { return strings.TrimPrefix(strings.TrimSuffix(path, "/..."), "hecc/") }
	var b strings.Builder
	b.WriteString("\n| package | holds | imports |\n|---|---|---|\n")
	for _, r := range rules {
		var imports []string
		for _, path := range r.module {
			imports = append(imports, short(path))
		}
		for _, path := range r.others {
			imports = append(imports, library(path))
		}
		if len(imports) == 0 {
			imports = []string{"–"}
		}
		at := short(r.pkg)
		if at == "hecc" {
			at = "."
		}
		fmt.Fprintf(&b, "| [%s](%s) | %s | %s |\n", short(r.pkg), at, r.holds, strings.Join(imports, ", "))
	}
	b.WriteString("\n")
	return b.String()
}

// library is the name of another module.
func library(path string) string {
	if path == "..." {
		return "any library"
	}
	path = strings.TrimSuffix(path, "/...")
	if strings.Contains(path, "gonum") {
		return "gonum"
	}
	words := strings.Split(path, "/")
	name := words[len(words)-1]
	if len(words) > 3 && strings.HasPrefix(name, "v") {
		name = words[len(words)-2]
	}
	return name
}

const (
	mostLines = 300 // of a file: more cannot be read in a sitting
	mostFiles = 25  // of a package of passes, its tests included
)

// longFiles have a reason to be longer.
var longFiles = map[string]string{}

// TestSizes holds files and packages to what one can read.
func TestSizes(t *testing.T) {
	files := map[string]int{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		if strings.HasPrefix(path, "passes") {
			files[filepath.Dir(path)]++
		}
		if strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, ".pb.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if n := strings.Count(string(text), "\n"); n > mostLines && longFiles[path] == "" {
			t.Errorf("%s has %d lines, and no reason for more than %d", path, n, mostLines)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir, n := range files {
		if n > mostFiles {
			t.Errorf("%s has %d files: more than %d", dir, n, mostFiles)
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
