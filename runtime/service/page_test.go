package service

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"os"
	"strings"
	"testing"

	"hecc/runtime/jobs"
)

var update = flag.Bool("update", false, "rewrite the tables in docs/deploy.md")

const page = "../../docs/deploy.md"

// TestPage: the tables of docs/deploy.md are those of the code. With -update it writes them.
func TestPage(t *testing.T) {
	b, err := os.ReadFile(page)
	check(t, err)
	text := string(b)
	for name, table := range map[string]string{"routes": routesTable(t), "limits": limitsTable(t), "metrics": metricsTable(t)} {
		start, end := "<!-- "+name+": written by go test ./runtime/service -run Page -update -->\n", "<!-- end of "+name+" -->"
		before, rest, ok := strings.Cut(text, start)
		_, after, ends := strings.Cut(rest, end)
		if !ok || !ends {
			t.Fatalf("%s has no place for the table of %s", page, name)
		}
		text = before + start + "\n" + table + "\n" + end + after
	}
	if text == string(b) {
		return
	}
	if !*update {
		t.Fatal("the tables of docs/deploy.md are not those of the code: run with -update")
	}
	check(t, os.WriteFile(page, []byte(text), 0o644))
}

func routesTable(t *testing.T) string {
	t.Helper()
	a := readAPI(t)
	var b strings.Builder
	b.WriteString("| route | | problems |\n|---|---|---|\n")
	for _, r := range routes {
		op := a.operations[r.method+" "+r.path]
		var names []string
		for _, k := range r.problems {
			names = append(names, fmt.Sprintf("%d `%s`", k.status, k.name))
		}
		fmt.Fprintf(&b, "| `%s %s` | %s | %s |\n", r.method, r.path, op.Summary, strings.Join(names, ", "))
	}
	return b.String()
}

// limitsTable reads the comments of fields, which end in `; 0: DEFAULT`.
func limitsTable(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("| limit | of | default |\n|---|---|---|\n")
	limitRows(t, &b, "limits.go", "Limits")
	limitRows(t, &b, "keystore/store.go", "Options")
	limitRows(t, &b, "../jobs/queue.go", "Options")
	return b.String()
}

func limitRows(t *testing.T, b *strings.Builder, file, name string) {
	t.Helper()
	f, err := parser.ParseFile(gotoken.NewFileSet(), file, nil, parser.ParseComments)
	check(t, err)
	ast.Inspect(f, func(n ast.Node) bool {
		s, ok := n.(*ast.TypeSpec)
		if !ok || s.Name.Name != name {
			return true
		}
		for _, field := range s.Type.(*ast.StructType).Fields.List {
			what, def, ok := strings.Cut(strings.TrimSpace(field.Comment.Text()), "; 0: ")
			if ok {
				fmt.Fprintf(b, "| `%s.%s` | %s | %s |\n", f.Name.Name, field.Names[0].Name, what, def)
			}
		}
		return false
	})
}

func metricsTable(t *testing.T) string {
	t.Helper()
	r := newRig(t, t.TempDir(), func(c *Config) { withJobs(t, c, jobs.Options{}) })
	id := r.upload(r.keys) // so that all have a value
	r.infer(id)
	r.want(201, "", "POST", "/v1/batches", r.announceBatch(1, id, 1))
	r.want(204, "", "PUT", itemPath(1, 0), r.request)
	r.wantAnswers(1, 1)
	families, err := r.service.metrics.registry.Gather()
	check(t, err)
	var b strings.Builder
	b.WriteString("| metric | of |\n|---|---|\n")
	for _, f := range families {
		if !strings.HasPrefix(f.GetName(), "hecc_") {
			continue
		}
		var labels []string
		for _, l := range f.GetMetric()[0].GetLabel() {
			labels = append(labels, l.GetName())
		}
		name := f.GetName()
		if len(labels) > 0 {
			name += "{" + strings.Join(labels, ", ") + "}"
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", name, f.GetHelp())
	}
	return b.String()
}
