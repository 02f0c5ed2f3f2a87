//go:build unix

package main

import (
	"bufio"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestServeEnds: hecc serve answers until it is told to end, as service managers do, and then ends well. SIGHUP
// does not end it.
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
		url := urlIn(last)
		if url == "" {
			continue
		}
		if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
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

// urlIn finds where a service says that it listens.
func urlIn(line string) string {
	_, url, _ := strings.Cut(line, `"url":"`)
	url, _, _ = strings.Cut(url, `"`)
	return url
}

// TestReadmeServe runs the commands of README's section on serving.
func TestReadmeServe(t *testing.T) {
	b, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(b), "\n## Serve\n\n")
	section, _, _ = strings.Cut(section, "\n\n`infer`")
	var commands [][]string
	for line := range strings.Lines(section) {
		commands = append(commands, strings.Fields(line)[1:])
	}
	if len(commands) != 3 {
		t.Fatalf("README has %d commands: %s", len(commands), section)
	}
	dir := t.TempDir()
	run := func(args []string) *exec.Cmd {
		cmd := exec.Command("hecc", args...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "XDG_CONFIG_HOME="+dir, "HOME="+dir)
		return cmd
	}
	for name, from := range map[string]string{"models": shipped, "testdata": data} {
		from, err := filepath.Abs(from)
		if err == nil {
			err = os.Symlink(from, filepath.Join(dir, name))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if out, err := run(commands[0]).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	service := run(append(commands[1], "--listen", "localhost:0"))
	log, err := service.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := service.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = service.Process.Kill()
		_ = service.Wait()
	}()
	lines := bufio.NewScanner(log)
	for lines.Scan() && urlIn(lines.Text()) == "" {
	}
	infer := commands[2]
	infer[1] = urlIn(lines.Text())
	out, err := run(infer).CombinedOutput()
	if err != nil || strings.Count(string(out), "  logits:") != 3 || !strings.Contains(string(out), "3 of 3 as labelled") {
		t.Errorf("%v: %s", err, out)
	}
}
