package hecc_test

import (
	"fmt"
	"go/ast"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// chapters are those of docs/messages.md, each with the packages that it has the messages of.
var chapters = []struct {
	title, about string
	dirs         []string
}{
	{"A model is read", "By `compile`, `inspect`, `verify` and `bench`; `explain` says all of them at once.", []string{"frontend/onnx"}},
	{"A model is compiled", "With a model that can be read.", []string{"passes", "passes/fit", "passes/labels", "passes/lower"}},
	{"Samples, outputs and labels", "A file is named with line and column of a table, or sample and element of an array, where that is known; a cell is an element or a named column of a sample.", []string{"runtime/datafile", "ir/tensor"}},
	{"Commands", "", []string{"cmd/hecc", "backend/lattigo/naive"}},
	{"Asking a service", "By `infer` and `keys`, and in Go by runtime/remote.", []string{"runtime/remote"}},
	{"Running a service", "By `serve`, `worker` and `token`.", []string{"runtime/service", "runtime/jobs", "runtime/jobs/embedded", "runtime/web", "runtime/web/bundle"}},
}

const messagesPage = "docs/messages.md"

// TestMessages: docs/messages.md has every message, each with its cure; -update writes it.
func TestMessages(t *testing.T) {
	sources := readSources(t)
	known := map[string]bool{}
	var b strings.Builder
	for _, c := range chapters {
		fmt.Fprintf(&b, "\n## %s\n\n", c.title)
		if c.about != "" {
			fmt.Fprintf(&b, "%s\n\n", c.about)
		}
		var all []message
		for _, dir := range c.dirs {
			known[dir] = true
			all = append(all, sources[dir].messages()...)
		}
		writeMessages(t, &b, all)
		switch c.dirs[0] {
		case "frontend/onnx":
			writeOperators(t, &b, sources["frontend/onnx"], all)
		case "cmd/hecc":
			writeCommands(t, &b, sources["cmd/hecc"])
		case "runtime/service":
			writeProblems(t, &b, sources["runtime/service"])
		}
	}
	for dir, s := range sources {
		if !known[dir] && len(s.messages()) > 0 {
			t.Errorf("%s has messages, and no chapter of %s has it", dir, messagesPage)
		}
	}
	const begin = "<!-- messages: written by go test . -run Messages -update -->\n"
	old, err := os.ReadFile(messagesPage)
	if err != nil {
		t.Fatal(err)
	}
	intro, _, ok := strings.Cut(string(old), begin)
	if !ok {
		t.Fatalf("%s lacks %s", messagesPage, begin)
	}
	want := intro + begin + b.String()
	if *update {
		if err := os.WriteFile(messagesPage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(string(old), want); diff != "" {
		t.Errorf("%s differs; go test . -run Messages -update writes it:\n%s", messagesPage, diff)
	}
}

// row is a line of a table; a bar in a cell would end it.
func row(b *strings.Builder, cells ...string) {
	for k, c := range cells {
		cells[k] = strings.ReplaceAll(strings.ReplaceAll(c, "|", `\|`), "\n  note: ", "; ")
	}
	fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
}

func head(b *strings.Builder, cells ...string) {
	row(b, cells...)
	row(b, strings.Split(strings.Repeat("---,", len(cells)-1)+"---", ",")...)
}

// writeMessages writes the messages that have cures of their own.
func writeMessages(t *testing.T, b *strings.Builder, all []message) {
	head(b, "at", "hecc says", "what to do")
	var rows []string
	for _, m := range all {
		if m.cures == nil {
			continue
		}
		var cures []string
		for _, c := range m.cures {
			if c != "…" && !slices.Contains(cures, c) {
				cures = append(cures, c)
			}
		}
		if m.text == "" {
			m.text = "is …"
		}
		if m.text == "calibration sample …: …" { // package tensor knows the cure
			cures = []string{"as for samples, below"}
		}
		if len(cures) == 0 || slices.ContainsFunc(cures, func(c string) bool { return len(c) < 8 }) || m.text == "…" {
			t.Errorf("%s: %s: its cure is %q: write reason and cure so that the source shows them", m.at, m.text, m.cures)
		}
		var line strings.Builder
		row(&line, m.at, m.text, strings.Join(cures, "<br>or: "))
		rows = append(rows, line.String())
	}
	byText := func(a, b string) int {
		return strings.Compare(strings.SplitN(a, " | ", 2)[1], strings.SplitN(b, " | ", 2)[1])
	}
	slices.SortFunc(rows, byText)
	b.WriteString(strings.Join(slices.Compact(rows), ""))
}

// writeOperators writes what is said of nodes with the cure of their operator, and those.
func writeOperators(t *testing.T, b *strings.Builder, s *source, all []message) {
	b.WriteString("\n### At a node, with the cure of its operator\n\n")
	var rows []string
	for _, m := range all {
		if m.cures == nil && m.text != "…" {
			rows = append(rows, "- "+m.text+"\n")
		}
	}
	slices.Sort(rows)
	b.WriteString(strings.Join(slices.Compact(rows), ""))
	b.WriteString("\n")
	head(b, "operator", "what to do")
	table, ok := s.consts["cures"].(*ast.CompositeLit)
	if !ok {
		t.Fatal("frontend/onnx has no table cures")
	}
	for _, e := range table.Elts {
		kv := e.(*ast.KeyValueExpr)
		row(b, s.texts(kv.Key)[0], s.texts(kv.Value)[0])
	}
	row(b, "any other", strings.Join(slices.DeleteFunc(s.texts(&ast.CallExpr{Fun: ast.NewIdent("cure")}), func(c string) bool { return c == "…" }), "<br>or: "))
}

// writeCommands writes the cures of what systems and files say, and wrong usage.
func writeCommands(t *testing.T, b *strings.Builder, s *source) {
	b.WriteString("\n### What systems and files say\n\n")
	head(b, "it is", "what to do")
	table, ok := s.consts["cures"].(*ast.CompositeLit)
	if !ok {
		t.Fatal("cmd/hecc has no table cures")
	}
	for _, e := range table.Elts {
		l := e.(*ast.CompositeLit)
		row(b, s.texts(l.Elts[1])[0], s.texts(l.Elts[2])[0])
	}
	b.WriteString("\n### Wrong usage\n\nExit code 2, and the line `Run 'hecc COMMAND --help' for usage.`\n\n")
	var rows []string
	s.literals("usageError", func(l *ast.CompositeLit) {
		if call, ok := l.Elts[0].(*ast.CallExpr); ok {
			rows = append(rows, "- "+s.formatted(call.Args)[0]+"\n")
		}
	})
	slices.Sort(rows)
	b.WriteString(strings.Join(slices.Compact(rows), ""))
}

// writeProblems writes the kinds of problem that a service answers with.
func writeProblems(t *testing.T, b *strings.Builder, s *source) {
	b.WriteString("\n### What a service answers\n\nProblem details (RFC 9457) of the type `urn:hecc:problem:NAME`; `detail` says what is known of the case.\n\n")
	head(b, "NAME", "title", "what to do")
	s.literals("kind", func(l *ast.CompositeLit) {
		cure := s.texts(l.Elts[3])[0]
		if len(cure) < 8 {
			t.Errorf("problem %s: no cure", s.texts(l.Elts[0])[0])
		}
		row(b, "`"+s.texts(l.Elts[0])[0]+"`", s.texts(l.Elts[2])[0], cure)
	})
}
