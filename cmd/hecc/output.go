package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"hecc/ir/diag"
)

// writeNoted writes one file and says on standard error what it wrote, how much and where.
func writeNoted(path string, content []byte, what string) error {
	if err := writeFile(path, content, dataMode); err != nil {
		return err
	}
	if isStdout(path) {
		path = "standard output"
	}
	fmt.Fprintf(notes(), "wrote %s (%s) to %s\n", what, bytesText(len(content)), path)
	return nil
}

// output is a file that a command writes.
type output struct {
	path  string
	write func(io.Writer) error
	mode  fs.FileMode // of a new file: secretMode, or dataMode, of which the umask takes its share
}

const (
	dataMode   fs.FileMode = 0o666
	secretMode fs.FileMode = 0o600
)

// writeFile writes one file: see writeFiles.
func writeFile(path string, content []byte, mode fs.FileMode) error {
	return writeFiles(output{path, whole(content), mode})
}

// whole writes what is there already.
func whole(content []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	}
}

// writeFiles writes files that belong together. Each is on the disk in full, under a name of its own, before
// the first of them gets its name, so no reader sees half a file and a full disk leaves what was there. The
// old files of a set go first: whenever the process is killed, files of two sets never stand side by side.
// The path - is standard output; devices and pipes are written to, and links are followed.
func writeFiles(files ...output) error {
	var parts []part
	defer func() {
		for _, p := range parts {
			os.Remove(p.temporary) // fails for those that have got their names
		}
	}()
	for _, f := range files {
		if inPlace(f.path) {
			if err := writeInPlace(f.path, f.write); err != nil {
				return err
			}
			continue
		}
		p, err := stage(f)
		if err != nil {
			return err
		}
		parts = append(parts, p)
	}
	return publish(parts)
}

// publish gives files their names, the last of a set last. The old set goes the other way round: its last
// file says that all are there.
func publish(parts []part) error {
	if len(parts) > 1 {
		for _, p := range slices.Backward(parts) {
			if err := os.Remove(p.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	for _, p := range parts {
		if err := os.Rename(p.temporary, p.path); err != nil {
			return err
		}
	}
	return nil
}

// temporary begins the names of files that are not whole yet.
const temporary = ".hecc-"

// part is a file on the disk that has not got its name yet.
type part struct{ temporary, path string }

// stage writes a file beside its target. A file that is there keeps its permissions, unless a secret takes
// its place.
func stage(f output) (part, error) {
	path := followLinks(f.path)
	p := part{filepath.Join(filepath.Dir(path), temporary+rand.Text()), path}
	w, err := os.OpenFile(p.temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, f.mode)
	if err != nil {
		return p, nameTarget(err, f.path)
	}
	if old, e := os.Stat(path); e == nil && f.mode != secretMode {
		err = w.Chmod(old.Mode().Perm())
	}
	if err == nil {
		err = f.write(w)
	}
	if err == nil {
		err = w.Sync()
	}
	if e := w.Close(); err == nil {
		err = e
	}
	if err != nil {
		os.Remove(p.temporary)
	}
	return p, nameTarget(err, f.path)
}

// nameTarget puts the name that the user knows in place of the temporary one.
func nameTarget(err error, path string) error {
	var named *fs.PathError
	if errors.As(err, &named) {
		if errors.Is(err, fs.ErrNotExist) {
			return diag.Wrap("cannot write %s: %w", path, named.Err).Cure("make the folder first, or choose another one")
		}
		return fmt.Errorf("cannot write %s: %w", path, named.Err)
	}
	return err
}

// followLinks is the path that a chain of symbolic links ends at. There need not be a file.
func followLinks(path string) string {
	const longest = 40
	for range longest {
		link, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(link) {
			link = filepath.Dir(path) + string(filepath.Separator) + link
		}
		path = link
	}
	return path
}

// inPlace says that a path is written to and not replaced: standard output, also under its name in /dev,
// devices, pipes.
func inPlace(path string) bool {
	if isStdout(path) {
		return true
	}
	info, err := os.Stat(path)
	return err == nil && !info.Mode().IsRegular()
}

func isStdout(path string) bool {
	if path == "-" {
		return true
	}
	info, err := os.Stat(path)
	out, e := os.Stdout.Stat()
	return err == nil && e == nil && os.SameFile(info, out)
}

func writeInPlace(path string, write func(io.Writer) error) error {
	if isStdout(path) {
		return write(os.Stdout)
	}
	w, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(write(w), w.Close())
}

// printText writes an answer to standard output. A full disk or a closed pipe must not look like success.
func printText(text string) error {
	_, err := io.WriteString(os.Stdout, text)
	return err
}

// printer does so for what is written bit by bit: it keeps the first error.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) Write(b []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	n, err := p.w.Write(b)
	if err != nil {
		p.err = err
	}
	return n, err
}
