package keystore

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Begin announces a key set: the plan that it is for, its length and its SHA-256, which is its ID. An upload
// that has begun already goes on, and a key set that is there stays: Info says which. Errors are *BadError,
// ErrTooMany and ErrFull.
func (s *Store) Begin(client, plan, id string, length int64) (Info, error) {
	m := meta{Client: client, Plan: plan, ID: id, Bytes: length, PartBytes: s.o.PartBytes, Begun: time.Now().UTC()}
	if err := m.check(); err != nil {
		return Info{}, err
	}
	if info, err := s.Status(client, id); err == nil {
		return again(info, m)
	}
	n := name{client, id}
	k := &set{meta: m, dir: s.path(uploads, n), has: make([]bool, m.parts()), touched: m.Begun}
	k.mu.Lock()
	if err := s.reserve(n, k); err != nil {
		k.mu.Unlock()
		if info, e := s.Status(client, id); e == nil { // another call was first
			return again(info, m)
		}
		return Info{}, err
	}
	err := k.create()
	if err != nil {
		err = errors.Join(err, s.discard(k))
	}
	k.mu.Unlock()
	return k.info(), err
}

// again is an announcement of a set that is known.
func again(info Info, m meta) (Info, error) {
	if info.Bytes != m.Bytes || info.Plan != m.Plan {
		return info, &BadError{"a key set of that SHA-256 was announced with another length or for another plan"}
	}
	return info, nil
}

var errThere = errors.New("the set is there")

// reserve gives a new set its place, if there is room.
func (s *Store) reserve(n name, k *set) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	has := 0
	for other := range s.sets {
		if other == n {
			return errThere
		}
		if other.client == n.client {
			has++
		}
	}
	if has >= s.o.SetsPerClient {
		return ErrTooMany
	}
	if k.meta.Bytes > s.o.Bytes-s.bytes {
		return ErrFull
	}
	s.sets[n] = k
	s.bytes += k.meta.Bytes
	return nil
}

// create makes the directory of an upload.
func (k *set) create() error {
	parent := filepath.Dir(k.dir)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return err
	}
	if err := syncDir(filepath.Dir(parent)); err != nil {
		return err
	}
	text, err := json.Marshal(&k.meta)
	if err != nil {
		return err
	}
	made := filepath.Join(parent, randomName())
	if err := os.Mkdir(made, 0o700); err != nil {
		return err
	}
	if err := writeSynced(filepath.Join(made, metaFile), bytes.NewReader(text)); err != nil {
		return errors.Join(err, os.RemoveAll(made))
	}
	if err := os.Rename(made, k.dir); err != nil {
		return errors.Join(err, os.RemoveAll(made))
	}
	return syncDir(parent)
}

// Put stores a part, which must have the length that Info says. It is on the disk when Put returns. A part
// that is there already may come again with the same bytes; with others it is ErrOtherBytes. Nothing is kept
// of a part that ends early, and the reader's error is returned.
func (s *Store) Put(client, id string, part int, r io.Reader) error {
	k, err := s.find(client, id)
	if err != nil {
		return err
	}
	if part < 0 || part >= k.meta.parts() {
		return &BadError{"there is no such part: the last is part " + partName(k.meta.parts()-1)}
	}
	exact := &exactReader{r: r, part: part, want: k.meta.size(part)}
	if f, err := k.openPart(part); err != nil || f != nil {
		return sameBytes(exact, f, err)
	}
	file := randomName()
	defer k.forget(file)
	if err := writeSynced(filepath.Join(k.place(), file), exact); err == nil {
		return k.keep(part, file)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// Another call has sent the part and committed or deleted the upload, before a byte was read here.
	f, err := k.openPart(part)
	if err == nil && f == nil {
		err = ErrNotFound
	}
	return sameBytes(exact, f, err)
}

// place is where the set lies now.
func (k *set) place() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.dir
}

// openPart opens a part; the file is nil if it is not there yet.
func (k *set) openPart(part int) (*os.File, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.gone:
		return nil, ErrNotFound
	case !k.has[part]:
		return nil, nil
	}
	return os.Open(k.part(part))
}

// forget removes a file that has not got its name.
func (k *set) forget(file string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	os.Remove(filepath.Join(k.dir, file)) // there is none if all went well
}

// keep gives a part that is on the disk its name, unless another call was first.
func (k *set) keep(part int, file string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	written := filepath.Join(k.dir, file)
	if k.gone {
		return ErrNotFound
	}
	if k.has[part] {
		mine, err := os.Open(written)
		if err != nil {
			return err
		}
		defer mine.Close()
		other, err := os.Open(k.part(part))
		return sameBytes(mine, other, err)
	}
	if err := os.Rename(written, k.part(part)); err != nil {
		return err
	}
	if err := syncDir(k.dir); err != nil {
		return err
	}
	k.has[part], k.touched = true, time.Now()
	return nil
}

// sameBytes compares what is sent with a file that is there, and closes the file.
func sameBytes(sent io.Reader, file *os.File, err error) error {
	if err != nil {
		return err
	}
	defer file.Close()
	a, b := sha256.New(), sha256.New()
	if _, err := io.Copy(a, sent); err != nil {
		return err
	}
	if _, err := io.Copy(b, file); err != nil {
		return err
	}
	if !bytes.Equal(a.Sum(nil), b.Sum(nil)) {
		return ErrOtherBytes
	}
	return nil
}

// Commit makes an upload a key set, if all parts are there, their SHA-256 is the announced one, and check
// finds nothing wrong in them. A key set stays one. Errors are *MissingError, ErrHash, and a *RefusedError
// with that of check.
func (s *Store) Commit(client, id string, check func(io.Reader) error) error {
	k, err := s.find(client, id)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	switch missing := k.missing(); {
	case k.gone:
		return ErrNotFound
	case k.committed:
		return nil
	case len(missing) > 0:
		return &MissingError{missing}
	}
	if err := k.verify(check); err != nil {
		if refused := (*RefusedError)(nil); errors.Is(err, ErrHash) || errors.As(err, &refused) {
			return errors.Join(err, s.discard(k))
		}
		return err
	}
	to := s.path(committed, name{client, id})
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	if err := syncDir(filepath.Join(s.dir, committed)); err != nil {
		return err
	}
	if err := s.clear(to); err != nil { // a damaged one, which was not taken in
		return err
	}
	if err := os.Rename(k.dir, to); err != nil {
		return err
	}
	k.dir, k.committed = to, true
	return syncDir(filepath.Dir(to))
}

// verify reads all parts once, for their hash and for check.
func (k *set) verify(check func(io.Reader) error) error {
	parts := k.reader()
	defer parts.Close()
	hash := sha256.New()
	r := &tee{r: parts, w: hash}
	refused := check(r)
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	if r.err != nil {
		return r.err
	}
	if hex.EncodeToString(hash.Sum(nil)) != k.meta.ID {
		return ErrHash
	}
	if refused != nil {
		return &RefusedError{refused}
	}
	return nil
}
