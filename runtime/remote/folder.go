package remote

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"hecc/ir/diag"
	"hecc/runtime/client"
)

// Files of a directory of keys; hecc keygen gives them the same names.
const (
	clientFile = "model.client"
	secretFile = "secret.key"
	evalFile   = "eval.keys"
)

const mostClient = 64 << 20 // bytes of a client file

// folder is a directory of keys for one plan.
type folder string

func (f folder) path(name string) string { return filepath.Join(string(f), name) }

// client reads the client file, or gives nil if there is none.
func (f folder) client() (*client.Client, []byte, error) {
	b, err := os.ReadFile(f.path(clientFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	c, err := client.Open(bytes.NewReader(b))
	if err != nil {
		return nil, nil, diag.Wrap("the client file %s: %w", f.path(clientFile), err).
			Cure("choose another directory, where keys are made anew; or put the right client file there, if secret.key beside it is still needed")
	}
	return c, b, nil
}

// keys reads the secret key, or makes one. Of several processes that make one at the same time all take the
// first's.
func (f folder) keys(c *client.Client) (*client.Keys, error) {
	k, err := f.secret(c)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	if k, err = c.NewKeys(); err != nil {
		return nil, err
	}
	if err := f.write(secretFile, 0o600, k.WriteSecret, linkNew); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return f.secret(c)
}

func (f folder) secret(c *client.Client) (*client.Keys, error) {
	r, err := os.Open(f.path(secretFile))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	k, err := c.ReadKeys(r)
	if err != nil {
		return nil, diag.Wrap("the secret key %s: %w", f.path(secretFile), err).Cure("put the right key there, from a copy; or choose another directory, where keys are made anew")
	}
	return k, nil
}

// evaluation opens the evaluation keys, and makes them if they are not there, or not whole.
func (f folder) evaluation(c *client.Client, k *client.Keys) (*os.File, error) {
	r, err := os.Open(f.path(evalFile))
	if err == nil {
		info, err := r.Stat()
		if err == nil && info.Size() == c.EvaluationBytes() {
			return r, nil
		}
		r.Close()
		if err == nil {
			err = diag.Reason("%s has %d bytes, evaluation keys of this plan have %d", f.path(evalFile), info.Size(), c.EvaluationBytes()).Cure("remove it, and it is made again")
		}
		return nil, err
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := f.write(evalFile, 0o666, k.WriteEvaluation, os.Rename); err != nil {
		return nil, err
	}
	return os.Open(f.path(evalFile))
}

// write writes a file that gets its name, by link or rename, when it is whole on the disk.
func (f folder) write(name string, mode fs.FileMode, write func(io.Writer) error, give func(from, to string) error) error {
	made := f.path(".hecc-" + rand.Text())
	w, err := os.OpenFile(made, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	defer os.Remove(made) // fails if it was renamed
	err = write(w)
	if err == nil {
		err = w.Sync()
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return err
	}
	return give(made, f.path(name))
}

// linkNew gives a file its name unless there is one of that name, which is fs.ErrExist.
func linkNew(from, to string) error {
	err := os.Link(from, to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, e := os.Lstat(to); e == nil {
		return fs.ErrExist
	}
	return os.Rename(from, to) // not every file system has links
}
