package hecc_test

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// number is a numeric constant or variable of a package.
type number struct {
	name     string // package and name
	value    string // as it is written
	file     string
	from, to int // where in the file
	cited    bool
}

// cites finds a name and a year, or a report's number.
var cites = regexp.MustCompile(`[A-Z][a-z]+[^.;]*\b(1[89]|20)\d\d\b|eprint \d`)

// TestConstants: whoever adds a number to the compiler says where it comes from: a citation, a reason, or an experiment.
func TestConstants(t *testing.T) {
	there := numbersOf(t, "passes")
	page, err := os.ReadFile(constantsPage)
	check(err)
	measured := measuredLines(string(page))
	rows := map[string]bool{}
	for _, c := range constants {
		n, ok := there[c.name]
		switch {
		case !ok:
			t.Errorf("%s of the table of constants is not in its package", c.name)
		case rows[c.name]:
			t.Errorf("%s is in the table of constants twice", c.name)
		case derived[c.name] != "":
			t.Errorf("%s is in the table of constants, and in constants_derived_test.go", c.name)
		case !strings.HasPrefix(measured[c.name], c.head(n)):
			t.Errorf("%s has no line %q in %s: measure it by\n\tgo test . -run ConstantsExperiment -constants '^%s$'",
				c.name, c.head(n), constantsPage, regexp.QuoteMeta(c.name))
		}
		rows[c.name] = true
	}
	for name := range measured {
		if !rows[name] {
			t.Errorf("%s has a line for %s, which is not in the table of constants", constantsPage, name)
		}
	}
	for name, n := range there {
		if !n.cited && !rows[name] && derived[name] == "" {
			t.Errorf("%s: %s = %s has no source: cite one in its comment, say in constants_derived_test.go why it needs none, or give it a row in constants_table_test.go",
				n.file, name, n.value)
		}
	}
	for name := range derived {
		if _, ok := there[name]; !ok {
			t.Errorf("%s of constants_derived_test.go is not in its package", name)
		}
	}
}

// numbersOf finds the numbers of all packages in a directory, tests left out.
func numbersOf(t *testing.T, root string) map[string]number {
	t.Helper()
	all := map[string]number{}
	check(filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		found, err := numbersIn(path)
		for _, n := range found {
			all[n.name] = n
		}
		return err
	}))
	return all
}

func numbersIn(path string) (found []number, err error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, source, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	for _, d := range file.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST && group.Tok != token.VAR {
			continue
		}
		for _, s := range group.Specs {
			spec := s.(*ast.ValueSpec)
			about := group.Doc.Text() + spec.Doc.Text() + spec.Comment.Text()
			for k, v := range spec.Values {
				if isNumeric(v) {
					from, to := files.Position(v.Pos()).Offset, files.Position(v.End()).Offset
					name := filepath.ToSlash(filepath.Dir(path)) + "." + spec.Names[k].Name
					found = append(found, number{name, string(source[from:to]), path, from, to, cites.MatchString(about)})
				}
			}
		}
	}
	return found, nil
}

// isNumeric says whether an expression is made of numbers that somebody wrote down: one, or a list or map of them.
func isNumeric(e ast.Expr) bool {
	literal, numeric := false, true
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if n.Kind == token.INT || n.Kind == token.FLOAT {
				literal = true
			} else {
				numeric = false
			}
		case *ast.FuncLit, *ast.StructType, *ast.KeyValueExpr:
			numeric = false
		case *ast.Ident:
			numeric = numeric && n.Name != "iota"
		case *ast.CompositeLit:
			_, list := n.Type.(*ast.ArrayType)
			numeric = numeric && (list || n.Type == nil)
		}
		return numeric
	})
	return literal && numeric
}

// variants are what a constant is changed to: less and more.
func (c tuned) variants(n number) [2]string {
	v := [2]string{c.lower, c.higher}
	for k, by := range []string{"(%s) / 2", "2 * (%s)"} {
		if v[k] == "" {
			v[k] = fmt.Sprintf(by, n.value)
		}
	}
	return v
}

// shown is an expression's value if that is a number, else what it is written as.
func shown(expr string) string {
	v, err := types.Eval(token.NewFileSet(), nil, token.NoPos, expr)
	if err != nil || v.Value == nil {
		return strings.NewReplacer("[]int{", "", "[]float64{", "", "}", "").Replace(expr)
	}
	f, _ := constant.Float64Val(constant.ToFloat(v.Value))
	return strconv.FormatFloat(f, 'g', 4, 64)
}
