package service

import (
	"crypto/sha256"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

// rot flips a bit in the files of that name.
func rot(t *testing.T, dir, name string) {
	t.Helper()
	found := false
	check(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != name {
			return err
		}
		found = true
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		b[len(b)/2] ^= 4
		return os.WriteFile(path, b, 0o600)
	}))
	if !found {
		t.Fatal("no such file in the store")
	}
}

// metrics is what Prometheus would read.
func (r *rig) metrics() string {
	r.t.Helper()
	admin := httptest.NewServer(r.service.Admin())
	defer admin.Close()
	a, err := http.Get(admin.URL + "/metrics")
	check(r.t, err)
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	check(r.t, err)
	return string(b)
}

func sumOf(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}
