package hecc_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

const packagesPage = "docs/packages.md"

// shownExample is a block of the page, with the file and the name of the example that it shows.
var shownExample = regexp.MustCompile("(?s)<!-- (\\S+_test\\.go) (Example\\w*) -->\n```go\n(.*?)```\n")

// TestPackagesPage: the page shows examples as they are run; -update copies them.
func TestPackagesPage(t *testing.T) {
	file, err := os.ReadFile(packagesPage)
	check(err)
	page, shown := string(file), map[string]bool{}
	for _, block := range shownExample.FindAllStringSubmatch(page, -1) {
		code := body(t, block[1], block[2])
		shown[block[1]] = true
		if lines := strings.Count(code, "\n"); lines > 25 {
			t.Errorf("%s of %s has %d lines: too many for a page", block[2], block[1], lines)
		}
		if block[3] != code && !*update {
			t.Errorf("%s shows other code than %s of %s: run go test . -run PackagesPage -update", packagesPage, block[2], block[1])
		}
		page = strings.Replace(page, block[0], fmt.Sprintf("<!-- %s %s -->\n```go\n%s```\n", block[1], block[2], code), 1)
	}
	for _, dir := range []string{"", "runtime/client/", "runtime/server/", "runtime/datafile/", "runtime/service/", "runtime/remote/"} {
		if !shown[dir+"example_test.go"] {
			t.Errorf("%s shows no example of %q", packagesPage, dir)
		}
	}
	if *update {
		check(os.WriteFile(packagesPage, []byte(page), 0o644))
	}
}

// body is that of an example, one tab to the left. What it prints comes last, so go test runs it.
func body(t *testing.T, path, name string) string {
	t.Helper()
	file, err := os.ReadFile(path)
	check(err)
	_, code, ok := strings.Cut(string(file), "\nfunc "+name+"() {\n")
	code, _, ok2 := strings.Cut(code, "\n}\n")
	if !ok || !ok2 || !strings.Contains(code, "\t// Output:") {
		t.Fatalf("%s has no %s that says what it prints", path, name)
	}
	lines := strings.Split(code, "\n")
	for k := range lines {
		lines[k] = strings.TrimPrefix(lines[k], "\t")
	}
	return strings.Join(lines, "\n") + "\n"
}
