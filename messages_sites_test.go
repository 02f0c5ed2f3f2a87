package hecc_test

import (
	"go/ast"
	"go/printer"
	"go/token"
	"slices"
	"strings"
)

// messages lists what a package can say: each diagnostic, and each call of a function that takes reason and cure.
func (s *source) messages() (out []message) {
	s.inFunctions(func(n ast.Node) {
		if call, ok := n.(*ast.CallExpr); ok {
			if m, ok := s.said(call, s.within); ok {
				out = append(out, m)
			}
		}
	})
	return out
}

// pairs are functions that take a reason and its cure: as which arguments, and what has the position.
var pairs = map[string]struct {
	text, cure int
	at         string
}{
	"runtime/remote.because": {1, 2, "URL"}, "ir/tensor.because": {0, 1, "cell"}, "passes.warn": {1, 2, "warning"},
}

// said is what a call says to the user, if it does.
func (s *source) said(call *ast.CallExpr, in *ast.FuncDecl) (m message, ok bool) {
	name := nameOf(call.Fun)
	if at, ok := pairs[s.dir+"."+name]; ok {
		return message{at.at, strings.Join(s.texts(call.Args[at.text]), " / "), s.texts(call.Args[at.cure])}, true
	}
	root := begin(call, in)
	switch {
	case root == nil || in.Name.Name == "errorf" || in.Name.Name == "at" || in.Name.Name == "cured": // which hand on
		return m, false
	case name == "errorf":
		return s.begun(root), true
	case name != "Cure":
		return m, false
	}
	m = s.begun(root)
	m.cures = s.formatted(call.Args)
	return m, true
}

// begin finds the call that begins the diagnostic that a call goes on with.
func begin(e ast.Expr, in *ast.FuncDecl) *ast.CallExpr {
	switch e := e.(type) {
	case *ast.CallExpr:
		sel, ok := e.Fun.(*ast.SelectorExpr)
		switch {
		case !ok:
		case sel.Sel.Name == "Note" || sel.Sel.Name == "Cure":
			return begin(sel.X, in)
		case sel.Sel.Name == "at" || sel.Sel.Name == "errorf":
			return e
		case nameOf(sel.X) == "diag" && slices.Contains([]string{"At", "In", "Reason", "Wrap"}, sel.Sel.Name):
			return e
		}
	case *ast.Ident: // a variable: what it was set to first
		var found *ast.CallExpr
		ast.Inspect(in, func(n ast.Node) bool {
			if a, ok := n.(*ast.AssignStmt); ok && found == nil && nameOf(a.Lhs[0]) == e.Name {
				found = begin(a.Rhs[0], in)
			}
			return true
		})
		return found
	}
	return nil
}

// begun is the position and the reason that a diagnostic begins with.
func (s *source) begun(root *ast.CallExpr) message {
	args := root.Args
	m := message{at: "–"}
	switch nameOf(root.Fun) {
	case "At":
		m.at, args = "model", args[1:]
		if where := code(root.Args[0]); strings.Contains(where, "node") || strings.HasSuffix(where, ".Pos") {
			m.at = atNode
		}
	case "at", "errorf":
		m.at = atNode
	case "In":
		m.at, args = "file", args[1:]
		if file := code(root.Args[0]); strings.HasSuffix(file, ".File") || strings.HasSuffix(file, "Model") || file == "model" || s.dir == "frontend/onnx" {
			m.at = "model"
		}
	}
	if s.dir == "runtime/datafile" && m.at == "–" {
		m.at = "file" // which whoever reads it names
	}
	m.text = strings.Join(s.formatted(args), " / ")
	return m
}

const atNode = "node"

func code(e ast.Expr) string {
	var b strings.Builder
	if err := printer.Fprint(&b, token.NewFileSet(), e); err != nil {
		return ""
	}
	return b.String()
}

// literals are the composite literals of a type with so many elements.
func (s *source) literals(of string, take func(l *ast.CompositeLit)) {
	for _, f := range s.files {
		ast.Inspect(f, func(n ast.Node) bool {
			if l, ok := n.(*ast.CompositeLit); ok && l.Type != nil && code(l.Type) == of {
				take(l)
			}
			return true
		})
	}
}
