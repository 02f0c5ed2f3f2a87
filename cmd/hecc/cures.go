package main

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"

	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/runtime/client"
	"hecc/runtime/wire"
)

// cured adds what helps to an error that does not say so: one of the operating system, or of a file's bytes.
func cured(err error) error {
	if strings.Contains(err.Error(), "\n  note: ") {
		return err
	}
	d := diag.Wrap("%w", err)
	if p, ok := err.(*fs.PathError); ok { // nobody asked which call of the system it was
		d = diag.In(p.Path, "%v", p.Err)
	}
	for _, c := range cures {
		if c.of(err) {
			return d.Cure("%s", c.text)
		}
	}
	return d.Cure("%s", unforeseen)
}

// unforeseen is the cure of last resort. No test must meet it.
const unforeseen = "hecc did not expect this: report it, with the command and this text"

// cures are tried in this order.
var cures = []struct {
	of   func(error) bool
	what string
	text string
}{
	{is(fs.ErrNotExist), "no such file or directory", "check the path; a relative one starts in the folder that hecc was started in"},
	{is(fs.ErrPermission), "permission denied", "run hecc as a user who may, or choose another file or port"},
	{is(syscall.EISDIR), "is a directory", "name a file in it"},
	{is(syscall.ENOTDIR), "not a directory", "choose another path: a part of it is a file"},
	{is(syscall.ENOSPC), "no space left on device", "free space on that disk, or write elsewhere"},
	{is(syscall.EROFS), "read-only file system", "write elsewhere"},
	{is(syscall.EPIPE), "broken pipe", "the program that reads the output has ended: give it all, or write to a file"},
	{is(syscall.EADDRINUSE), "address already in use", "stop the program that listens there, or choose another port"},
	{isA[*wire.ForeignError], "made for another plan, or another key set", "use keys and ciphertexts that were made with the client file of this plan, and with the same keys"},
	{isA[*plan.FileError], "a file that is damaged, or of another version", "copy the file again, in full; if it stays so, make it again with this hecc"},
	{isA[*client.RangeError], "a sample outside the plan's range", "leave the sample out, or compile the model again with calibration data like it"},
}

func is(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

func isA[T error](err error) bool {
	var e T
	return errors.As(err, &e)
}
