package datafile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLabelFiles: numbers of any type and text are compared by value.
func TestLabelFiles(t *testing.T) {
	numbers, words := []string{"-1", "1"}, []string{"1", "no", "01"}
	for _, c := range []struct {
		name, file string
		classes    []string
		want       string // labels, or the error
	}{
		{"l.csv", "1\n-1\n", numbers, "1 -1"},
		{"l.csv", "target\n1.0\n-1\n", numbers, "1 -1"},
		{"l.csv", "no\n01\n", words, "no 01"},
		{"l.csv", "answer\n1\nno\n", words, "1 no"},
		{"l.npy", string(npyFile("|i1", "2,", false, []byte("\x01\xff"))), numbers, "1 -1"},
		{"l.npy", string(npyFile("<f4", "2, 1", false, []byte("\x00\x00\x80\x3f\x00\x00\x80\xbf"))), numbers, "1 -1"},
		{"l.npy", string(npyFile("|S2", "2,", false, []byte("no01"))), words, "no 01"},
		{"l.csv", "1\n0\n", numbers, "1 0"},
		{"l.csv", " yes\n yes\nno \n", []string{" yes", "no"}, " yes  yes no"},
		{"l.csv", "2000000\n2e6\n1000000.0\n", []string{"1000000", "2000000"}, "2000000 2000000 1000000"},
		{"l.npy", string(npyFile("<i4", "2,", false, []byte("\x80\x84\x1e\x00\x40\x42\x0f\x00"))), []string{"1000000", "2000000"}, "2000000 1000000"},
		{"l.csv", "True\nfalse\n", []string{"0", "1"}, "1 0"},
		{"l.csv", "True\n0\n", nil, "1 0"},
		{"l.csv", "y\nTrue\n", []string{"0", "1"}, "1"},
		{"l.csv", "true\n", []string{"true", "false", "1"}, "true"},
		{"l.csv", "true\n", []string{"yes", "no"}, "true"},
		{"l.csv", " target\n 1\n", numbers, "1"},
		{"l.csv", "1,2\n3,4\n", numbers, "labels must be one for each sample, found 2 for each"},
		{"l.npy", string(npyFile("<f4", "1,", false, []byte("\x00\x00\xc0\x7f"))), numbers, "NaN"},
	} {
		path := filepath.Join(t.TempDir(), c.name)
		if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := ReadLabels(path, c.classes)
		if text := strings.Join(got, " "); err == nil && text != c.want || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %q, %v, want %s", c.file, got, err, c.want)
		}
	}
}
