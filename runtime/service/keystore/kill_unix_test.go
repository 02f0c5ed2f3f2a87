//go:build unix

package keystore_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hecc/runtime/service/keystore"
)

// childDir names the store that a child process of the tests works on until it is killed.
const childDir = "HECC_KEYSTORE_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		child(dir)
	}
	os.Exit(m.Run())
}

// child uploads, commits and deletes, and says what it was told is done, until it is killed.
func child(dir string) {
	s, err := keystore.Open(dir, keystore.Options{PartBytes: partBytes})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	for seed := uint64(0); ; seed++ {
		id, b := keys(seed, 3500)
		if _, err := s.Begin(alice, thePlan, id, int64(len(b))); err != nil {
			fmt.Println("error", err)
		}
		fmt.Println("begun", seed)
		for n := range 4 {
			if err := s.Put(alice, id, n, bytes.NewReader(part(b, n))); err != nil {
				fmt.Println("error", err)
			}
			fmt.Println("put", seed, n)
		}
		if err := s.Commit(alice, id, func(r io.Reader) error {
			fmt.Println("committing", seed)
			time.Sleep(time.Millisecond) // the parent kills here now and then
			return nil
		}); err != nil {
			fmt.Println("error", err)
		}
		fmt.Println("committed", seed)
		if seed%3 == 2 {
			fmt.Println("deleting", seed)
			_ = s.Delete(alice, id)
			fmt.Println("deleted", seed)
		}
		if seed%8 == 7 {
			for old := range seed {
				id, _ := keys(old, 3500)
				fmt.Println("deleting", old)
				_ = s.Delete(alice, id)
			}
		}
	}
}

// told is what the child said of a set.
type told struct {
	parts               []int
	committed, deleting bool
}

// TestKill kills a process at any moment and opens its store: what it had said to be done is done, what is
// served is whole, and uploads go on.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	for round := range 12 {
		said, last := runChild(t, dir, round)
		s := open(t, dir, keystore.Options{})
		for _, info := range s.List(alice) {
			if !info.Committed {
				continue
			}
			if id := sha(content(t, s, alice, info.ID)); id != info.ID {
				t.Fatalf("round %d: %s is served with the bytes of %s", round, info.ID, id)
			}
		}
		for seed, what := range said {
			id, b := keys(seed, 3500)
			info, err := s.Status(alice, id)
			switch {
			case what.deleting && errors.Is(err, keystore.ErrNotFound):
				continue
			case err != nil:
				t.Fatalf("round %d, last %q: set %d, of which was said %+v: %v", round, last, seed, what, err)
			case what.committed && !info.Committed:
				t.Fatalf("round %d: set %d was committed, and is an upload", round, seed)
			}
			for _, n := range what.parts {
				if !slices.Contains(info.Received, n) {
					t.Fatalf("round %d: part %d of set %d is lost", round, n, seed)
				}
			}
			begin(t, s, alice, b, 0, 1, 2, 3)
			check(t, s.Commit(alice, id, fine))
			check(t, s.Delete(alice, id))
		}
		for _, info := range s.List(alice) { // announced, and not yet said
			check(t, s.Delete(alice, info.ID))
		}
		if left := files(t, dir); len(left) != 1 { // the lock
			t.Fatalf("round %d: left on the disk are %v", round, left)
		}
		check(t, s.Close())
	}
}

// runChild lets a child say some lines, kills it, and gives what it said of each set.
func runChild(t *testing.T, dir string, round int) (said map[uint64]*told, last string) {
	t.Helper()
	exe, err := os.Executable()
	check(t, err)
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	out, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	lines := bufio.NewScanner(out)
	said = map[uint64]*told{}
	stop := 5 + rand.IntN(60)
	for n := 0; lines.Scan(); n++ {
		last = lines.Text()
		if strings.HasPrefix(last, "error") {
			t.Fatal(last)
		}
		hear(said, strings.Fields(last))
		if n == stop || n > 5 && round%3 == 0 && strings.HasPrefix(last, "committing") {
			time.Sleep(time.Duration(rand.IntN(1500)) * time.Microsecond)
			check(t, cmd.Process.Kill())
		}
	}
	_ = cmd.Wait() // it was killed
	return said, last
}

func hear(said map[uint64]*told, words []string) {
	seed, _ := strconv.ParseUint(words[1], 10, 64)
	if words[0] == "begun" {
		said[seed] = &told{}
	}
	of := said[seed]
	switch words[0] {
	case "put":
		n, _ := strconv.Atoi(words[2])
		of.parts = append(of.parts, n)
	case "committed":
		of.committed = true
	case "deleting":
		of.deleting = true
	}
}

func sha(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
