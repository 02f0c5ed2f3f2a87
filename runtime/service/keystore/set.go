package keystore

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Info is what is known of a key set or an upload.
type Info struct {
	ID        string // SHA-256 of its bytes, in lower-case hexadecimal digits
	Plan      string // that it was made for, as announced
	Bytes     int64
	PartBytes int64 // of each part but the last
	Parts     int   // how many there must be
	Received  []int // parts that are there, ascending
	Committed bool  // it is a key set
	Begun     time.Time
}

// meta is what meta.json holds.
type meta struct {
	Client    string    `json:"client"`
	Plan      string    `json:"plan"`
	ID        string    `json:"id"`
	Bytes     int64     `json:"bytes"`
	PartBytes int64     `json:"part_bytes"`
	Begun     time.Time `json:"begun"`
}

const metaFile = "meta.json"

// mostParts bounds what an announcement makes the store remember.
const mostParts = 1 << 16

// parts is how many parts there must be.
func (m *meta) parts() int { return int((m.Bytes + m.PartBytes - 1) / m.PartBytes) }

// size is how many bytes a part must have.
func (m *meta) size(part int) int64 {
	return min(m.PartBytes, m.Bytes-int64(part)*m.PartBytes)
}

func (m *meta) check() error {
	switch {
	case !validID(m.ID):
		return &BadError{"the SHA-256 must be 64 lower-case hexadecimal digits"}
	case m.Bytes < 1 || m.PartBytes < 1:
		return &BadError{"a key set has at least one byte"}
	case (m.Bytes-1)/m.PartBytes >= mostParts:
		return &BadError{fmt.Sprintf("a key set of %d bytes has more than %d parts of %d bytes", m.Bytes, mostParts, m.PartBytes)}
	}
	return nil
}

// set is a key set, or an upload that may become one.
type set struct {
	meta meta

	mu        sync.Mutex // held while it changes
	dir       string
	has       []bool // parts that are there
	committed bool
	gone      bool      // it was deleted
	touched   time.Time // when the last part came
}

func (k *set) info() Info {
	k.mu.Lock()
	defer k.mu.Unlock()
	m := &k.meta
	i := Info{ID: m.ID, Plan: m.Plan, Bytes: m.Bytes, PartBytes: m.PartBytes, Parts: m.parts(), Received: []int{}, Committed: k.committed, Begun: m.Begun}
	for n, there := range k.has {
		if there {
			i.Received = append(i.Received, n)
		}
	}
	return i
}

func (k *set) missing() (parts []int) {
	for n, there := range k.has {
		if !there {
			parts = append(parts, n)
		}
	}
	return parts
}

// part is the file of a part.
func (k *set) part(n int) string { return filepath.Join(k.dir, partName(n)) }

func partName(n int) string { return fmt.Sprintf("%06d", n) }

// readSet reads a directory as a killed process may have left it.
func readSet(dir string) (*set, error) {
	b, err := os.ReadFile(filepath.Join(dir, metaFile))
	if err != nil {
		return nil, err
	}
	k := &set{dir: dir}
	if err := json.Unmarshal(b, &k.meta); err != nil {
		return nil, err
	}
	if err := k.meta.check(); err != nil {
		return nil, err
	}
	k.has, k.touched = make([]bool, k.meta.parts()), k.meta.Begun
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if strings.HasPrefix(f.Name(), temporary) {
			if err := os.Remove(filepath.Join(dir, f.Name())); err != nil {
				return nil, err
			}
			continue
		}
		n, err := strconv.Atoi(f.Name())
		if err != nil || n < 0 || n >= len(k.has) || f.Name() != partName(n) {
			continue
		}
		info, err := f.Info()
		if err != nil {
			return nil, err
		}
		if k.has[n] = info.Size() == k.meta.size(n); info.ModTime().After(k.touched) {
			k.touched = info.ModTime()
		}
	}
	return k, nil
}
