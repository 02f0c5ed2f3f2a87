package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	for _, c := range []struct{ lead, text, indent, want string }{
		{"- ", "one two three", "  ", "- one two\n  three"},
		{"", "12345678901234 x", "", "12345678901234\nx"},
		{"", "abcdefg 10 ms", "", "abcdefg\n10 ms"},
		{"", "one   two", "", "one   two"},
		{"", "number   two", " ", "number\n two"},
	} {
		if got := fold(c.lead, c.text, c.indent, 10); got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

// terminal runs hecc in a folder as on a terminal of so many columns, and gives both streams.
func terminal(t *testing.T, dir string, width int, args ...string) (stdout, stderr []byte) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command("hecc", args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &errs
	cmd.Env = append(os.Environ(), fmt.Sprintf("COLUMNS=%d", width))
	if err := cmd.Run(); err != nil && (cmd.ProcessState.ExitCode() == exitUsage || out.Len() == 0) {
		t.Fatalf("hecc %s: %v\n%s", strings.Join(args, " "), err, &errs)
	}
	return out.Bytes(), errs.Bytes()
}

func widest(text []byte) (most int, at string) {
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		if n := utf8.RuneCountInString(line); n > most {
			most, at = n, line
		}
	}
	return most, at
}

// TestColumns: no command of these (testdata/script has demo and infer) prints a line that a terminal of 80 or 120 columns breaks, and what --json prints is in
// its schema.
func TestColumns(t *testing.T) {
	dir := t.TempDir()
	for from, to := range map[string]string{"torch_opset13": "m", "square_mul": "s"} {
		for _, end := range []string{".onnx", "_x.npy"} {
			content, err := os.ReadFile(filepath.Join(fixtures, from+end))
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, to+end), content, 0o666)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	commands := [][]string{
		{"compile", "m.onnx", "--calibrate", "m_x.npy", "--target-error", "0.5", "--share-results", "1000"},
		{"compile", "s.onnx", "--input-range", "-1:1"},
		{"inspect", "m.hecc"},
		{"inspect", "s.hecc"},
		{"inspect", "m.hecc", "--check"},
		{"inspect", "m.onnx", "--calibrate", "m_x.npy", "--sweep"},
		{"explain", "m.onnx"},
		{"verify", "m.hecc", "--data", "m_x.npy", "--samples", "3"},
		{"verify", "m.hecc", "--data", "m_x.npy", "--trace"},
		{"verify", "m.hecc", "--data", "m_x.npy", "--trace", "--ops"},
		{"bench", "s.hecc", "--runs", "1"},
		{"diff", "m.hecc", "s.hecc"},
	}
	widths := []int{narrow, wide}
	for _, args := range commands {
		for _, width := range widths {
			stdout, stderr := terminal(t, dir, width, args...)
			for _, text := range [][]byte{stdout, stderr} {
				if n, line := widest(text); n > width {
					t.Errorf("hecc %s: a line has %d columns on a terminal of %d:\n%s", strings.Join(args, " "), n, width, line)
				}
			}
			if bytes.Contains(stdout, []byte{'\x1b'}) {
				t.Errorf("hecc %s: colours", strings.Join(args, " "))
			}
		}
		stdout, _ := terminal(t, dir, narrow, append(args, "--json")...)
		checkJSON(t, stdout)
	}
	for _, cmd := range newRoot().Commands() {
		for _, width := range widths {
			stdout, _ := terminal(t, dir, width, cmd.Name(), "--help")
			if n, line := widest(stdout); n > width {
				t.Errorf("hecc %s --help: a line has %d columns on a terminal of %d:\n%s", cmd.Name(), n, width, line)
			}
		}
	}
}
