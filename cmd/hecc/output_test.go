package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hecc/runtime/wire"
)

// TestWriteFilesTogether: if one file of a set cannot be written, all old ones stay, and nothing else is
// left.
func TestWriteFilesTogether(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "a")
	if err := os.WriteFile(old, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := writeFiles(output{old, whole([]byte("new")), dataMode}, output{filepath.Join(dir, "none", "b"), whole([]byte("new")), dataMode})
	if err == nil || !strings.Contains(err.Error(), filepath.Join("none", "b")) {
		t.Errorf("error %v", err)
	}
	if b, err := os.ReadFile(old); err != nil || string(b) != "old" {
		t.Errorf("the old file has become %q: %v", b, err)
	}
	checkNames(t, dir, "a")
}

func checkNames(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("%s has %v, expected %v", dir, got, want)
	}
}

// TestKilledKeygen kills keygen at different moments: whatever files there are belong to one set, and where
// there is a secret key, there are all.
func TestKilledKeygen(t *testing.T) {
	in := artefacts(t)
	keys := t.TempDir()
	start := time.Now()
	if out, err := exec.Command("hecc", "keygen", in("m.client"), "-o", keys).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	whole := time.Since(start)
	const kills = 8
	for k := range kills {
		cmd := exec.Command("hecc", "keygen", in("m.client"), "-o", keys, "--force")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(whole * time.Duration(kills/2+k) / kills)
		cmd.Process.Kill()
		cmd.Wait()
		checkKeySet(t, keys)
	}
}

func checkKeySet(t *testing.T, dir string) {
	t.Helper()
	found := map[string]bool{}
	ids := map[wire.KeyID]bool{}
	for _, name := range []string{"secret.key", "public.key", "eval.keys"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if os.IsNotExist(err) {
			continue
		}
		bind, ok := wire.ClaimedBinding(b)
		if err != nil || !ok {
			t.Errorf("%s is no file of keys: %v", name, err)
		}
		found[name], ids[bind.Key] = true, true
	}
	if len(ids) > 1 || found["secret.key"] && len(found) < 3 {
		t.Errorf("keys of %d sets; found %v", len(ids), found)
	}
}
