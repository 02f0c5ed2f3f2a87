package hecc_test

import (
	"os/exec"
	"testing"
)

// TestExamples runs the tests of the module that uses hecc as others do.
func TestExamples(t *testing.T) {
	if testing.Short() {
		t.Skip("not with -short")
	}
	t.Parallel()
	if out, err := exec.Command("go", "-C", "examples", "test", "./...").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
