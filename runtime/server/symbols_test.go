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

// TestServerHoldsNoSecret links a server, and one with HTTP around it, and looks at their symbols, and at the
// packages that they are made of; a client shows that the symbols are found where they are.
func TestServerHoldsNoSecret(t *testing.T) {
	for _, program := range []string{"server", "service"} {
		if found := symbols(t, "./testdata/"+program); len(found) > 0 {
			t.Errorf("the %s links %s", program, strings.Join(found, "\n"))
		}
	}
	if len(symbols(t, "./testdata/client")) == 0 {
		t.Error("the client links nothing secret either: the test looks for the wrong names")
	}
	deps, err := exec.Command("go", "list", "-deps", ".", "../service").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, deps)
	}
	for _, p := range strings.Fields(string(deps)) {
		if strings.HasSuffix(p, "lattigo/crypt") || strings.Contains(p, "lattigo/v5/core") || strings.Contains(p, "lattigo/v5/schemes") {
			t.Errorf("package server or service depends on %s", p)
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
