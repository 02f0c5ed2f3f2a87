package server_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// secretSymbols name what holds or makes a secret key, or uses one.
var secretSymbols = regexp.MustCompile(`SecretKey|KeyGenerator|Decryptor|lattigo/v5/core/rlwe`)

// TestServerHoldsNoSecret links a server and looks at its symbols, and at the packages that it
// is made of; a client shows that the symbols are found where they are.
func TestServerHoldsNoSecret(t *testing.T) {
	if found := symbols(t, "./testdata/server"); len(found) > 0 {
		t.Errorf("the server links %s", strings.Join(found, "\n"))
	}
	if len(symbols(t, "./testdata/client")) == 0 {
		t.Error("the client links nothing secret either: the test looks for the wrong names")
	}
	deps, err := exec.Command("go", "list", "-deps", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, deps)
	}
	for _, p := range strings.Fields(string(deps)) {
		if strings.HasSuffix(p, "lattigo/crypt") || strings.Contains(p, "lattigo/v5/core") || strings.Contains(p, "lattigo/v5/schemes") {
			t.Errorf("package server depends on %s", p)
		}
	}
}

func symbols(t *testing.T, pkg string) []string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program")
	if out, err := exec.Command("go", "build", "-o", program, pkg).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	out, err := exec.Command("go", "tool", "nm", program).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var found []string
	for line := range strings.Lines(string(out)) {
		if secretSymbols.MatchString(line) {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}
