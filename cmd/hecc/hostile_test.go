package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hecc/runtime/datafile"
)

// quiet runs a command line in this process, without its output; it returns the exit code and
// what was written to standard error.
func quiet(t *testing.T, args ...string) (code int, stderr string) {
	t.Helper()
	log, err := os.CreateTemp("", "hecc-test-*")
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(log.Name())
	defer log.Close()
	stdout, stderrFile := os.Stdout, os.Stderr
	defer func() { os.Stdout, os.Stderr = stdout, stderrFile }()
	os.Stdout, os.Stderr = log, log
	code = execute(args)
	if _, err := log.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(log)
	if err != nil {
		t.Fatal(err)
	}
	return code, string(text)
}

// artefacts makes every kind of file of a tiny model in a new folder.
func artefacts(t *testing.T) (in func(name string) string) {
	t.Helper()
	dir := t.TempDir()
	in = func(name string) string { return filepath.Join(dir, name) }
	x, err := datafile.EncodeNpy([][]float64{{1, -0.5, 0.25, 0, 1, -0.5, 0.25, 0}, {0, 0, 0, 0, 0, 0, 0, 1}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(in("x.npy"), x, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"compile", filepath.Join(fixtures, "pow_float.onnx"), "--input-range", "-2:2", "--target-error", "0.05", "-o", in("m.hecc")},
		{"keygen", in("m.client"), "-o", dir},
		{"encrypt", in("m.client"), in("x.npy"), "--key", in("secret.key"), "-o", in("x.ct")},
		{"encrypt", in("m.client"), in("x.npy"), "--key", in("public.key"), "-o", in("public.ct")},
		{"run", in("m.hecc"), in("x.ct"), "--eval-keys", in("eval.keys"), "-o", in("y.ct")},
		{"decrypt", in("m.client"), in("y.ct"), "--key", in("secret.key"), "-o", in("y.npy")},
	} {
		if code, text := quiet(t, args...); code != exitDone {
			t.Fatalf("hecc %s: exit code %d: %s", strings.Join(args, " "), code, text)
		}
	}
	return in
}

type consumer struct{ file, command string }

// args is the command line with the files of a folder.
func (c consumer) args(in func(string) string) []string {
	args := strings.Fields(c.command)
	for k, word := range args[1:] {
		if !strings.HasPrefix(word, "-") {
			args[1+k] = in(word)
		}
	}
	return args
}

// consumers says how each kind of file is read; BAD stands for the damaged one.
var consumers = []consumer{
	{"m.hecc", "run BAD x.ct --eval-keys eval.keys -o out"},
	{"m.hecc", "inspect BAD"},
	{"m.client", "keygen BAD -o keys"},
	{"secret.key", "decrypt m.client y.ct --key BAD -o out"},
	{"public.key", "encrypt m.client x.npy --key BAD -o out"},
	{"eval.keys", "run m.hecc x.ct --eval-keys BAD -o out"},
	{"x.ct", "run m.hecc BAD --eval-keys eval.keys -o out"},
	{"public.ct", "run m.hecc BAD --eval-keys eval.keys -o out"},
	{"y.ct", "decrypt m.client BAD --key secret.key -o out"},
}

// positions takes n offsets of a file: all near its ends, where frames are, and some between.
func positions(size, n int) []int {
	var at []int
	for i := range n {
		at = append(at, i*4, size-1-i*3, (size-1)*i/n)
	}
	return at
}

// TestDamagedFiles truncates every file and flips bytes in it: always an error, exit code 1.
func TestDamagedFiles(t *testing.T) {
	in := artefacts(t)
	eachDamage(t, in, func(b []byte, at int) []byte {
		out := bytes.Clone(b)
		out[at] ^= 1 << (at % 8)
		return out
	}, mustFail)
	eachDamage(t, in, func(b []byte, at int) []byte { return b[:at] }, mustFail)
	eachDamage(t, in, func(b []byte, at int) []byte { return append(bytes.Clone(b), b[:at+1]...) }, mustFail)
}

// TestForgedFiles does the same and makes the hash at the end fit again, as an attacker would.
// A changed number may pass, since ciphertexts are numbers; nothing may panic.
func TestForgedFiles(t *testing.T) {
	in := artefacts(t)
	eachDamage(t, in, func(b []byte, at int) []byte {
		out := bytes.Clone(b)
		out[at] ^= 1 << (at % 8)
		return sealed(out)
	}, mustNotPanic)
	eachDamage(t, in, func(b []byte, at int) []byte {
		return sealed(append(bytes.Clone(b[:at]), make([]byte, 32)...))
	}, mustFail)
}

func mustFail(code int, stderr string) error {
	if code != exitFailed || strings.TrimSpace(stderr) == "hecc:" {
		return fmt.Errorf("exit code %d: %q", code, stderr)
	}
	return mustNotPanic(code, stderr)
}

func mustNotPanic(code int, stderr string) error {
	if code != exitFailed && code != exitDone || strings.Contains(stderr, "panic") {
		return fmt.Errorf("exit code %d: %q", code, stderr)
	}
	return nil
}

// eachDamage runs the reader of every kind of file on damaged copies.
func eachDamage(t *testing.T, in func(string) string, damage func(b []byte, at int) []byte, check func(int, string) error) {
	for _, c := range consumers {
		b, err := os.ReadFile(in(c.file))
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range positions(len(b), 6) {
			if err := os.WriteFile(in("BAD"), damage(b, at), 0o600); err != nil {
				t.Fatal(err)
			}
			code, stderr := quiet(t, c.args(in)...)
			if err := check(code, stderr); err != nil {
				t.Errorf("%s damaged at %d of %d bytes: hecc %s: %v", c.file, at, len(b), c.command, err)
			}
		}
	}
}
