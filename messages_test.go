package hecc_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A diagnostic is an error only with a cure (ir/diag), so the compiler sees that none lacks it. These tests see that
// there is no other way to make one, and that docs/messages.md has all of them.

// message is what hecc can say at one place of the source.
type message struct {
	at, text string   // what has the position, and the reason; … stands for what the case fills in
	cures    []string // of which one is given; none if it is that of the operator
}

// source is the text of a package, without its tests.
type source struct {
	dir    string
	files  []*ast.File
	consts map[string]ast.Expr
	funcs  map[string]*ast.FuncDecl
	within *ast.FuncDecl // that is read: where variables are looked up first
}

// readSources parses what the program is made of.
func readSources(t *testing.T) map[string]*source {
	t.Helper()
	all, set := map[string]*source{}, token.NewFileSet()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || slices.Contains([]string{"testdata", "examples", "tools", "asm", "onnxpb", "internal"}, d.Name())):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir := filepath.ToSlash(filepath.Dir(path))
		if all[dir] == nil {
			all[dir] = &source{dir: dir, consts: map[string]ast.Expr{}, funcs: map[string]*ast.FuncDecl{}}
		}
		all[dir].add(f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (s *source) add(f *ast.File) {
	s.files = append(s.files, f)
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			s.funcs[n.Name.Name] = n
		case *ast.ValueSpec:
			for k, name := range n.Names {
				if k < len(n.Values) {
					s.consts[name.Name] = n.Values[k]
				}
			}
		}
		return true
	})
}

// texts are the strings that an expression may be, with … for what is filled in.
func (s *source) texts(e ast.Expr) []string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return []string{text}
		}
	case *ast.ParenExpr:
		return s.texts(e.X)
	case *ast.Ident:
		if out := s.assigned(e.Name); len(out) > 0 {
			return out
		}
		if value, ok := s.consts[e.Name]; ok {
			return s.texts(value)
		}
	case *ast.IndexExpr:
		if table, ok := s.consts[nameOf(e.X)].(*ast.CompositeLit); ok && len(table.Elts) < largeTable {
			var out []string
			for _, kv := range table.Elts {
				out = append(out, s.texts(kv.(*ast.KeyValueExpr).Value)...)
			}
			return out
		}
	case *ast.BinaryExpr:
		var out []string
		for _, a := range s.texts(e.X) {
			for _, b := range s.texts(e.Y) {
				out = append(out, a+b)
			}
		}
		return out
	case *ast.CallExpr:
		return s.called(e)
	}
	return []string{"…"}
}

// largeTable is too large for one cell of the page.
const largeTable = 12

// assigned are the strings that a variable of the function gets.
func (s *source) assigned(name string) (out []string) {
	ast.Inspect(s.within, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && len(a.Rhs) == len(a.Lhs) {
			for k, to := range a.Lhs {
				if id, ok := to.(*ast.Ident); ok && id.Name == name {
					out = append(out, s.texts(a.Rhs[k])...)
				}
			}
		}
		return true
	})
	return out
}

// called are the strings that a call gives.
func (s *source) called(e *ast.CallExpr) []string {
	name := nameOf(e.Fun)
	if name == "Sprintf" {
		return s.formatted(e.Args)
	}
	f := s.funcs[name]
	if f == nil {
		return []string{"…"}
	}
	defer func(was *ast.FuncDecl) { s.within = was }(s.within)
	s.within = f
	var out []string
	ast.Inspect(f, func(n ast.Node) bool {
		if r, ok := n.(*ast.ReturnStmt); ok && len(r.Results) == 1 {
			out = append(out, s.texts(r.Results[0])...)
		}
		return true
	})
	return out
}

var verb = regexp.MustCompile(`%[-+#0-9.\[\]]*[a-zA-Z]`)

// formatted are the texts of a format with its arguments.
func (s *source) formatted(args []ast.Expr) []string {
	formats := s.texts(args[0])
	if len(args) == 2 && len(formats) == 1 && formats[0] == "%s" {
		return s.texts(args[1])
	}
	for k, f := range formats {
		formats[k] = strings.ReplaceAll(verb.ReplaceAllStringFunc(f, func(v string) string {
			if strings.HasSuffix(v, "q") {
				return `"…"`
			}
			return "…"
		}), "%%", "%")
		formats[k] = strings.ReplaceAll(formats[k], "……", "…")
	}
	return formats
}

func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}
