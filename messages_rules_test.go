package hecc_test

import (
	"go/ast"
	"strings"
	"testing"
)

// spoken are the packages whose errors people read as they are. What the others say of a file's bytes, of a model's
// node or of the system gets its cure in one of these, or is a fault of hecc (diag.Internal).
var spoken = []string{"cmd/hecc", "runtime/datafile", "runtime/remote", "runtime/service", "runtime/jobs", "runtime/jobs/embedded", "runtime/web", "runtime/web/bundle"}

// plain are errors without a cure of their own in those packages: why that is right.
var plain = map[string]string{
	"panic":                   "of a request: the service answers that it failed, the log has the rest",
	"panic: …":                "the same",
	"more than one value":     "is handed on in a problem, which has a cure",
	"a part has … bytes of …": "is asked for again, and then an error of the connection",
	"\"…\" is no size: give a number with a unit, as 512MiB or 2GiB": "of a flag: wrong usage",
	"--input-range must be lo:hi with lo below hi, got \"…\"":        "of a flag: wrong usage",
}

// TestErrorsHaveCures: people read no error that was made without a cure. Made in another way than by package diag
// are wrong usage, errors that programs compare with (package variables), and what adds to another error (%w).
func TestErrorsHaveCures(t *testing.T) {
	sources, used := readSources(t), map[string]bool{}
	for _, dir := range spoken {
		s := sources[dir]
		if s == nil {
			t.Errorf("there is no package %s", dir)
			continue
		}
		usage := map[ast.Node]bool{}
		s.literals("usageError", func(l *ast.CompositeLit) { usage[l.Elts[0]] = true })
		s.inFunctions(func(n ast.Node) {
			call, ok := n.(*ast.CallExpr)
			if !ok || usage[call] {
				return
			}
			switch code(call.Fun) {
			case "errors.New", "fmt.Errorf":
				if strings.Contains(code(call.Args[0]), "%w") {
					return
				}
				text := s.formatted(call.Args)[0]
				if used[text] = true; plain[text] == "" {
					t.Errorf("%s: %q lacks a cure: make it with package diag", dir, text)
				}
			}
		})
	}
	for text := range plain {
		if !used[text] {
			t.Errorf("nothing says %q", text)
		}
	}
}

// TestOneWay: diagnostics and warnings are not made past the functions that ask for a cure.
func TestOneWay(t *testing.T) {
	for dir, s := range readSources(t) {
		for kind, home := range map[string]string{"diag.Error": "ir/diag", "Error": "ir/diag", "Warning": "passes", "passes.Warning": "", "hecc.Warning": ""} {
			made := 0
			s.literals(kind, func(*ast.CompositeLit) { made++ })
			if dir == home {
				made-- // in the one function
			}
			if made > 0 {
				t.Errorf("%s makes %d %s without asking for a cure", dir, made, kind)
			}
		}
	}
}

// inFunctions visits the bodies of functions.
func (s *source) inFunctions(visit func(n ast.Node)) {
	for _, f := range s.files {
		for _, d := range f.Decls {
			in, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			s.within = in
			ast.Inspect(in, func(n ast.Node) bool {
				if n != nil {
					visit(n)
				}
				return true
			})
		}
	}
}
