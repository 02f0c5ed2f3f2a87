package hecc_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const citationsPage = "docs/citations.md"

var (
	linkTarget  = regexp.MustCompile(`\]\(([^)]+)\)`)
	lineBreak   = regexp.MustCompile(`\n\s*(//|#)?\s*`) // with the mark of a comment that goes on
	numberPaper = regexp.MustCompile(`(?:eprint|arXiv:?) ?\d{4}[/.]\d{3,5}`)
)

// TestCitations: each entry of the page is cited in each of the files that it names.
func TestCitations(t *testing.T) {
	page, err := os.ReadFile(citationsPage)
	check(err)
	entries := 0
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(line, " | ")
		if len(cells) != 3 || strings.HasPrefix(line, "| cited as") {
			continue
		}
		entries++
		name := strings.TrimPrefix(cells[0], "| ")
		files := linkTarget.FindAllStringSubmatch(cells[2], -1)
		if len(files) == 0 {
			t.Errorf("%s: no file is named", name)
		}
		for _, f := range files {
			path := filepath.Join("docs", f[1])
			text, err := os.ReadFile(path)
			if err != nil {
				t.Error(err)
			} else if !strings.Contains(lineBreak.ReplaceAllString(string(text), " "), name) {
				t.Errorf("%s does not cite %q", path, name)
			}
		}
	}
	if entries < 30 {
		t.Errorf("only %d entries are read from %s", entries, citationsPage)
	}
}

// TestCited: what is cited by a number of eprint or arXiv is on the page.
func TestCited(t *testing.T) {
	page, err := os.ReadFile(citationsPage)
	check(err)
	found := 0
	check(filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains([]string{".go", ".md", ".py"}, filepath.Ext(path)) || filepath.ToSlash(path) == citationsPage {
			return err
		}
		text, err := os.ReadFile(path)
		for _, paper := range numberPaper.FindAllString(lineBreak.ReplaceAllString(string(text), " "), -1) {
			found++
			if !strings.Contains(string(page), paper) {
				t.Errorf("%s cites %s, which is not in %s", path, paper, citationsPage)
			}
		}
		return err
	}))
	if found < 10 {
		t.Errorf("only %d papers are found: does the pattern still fit?", found)
	}
}
