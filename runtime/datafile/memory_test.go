package datafile

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"hecc/ir/tensor"
)

// TestMemory: SECURITY.md says how much memory a file of data takes, by its length.
func TestMemory(t *testing.T) {
	const n = 1 << 18
	wide := tensor.Input{Label: "x", Shape: []int{256}}
	var distinct []byte
	for k := range n {
		distinct = append(distinct, byte(' '+k>>12), byte(' '+k>>6&63), byte(' '+k&63))
	}
	for name, c := range map[string]struct {
		file []byte
		in   tensor.Input
		most float64 // times the file's length
	}{
		"bytes.npy":       {npyFile("|u1", "1024, 256", false, make([]byte, n)), wide, 10},
		"floats.npy":      {npyFile("<f4", "1024, 256", false, make([]byte, 4*n)), wide, 4},
		"narrow.npy":      {npyFile("|u1", "262144, 1", false, make([]byte, n)), oneNumber, 50},
		"letters.npy":     {npyFile("|S1", "262144, 1", false, make([]byte, n)), cities, 50},
		"distinct.npy":    {npyFile("|S3", "262144, 1", false, distinct), cities, 100},
		"digits.csv":      {bytes.Repeat([]byte(strings.Repeat("1,", 255)+"1\n"), n/512), wide, 16},
		"empty cells.csv": {bytes.Repeat([]byte(strings.Repeat(",", 255)+"\n"), n/256), wide, 50},
		"narrow.csv":      {bytes.Repeat([]byte("1\n"), n/2), oneNumber, 50},
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, c.file, 0o600); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Read(path, c.in)
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Fatal(err)
		}
		times := float64(after.TotalAlloc-before.TotalAlloc) / float64(len(c.file))
		t.Logf("%s: %.1f", name, times)
		if times > c.most {
			t.Errorf("%s: %.1f times the file's length is allocated, expected at most %v", name, times, c.most)
		}
	}
}
