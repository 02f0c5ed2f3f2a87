package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestFullDisk makes keys on a disk that is too small for them: the old set stays as it was.
func TestFullDisk(t *testing.T) {
	in := artefacts(t)
	small := t.TempDir()
	if err := syscall.Mount("hecc-test", small, "tmpfs", 0, "size=512k"); err != nil {
		t.Skipf("a full disk is not tried: only root can mount a small one: %v", err)
	}
	defer syscall.Unmount(small, 0)
	before := map[string]string{}
	for _, name := range []string{"secret.key", "public.key", "eval.keys"} {
		b, err := os.ReadFile(in(name))
		if err != nil {
			t.Fatal(err)
		}
		before[name] = string(b)
		if name != "eval.keys" { // leaves no room for another
			if err := os.WriteFile(filepath.Join(small, name), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	room := 512<<10 - len(before["secret.key"]) - len(before["public.key"]) - len(before["eval.keys"])/2
	if err := os.WriteFile(filepath.Join(small, "filler"), make([]byte, max(room, 0)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("hecc", "keygen", in("m.client"), "-o", small, "--force").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "no space left on device") {
		t.Errorf("keygen on a full disk: %v: %s", err, out)
	}
	checkNames(t, small, "filler", "public.key", "secret.key")
	if b, err := os.ReadFile(filepath.Join(small, "secret.key")); err != nil || string(b) != before["secret.key"] {
		t.Errorf("the secret key has changed: %v", err)
	}
}
