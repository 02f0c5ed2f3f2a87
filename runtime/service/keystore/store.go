package keystore

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options bound a store. Zero values are the defaults.
type Options struct {
	PartBytes     int64         // of each part but the last; 0: 4 MiB
	SetsPerClient int           // key sets and uploads that a client may have; 0: 8
	Bytes         int64         // of all key sets and uploads, as announced; 0: 64 GiB
	UploadAge     time.Duration // after which an upload that gets no part is deleted; 0: 24 hours
	Log           *slog.Logger  // nil: no log
}

func (o Options) withDefaults() Options {
	if o.PartBytes == 0 {
		o.PartBytes = 4 << 20
	}
	if o.SetsPerClient == 0 {
		o.SetsPerClient = 8
	}
	if o.Bytes == 0 {
		o.Bytes = 64 << 30
	}
	if o.UploadAge == 0 {
		o.UploadAge = 24 * time.Hour
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Store is a directory of key sets. Safe for concurrent use.
type Store struct {
	dir  string
	o    Options
	lock *os.File

	mu    sync.Mutex
	sets  map[name]*set
	bytes int64 // of all sets, as announced
}

// name is what a set is found by.
type name struct{ client, id string }

const (
	uploads   = "uploads"
	committed = "sets"
	trash     = "trash"
	temporary = "new-" // begins the names of what is not whole yet
)

// Open opens a store and makes the directory if there is none. What a killed process left half done is
// removed. It is ErrLocked while another process has the store open.
func Open(dir string, o Options) (*Store, error) {
	s := &Store{dir: dir, o: o.withDefaults(), sets: map[name]*set{}}
	for _, d := range []string{uploads, committed, trash} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o700); err != nil {
			return nil, err
		}
	}
	var err error
	if s.lock, err = lockFile(filepath.Join(dir, "lock")); err != nil {
		return nil, err
	}
	if err = s.scan(); err != nil {
		s.lock.Close()
		return nil, err
	}
	return s, nil
}

// Close lets another process open the store.
func (s *Store) Close() error { return s.lock.Close() }

// scan reads what is on the disk.
func (s *Store) scan() error {
	if err := s.emptyTrash(); err != nil {
		return err
	}
	for _, state := range []string{committed, uploads} {
		root := filepath.Join(s.dir, state)
		clients, err := os.ReadDir(root)
		if err != nil {
			return err
		}
		for _, c := range clients {
			if !c.IsDir() {
				continue // none of the store's
			}
			entries, err := os.ReadDir(filepath.Join(root, c.Name()))
			if err != nil {
				return err
			}
			for _, e := range entries {
				if err := s.found(state, filepath.Join(root, c.Name(), e.Name())); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// found takes in a directory of an upload or a key set. What is no whole one is left aside.
func (s *Store) found(state, dir string) error {
	if strings.HasPrefix(filepath.Base(dir), temporary) {
		return os.RemoveAll(dir)
	}
	k, err := readSet(dir)
	if err != nil && state == uploads {
		return os.RemoveAll(dir) // the client begins again
	}
	if err != nil {
		s.o.Log.Error("a key set on the disk is damaged, and not served", "dir", dir, "error", err.Error())
		return nil
	}
	k.committed = state == committed
	if missing := k.missing(); k.committed && len(missing) > 0 {
		s.o.Log.Error("a key set on the disk lacks parts, and is not served", "dir", dir, "parts", missing)
		return nil
	}
	n := name{k.meta.Client, k.meta.ID}
	if dir != s.path(state, n) {
		s.o.Log.Error("a key set on the disk is not where it belongs, and not served", "dir", dir)
		return nil
	}
	if s.sets[n] != nil { // it was committed, deleted, and is uploaded again; the crash came between
		return os.RemoveAll(dir)
	}
	s.sets[n] = k
	s.bytes += k.meta.Bytes
	return nil
}

// path is where a set lies. The names of clients are hashed, and IDs have been checked.
func (s *Store) path(state string, n name) string {
	sum := sha256.Sum256([]byte(n.client))
	return filepath.Join(s.dir, state, hex.EncodeToString(sum[:]), n.id)
}

// validID says whether a text is a SHA-256 in lower-case hexadecimal digits.
func validID(id string) bool {
	return len(id) == 2*sha256.Size && strings.Trim(id, "0123456789abcdef") == ""
}

// find gives a client's set, or ErrNotFound.
func (s *Store) find(client, id string) (*set, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.sets[name{client, id}]; k != nil {
		return k, nil
	}
	return nil, ErrNotFound
}

// List gives the client's key sets and uploads, by age.
func (s *Store) List(client string) []Info {
	s.mu.Lock()
	var of []*set
	for n, k := range s.sets {
		if n.client == client {
			of = append(of, k)
		}
	}
	s.mu.Unlock()
	list := make([]Info, 0, len(of))
	for _, k := range of {
		list = append(list, k.info())
	}
	slices.SortFunc(list, func(a, b Info) int {
		if c := a.Begun.Compare(b.Begun); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return list
}

// Status says how far an upload is, or that it is a key set. It is ErrNotFound if the client has none of that
// name.
func (s *Store) Status(client, id string) (Info, error) {
	k, err := s.find(client, id)
	if err != nil {
		return Info{}, err
	}
	return k.info(), nil
}

// Bytes is what all key sets and uploads have, as announced.
func (s *Store) Bytes() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bytes
}

// Delete deletes a key set or an upload. Who is reading it may read on or get an error.
func (s *Store) Delete(client, id string) error {
	k, err := s.find(client, id)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return s.discard(k)
}

// discard deletes a set whose lock is held.
func (s *Store) discard(k *set) error {
	if k.gone {
		return ErrNotFound
	}
	if err := s.clear(k.dir); err != nil {
		return err
	}
	k.gone = true
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sets, name{k.meta.Client, k.meta.ID})
	s.bytes -= k.meta.Bytes
	return nil
}

// clear removes a directory, if there is one. It is in the trash before it is taken apart, so that nothing
// finds half of it.
func (s *Store) clear(dir string) error {
	to := filepath.Join(s.dir, trash, randomName())
	if err := os.Rename(dir, to); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	return errors.Join(syncDir(filepath.Dir(dir)), os.RemoveAll(to))
}

// Expire deletes uploads that have got no part for Options.UploadAge, and says how many.
func (s *Store) Expire(now time.Time) (expired int, err error) {
	s.mu.Lock()
	all := make([]*set, 0, len(s.sets))
	for _, k := range s.sets {
		all = append(all, k)
	}
	s.mu.Unlock()
	for _, k := range all {
		k.mu.Lock()
		if !k.committed && !k.gone && now.Sub(k.touched) > s.o.UploadAge {
			expired++
			err = errors.Join(err, s.discard(k))
		}
		k.mu.Unlock()
	}
	return expired, err
}

func (s *Store) emptyTrash() error {
	left, err := os.ReadDir(filepath.Join(s.dir, trash))
	if err != nil {
		return err
	}
	for _, e := range left {
		if err := os.RemoveAll(filepath.Join(s.dir, trash, e.Name())); err != nil {
			return err
		}
	}
	return nil
}
