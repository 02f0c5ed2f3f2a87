package keystore

import (
	"io"
	"os"
)

// Open reads a key set. It is ErrNotFound for uploads too.
func (s *Store) Open(client, id string) (io.ReadCloser, error) {
	k, err := s.find(client, id)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.committed || k.gone {
		return nil, ErrNotFound
	}
	return k.reader(), nil
}

// reader reads all parts; the set's lock is held.
func (k *set) reader() io.ReadCloser {
	r := &partsReader{}
	for n := range k.meta.parts() {
		r.paths = append(r.paths, k.part(n))
	}
	return r
}

// partsReader reads files one after the other, with one of them open.
type partsReader struct {
	paths []string
	open  *os.File
}

func (r *partsReader) Read(b []byte) (int, error) {
	for {
		if r.open == nil {
			if len(r.paths) == 0 {
				return 0, io.EOF
			}
			f, err := os.Open(r.paths[0])
			if err != nil {
				return 0, err
			}
			r.open, r.paths = f, r.paths[1:]
		}
		n, err := r.open.Read(b)
		if err != io.EOF {
			return n, err
		}
		if err := r.Close(); err != nil {
			return n, err
		}
		if n > 0 {
			return n, nil
		}
	}
}

func (r *partsReader) Close() error {
	if r.open == nil {
		return nil
	}
	f := r.open
	r.open = nil
	return f.Close()
}
