package main

import (
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

// TestBarOfBytes: an upload that takes a while shows a bar; one that is quick shows nothing.
func TestBarOfBytes(t *testing.T) {
	for name, c := range map[string]struct {
		since time.Duration
		shows bool
	}{"slow": {2 * patience, true}, "quick": {0, false}} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		old := os.Stderr
		os.Stderr = w
		b := &bar{start: time.Now().Add(-c.since)}
		tell := b.bytes()
		tell("uploading keys", 50, 100)
		b.close()
		os.Stderr = old
		w.Close()
		shown, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(shown), "uploading keys"); got != c.shows {
			t.Errorf("%s: %q", name, shown)
		}
	}
	if (*bar)(nil).bytes() != nil {
		t.Error("without a terminal somebody is told")
	}
}
