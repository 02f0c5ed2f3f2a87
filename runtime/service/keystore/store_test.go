package keystore_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hecc/runtime/service/keystore"
)

const (
	alice, bob = "alice", "../bob"
	thePlan    = "plan"
	partBytes  = 1000
)

func open(t *testing.T, dir string, o keystore.Options) *keystore.Store {
	t.Helper()
	o.PartBytes = partBytes
	s, err := keystore.Open(dir, o)
	check(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// keys makes up the bytes of a key set, and their name.
func keys(seed uint64, n int) (id string, b []byte) {
	r := rand.NewChaCha8([32]byte{byte(seed)})
	b = make([]byte, n)
	_, _ = r.Read(b)
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), b
}

func part(b []byte, n int) []byte { return b[n*partBytes : min(len(b), (n+1)*partBytes)] }

// begin announces keys and sends the parts.
func begin(t *testing.T, s *keystore.Store, client string, b []byte, parts ...int) (id string) {
	t.Helper()
	sum := sha256.Sum256(b)
	id = hex.EncodeToString(sum[:])
	_, err := s.Begin(client, thePlan, id, int64(len(b)))
	check(t, err)
	for _, n := range parts {
		check(t, s.Put(client, id, n, bytes.NewReader(part(b, n))))
	}
	return id
}

// fine is a check that reads all.
func fine(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

func content(t *testing.T, s *keystore.Store, client, id string) []byte {
	t.Helper()
	r, err := s.Open(client, id)
	check(t, err)
	defer r.Close()
	b, err := io.ReadAll(r)
	check(t, err)
	return b
}

// TestUpload sends parts in any order, with a restart between, and reads what was committed.
func TestUpload(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, keystore.Options{})
	_, b := keys(1, 3500)
	id := begin(t, s, alice, b, 3, 1)
	if _, err := s.Open(alice, id); !errors.Is(err, keystore.ErrNotFound) {
		t.Fatalf("half an upload is served: %v", err)
	}
	var missing *keystore.MissingError
	if err := s.Commit(alice, id, fine); !errors.As(err, &missing) || !slices.Equal(missing.Parts, []int{0, 2}) {
		t.Fatalf("commit without two parts: %v", err)
	}
	check(t, s.Close())
	s = open(t, dir, keystore.Options{})
	info, err := s.Status(alice, id)
	check(t, err)
	if !slices.Equal(info.Received, []int{1, 3}) || info.Parts != 4 || info.Committed || info.Bytes != 3500 {
		t.Fatalf("after a restart %+v", info)
	}
	begin(t, s, alice, b, 0, 2, 3)
	check(t, s.Commit(alice, id, fine))
	check(t, s.Commit(alice, id, fine))
	begin(t, s, alice, b, 0, 1, 2, 3) // all of it again
	check(t, s.Close())
	s = open(t, dir, keystore.Options{})
	if !bytes.Equal(content(t, s, alice, id), b) {
		t.Error("other bytes come out")
	}
	if list := s.List(alice); len(list) != 1 || !list[0].Committed || list[0].Plan != thePlan {
		t.Errorf("listed %+v", list)
	}
	check(t, s.Delete(alice, id))
	if err := s.Delete(alice, id); !errors.Is(err, keystore.ErrNotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	if s.Bytes() != 0 {
		t.Errorf("%d bytes are left", s.Bytes())
	}
}

// TestClientsApart: nobody sees, changes or counts another's sets, and names of clients are no paths.
func TestClientsApart(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "store"), keystore.Options{})
	_, b := keys(2, 1500)
	id := begin(t, s, bob, b, 0, 1)
	check(t, s.Commit(bob, id, fine))
	for name, err := range map[string]error{
		"status": func() error { _, err := s.Status(alice, id); return err }(),
		"open":   func() error { _, err := s.Open(alice, id); return err }(),
		"put":    s.Put(alice, id, 0, bytes.NewReader(part(b, 0))),
		"commit": s.Commit(alice, id, fine),
		"delete": s.Delete(alice, id),
	} {
		if !errors.Is(err, keystore.ErrNotFound) {
			t.Errorf("%s of another's set: %v", name, err)
		}
	}
	if len(s.List(alice)) != 0 || len(s.List(bob)) != 1 {
		t.Error("a client sees another's sets")
	}
	begin(t, s, alice, b)
	entries, err := os.ReadDir(dir)
	check(t, err)
	if len(entries) != 1 {
		t.Errorf("beside the store is %v", entries)
	}
}

// TestRefusals: what must not be stored is refused, and leaves nothing behind.
func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, keystore.Options{SetsPerClient: 2, Bytes: 10000})
	_, b := keys(3, 2500)
	id := begin(t, s, alice, b, 0)
	other, _ := keys(4, 10)
	var bad *keystore.BadError
	for _, wrong := range []string{"", "..", "../" + id[3:], strings.ToUpper(id), id[:63] + "/", id + "0", id[:63] + "\x00"} {
		if _, err := s.Begin(alice, thePlan, wrong, 100); !errors.As(err, &bad) {
			t.Errorf("id %q: %v", wrong, err)
		}
	}
	for _, n := range []int64{0, -1, 1 << 62} {
		if _, err := s.Begin(alice, thePlan, other, n); !errors.As(err, &bad) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	if _, err := s.Begin(alice, "another plan", id, 2500); !errors.As(err, &bad) {
		t.Errorf("one upload for two plans: %v", err)
	}
	if _, err := s.Begin(alice, thePlan, other, 7501); !errors.Is(err, keystore.ErrFull) {
		t.Errorf("more than the store holds: %v", err)
	}
	begin(t, s, alice, []byte("small"))
	if _, err := s.Begin(alice, thePlan, other, 10); !errors.Is(err, keystore.ErrTooMany) {
		t.Errorf("a third set: %v", err)
	}
	for _, n := range []int{-1, 3, 1 << 40} {
		if err := s.Put(alice, id, n, bytes.NewReader(part(b, 0))); !errors.As(err, &bad) {
			t.Errorf("part %d: %v", n, err)
		}
	}
	var size *keystore.PartSizeError
	for _, body := range [][]byte{nil, b[:999], b[:1001], b} {
		for n := range 2 {
			if err := s.Put(alice, id, n, bytes.NewReader(body)); !errors.As(err, &size) || size.More != (len(body) > 1000) {
				t.Errorf("part %d of %d bytes: %v", n, len(body), err)
			}
		}
	}
	if err := s.Put(alice, id, 0, bytes.NewReader(part(b, 1))); !errors.Is(err, keystore.ErrOtherBytes) {
		t.Errorf("a part with other bytes: %v", err)
	}
	if err := s.Put(alice, id, 1, io.MultiReader(bytes.NewReader(b[:10]), broken{})); !errors.Is(err, errBroken) {
		t.Errorf("a part that breaks off: %v", err)
	}
	info, err := s.Status(alice, id)
	check(t, err)
	if !slices.Equal(info.Received, []int{0}) {
		t.Errorf("received %v", info.Received)
	}
	if left := files(t, dir); len(left) != 4 { // the lock, two descriptions, one part
		t.Errorf("on the disk are %v", left)
	}
}

type broken struct{}

var errBroken = errors.New("broken")

func (broken) Read([]byte) (int, error) { return 0, errBroken }

func files(t *testing.T, dir string) (list []string) {
	t.Helper()
	check(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			list = append(list, path)
		}
		return err
	}))
	return list
}

// TestCommitChecks: wrong bytes are thrown away, and a disk that fails is no reason to.
func TestCommitChecks(t *testing.T) {
	s := open(t, t.TempDir(), keystore.Options{})
	_, b := keys(5, 2000)
	id := begin(t, s, alice, b, 0, 1)
	no := errors.New("no keys")
	var refused *keystore.RefusedError
	if err := s.Commit(alice, id, func(r io.Reader) error { return no }); !errors.As(err, &refused) || !errors.Is(err, no) {
		t.Fatalf("refused keys: %v", err)
	}
	if _, err := s.Status(alice, id); !errors.Is(err, keystore.ErrNotFound) {
		t.Errorf("refused keys are still there: %v", err)
	}
	_, err := s.Begin(alice, thePlan, id, 2000)
	check(t, err)
	for n := range 2 {
		check(t, s.Put(alice, id, n, bytes.NewReader(make([]byte, partBytes))))
	}
	if err := s.Commit(alice, id, fine); !errors.Is(err, keystore.ErrHash) {
		t.Errorf("other bytes than announced: %v", err)
	}
	if s.Bytes() != 0 {
		t.Errorf("%d bytes are left", s.Bytes())
	}
}

// TestStrangeFiles: what is not the store's is left alone, and opens nothing.
func TestStrangeFiles(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, keystore.Options{})
	_, b := keys(10, 500)
	id := begin(t, s, alice, b, 0)
	check(t, s.Commit(alice, id, fine))
	check(t, s.Close())
	of, err := filepath.Glob(filepath.Join(dir, "sets", "*"))
	check(t, err)
	moved := filepath.Join(dir, "sets", strings.Repeat("0", 64))
	for _, path := range []string{filepath.Join(dir, "sets", "note"), filepath.Join(of[0], "note"), filepath.Join(of[0], id, "note")} {
		check(t, os.WriteFile(path, []byte("note"), 0o600))
	}
	check(t, os.Mkdir(moved, 0o700))
	check(t, os.CopyFS(filepath.Join(moved, id), os.DirFS(filepath.Join(of[0], id)))) // under another client
	s = open(t, dir, keystore.Options{})
	if !bytes.Equal(content(t, s, alice, id), b) || len(s.List(alice)) != 1 || s.Bytes() != 500 {
		t.Errorf("the store holds %+v, %d bytes", s.List(alice), s.Bytes())
	}
	if n := len(files(t, dir)); n != 9 {
		t.Errorf("%d files are left", n)
	}
}

// TestDamaged: a key set that lost a part on the disk is not served, and can be uploaded again.
func TestDamaged(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, keystore.Options{})
	_, b := keys(6, 2000)
	id := begin(t, s, alice, b, 0, 1)
	check(t, s.Commit(alice, id, fine))
	check(t, s.Close())
	for _, f := range files(t, dir) {
		if filepath.Base(f) == "000001" {
			check(t, os.Truncate(f, 999))
		}
	}
	s = open(t, dir, keystore.Options{})
	if _, err := s.Open(alice, id); !errors.Is(err, keystore.ErrNotFound) {
		t.Fatalf("a damaged set is served: %v", err)
	}
	begin(t, s, alice, b, 0, 1)
	check(t, s.Commit(alice, id, fine))
	if !bytes.Equal(content(t, s, alice, id), b) {
		t.Error("other bytes come out")
	}
}

func TestExpire(t *testing.T) {
	s := open(t, t.TempDir(), keystore.Options{UploadAge: time.Hour})
	_, b := keys(7, 500)
	kept := begin(t, s, alice, b, 0)
	check(t, s.Commit(alice, kept, fine))
	_, b = keys(8, 1500)
	begin(t, s, alice, b, 0)
	n, err := s.Expire(time.Now().Add(59 * time.Minute))
	check(t, err)
	if n != 0 || len(s.List(alice)) != 2 {
		t.Errorf("%d expired too early", n)
	}
	n, err = s.Expire(time.Now().Add(61 * time.Minute))
	check(t, err)
	if list := s.List(alice); n != 1 || len(list) != 1 || list[0].ID != kept {
		t.Errorf("%d expired, left %+v", n, list)
	}
}

// TestLock: one process at a time.
func TestLock(t *testing.T) {
	dir := t.TempDir()
	open(t, dir, keystore.Options{})
	if _, err := keystore.Open(dir, keystore.Options{}); !errors.Is(err, keystore.ErrLocked) {
		t.Errorf("opened twice: %v", err)
	}
}

// TestConcurrent has several senders of the same parts, one of which lies, and commits meanwhile: whichever
// was first, what is served is what its name says.
func TestConcurrent(t *testing.T) {
	s := open(t, t.TempDir(), keystore.Options{})
	id, b := keys(9, 5000)
	lie := make([]byte, partBytes)
	for range 20 {
		_, err := s.Begin(alice, thePlan, id, 5000)
		check(t, err)
		var group sync.WaitGroup
		for sender := range 4 {
			for n := range 5 {
				group.Go(func() {
					body := part(b, n)
					if sender == 0 && n == 2 {
						body = lie
					}
					err := s.Put(alice, id, n, bytes.NewReader(body))
					if err != nil && !errors.Is(err, keystore.ErrOtherBytes) && !errors.Is(err, keystore.ErrNotFound) {
						t.Error(err)
					}
					_ = s.Commit(alice, id, fine)
				})
			}
		}
		group.Wait()
		if r, err := s.Open(alice, id); err == nil {
			got, err := io.ReadAll(r)
			check(t, err)
			if !bytes.Equal(got, b) {
				t.Fatal("what is served is not what its name says")
			}
			check(t, s.Delete(alice, id))
		} else if _, err := s.Status(alice, id); err == nil {
			check(t, s.Delete(alice, id))
		}
	}
}
