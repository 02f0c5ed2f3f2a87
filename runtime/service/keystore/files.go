package keystore

import (
	"crypto/rand"
	"errors"
	"io"
	"os"
	"runtime"
)

func randomName() string { return temporary + rand.Text() }

// writeSynced writes a new file that is on the disk when it returns, or is not there.
func writeSynced(path string, r io.Reader) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(path)
	}
	return err
}

// syncDir puts the names in a directory on the disk. Windows has no such call, and needs none.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// exactReader wants exactly so many bytes.
type exactReader struct {
	r    io.Reader
	part int
	want int64
	got  int64
}

func (e *exactReader) Read(b []byte) (int, error) {
	if room := e.want - e.got + 1; int64(len(b)) > room {
		b = b[:room] // one byte more shows that there are more
	}
	n, err := e.r.Read(b)
	e.got += int64(n)
	if e.got > e.want {
		return 0, &PartSizeError{e.part, e.want, true}
	}
	if err == io.EOF && e.got < e.want {
		return n, &PartSizeError{e.part, e.want, false}
	}
	return n, err
}

// tee hands on what is read, and keeps the reader's own error apart from those of who reads.
type tee struct {
	r   io.Reader
	w   io.Writer
	err error
}

func (t *tee) Read(b []byte) (int, error) {
	n, err := t.r.Read(b)
	t.w.Write(b[:n])
	if err != nil && err != io.EOF {
		t.err = err
	}
	return n, err
}
