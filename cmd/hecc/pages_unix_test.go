//go:build unix

package main

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// pages are the documents whose commands are run, each from its first to its last in one new folder that has
// models and testdata. A command is a line "    hecc …". A block of text right behind it is what it prints;
// what depends on time, chance or processor is left out of the comparison. <!-- full --> before a block of
// commands leaves it to -full.
var pages = []string{"monitoring.md", "tutorial-pytorch.md", "tutorial-sklearn.md", "reading.md"}

// changing is what differs from run to run or from machine to machine.
var changing = regexp.MustCompile(`[0-9.e+-]+ (ms|s)\b|measured [0-9.e+-]+|mean [0-9.e+-]+|model [0-9.]+ MiB|\([0-9.]+ to [0-9.]+\)|[0-9.]+ % encrypted|auc +[0-9.]+ encrypted|expected outputs [0-9.e-]+|up to [0-9.]+ of|sha256:\S+`)

var number = regexp.MustCompile(`[0-9][0-9.e+-]*`)

func TestPages(t *testing.T) {
	for _, page := range pages {
		t.Run(page, func(t *testing.T) { runPage(t, filepath.Join("../../docs", page)) })
	}
}

func runPage(t *testing.T, path string) {
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"models", "testdata"} {
		target, err := filepath.Abs(filepath.Join("../..", name))
		if err == nil {
			err = os.Symlink(target, filepath.Join(dir, name))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	lines, found := strings.SplitAfter(string(b), "\n"), 0
	address := freeAddress(t)
	var out []string
	dear := false
	for k := 0; k < len(lines); k++ {
		out = append(out, lines[k])
		command, ok := strings.CutPrefix(lines[k], "    hecc ")
		if !ok {
			dear = lines[k] == "<!-- full -->\n"
			continue
		}
		found++
		if dear && !*full {
			continue
		}
		command, _, _ = strings.Cut(command, "  #")
		got := runLine(t, dir, address, strings.Fields(command))
		if k+2 >= len(lines) || lines[k+2] != "```text\n" {
			continue
		}
		end := k + 3
		for lines[end] != "```\n" {
			end++
		}
		shown := strings.Join(lines[k+3:end], "")
		if !*update && unchanging(command, shown) != unchanging(command, got) {
			t.Errorf("%s shows of hecc %s%s\nit prints\n%s\nrun go test ./cmd/hecc -run Pages -full -update", path, command, shown, got)
		}
		out = append(out, lines[k+1], lines[k+2], got, lines[end])
		k = end
	}
	if found < 3 {
		t.Errorf("%s: only %d commands were found", path, found)
	}
	if *update {
		if err := os.WriteFile(path, []byte(strings.Join(out, "")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTutorialScripts: the tutorials show the scripts that made the shipped files.
func TestTutorialScripts(t *testing.T) {
	for page, script := range map[string]string{"tutorial-pytorch.md": "digits_torch.py", "tutorial-sklearn.md": "tumours_sklearn.py"} {
		text, err := os.ReadFile(filepath.Join("../../docs", page))
		if err != nil {
			t.Fatal(err)
		}
		code, err := os.ReadFile(filepath.Join(shipped, "tutorial", script))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "```python\n"+string(code)+"```\n") {
			t.Errorf("docs/%s does not show models/tutorial/%s", page, script)
		}
	}
}

// unchanging is what a command prints each time; what a trace measures is not.
func unchanging(command, s string) string {
	if strings.Contains(command, "--trace") {
		s = number.ReplaceAllString(s, "…")
	}
	return strings.Join(strings.Fields(changing.ReplaceAllString(s, "…")), " ")
}

// runLine runs a command of a page, and a service until the page has ended, at a free address.
func runLine(t *testing.T, dir, address string, args []string) string {
	t.Helper()
	for k, a := range args {
		args[k] = strings.ReplaceAll(a, "localhost:8080", address)
	}
	var printed bytes.Buffer
	if args[0] == "serve" {
		args = append(args, "--listen", address)
	}
	cmd := exec.Command("hecc", args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &printed, &printed
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+dir)
	if args[0] != "serve" {
		if err := cmd.Run(); err != nil {
			t.Fatalf("hecc %s: %v\n%s", strings.Join(args, " "), err, &printed)
		}
		return strings.ReplaceAll(printed.String(), address, "localhost:8080")
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("hecc serve: %v\n%s", err, &printed)
		}
	})
	for range 1000 {
		if c, err := net.Dial("tcp", address); err == nil {
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
			return ""
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the service does not listen")
	return ""
}
