//go:build unix

package main

import (
	"bufio"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// TestServeEnds: hecc serve answers until it is told to end, as service managers do, and then ends well.
func TestServeEnds(t *testing.T) {
	cmd := exec.Command("hecc", "serve", "../../testdata/vectors/model.hecc", "--listen", "localhost:0", "--keys", t.TempDir(), "--admin", "localhost:0")
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	var last string
	for lines.Scan() {
		last = lines.Text()
		_, url, serving := strings.Cut(last, `"url":"`)
		if !serving {
			continue
		}
		url, _, _ = strings.Cut(url, `"`)
		a, err := http.Get(url + "/v2/health/ready")
		if err != nil {
			t.Error(err)
		} else if a.Body.Close(); a.StatusCode != http.StatusOK {
			t.Errorf("ready: %s", a.Status)
		}
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Wait(); err != nil || !strings.Contains(last, `"msg":"ended"`) {
		t.Errorf("%v, last said %s", err, last)
	}
}
