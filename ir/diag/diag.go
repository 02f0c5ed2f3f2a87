// Package diag has what every stage reports to the user with: positions in the model, and diagnostics, each
// with what to change.
package diag

import (
	"errors"
	"fmt"
	"strings"
)

// Pos says where in the user's model something came from.
// The zero Pos means "nowhere in particular".
type Pos struct {
	File string // the model file, as the user named it
	Node int    // index of the ONNX node, counted from 0; meaningful only if Op is set
	Name string // the node's name in the file, may be empty
	Op   string // the ONNX operator type
}

// String renders the position as `model.onnx: node 1 "/act/Relu" (Relu)`.
func (p Pos) String() string {
	var parts []string
	if p.File != "" {
		parts = append(parts, p.File)
	}
	if p.Op != "" {
		node := fmt.Sprintf("node %d", p.Node)
		if p.Name != "" {
			node += fmt.Sprintf(" %q", p.Name)
		}
		parts = append(parts, node+" ("+p.Op+")")
	}
	return strings.Join(parts, ": ")
}

// Error is a diagnostic: something the user can act upon. It is made by At(…).Cure(…), so none lacks its cure.
type Error struct {
	Pos   Pos
	Msg   string
	Notes []string // what more is known, and what to change
	cause error    // that Msg tells, if it is another error
}

// Finding is a diagnostic that lacks its cure, and so is no error yet.
type Finding struct{ e *Error }

// At begins a diagnostic at a position: the reason, without a full stop.
func At(pos Pos, format string, args ...any) *Finding {
	return &Finding{&Error{Pos: pos, Msg: fmt.Sprintf(format, args...)}}
}

// In begins a diagnostic about a file.
func In(file, format string, args ...any) *Finding {
	return At(Pos{File: file}, format, args...)
}

// Reason begins a diagnostic whose position whoever hands the error on puts before it.
func Reason(format string, args ...any) *Finding {
	return At(Pos{}, format, args...)
}

// Wrap is Reason for an error that was not made for people; the format has %w for it, as that of fmt.Errorf.
func Wrap(format string, args ...any) *Finding {
	err := fmt.Errorf(format, args...)
	f := Reason("%v", err)
	f.e.cause = errors.Unwrap(err)
	return f
}

// Note adds a line that says what more is known, and returns f.
func (f *Finding) Note(format string, args ...any) *Finding {
	f.e.Note(format, args...)
	return f
}

// Cure ends a diagnostic with what the user has to change.
func (f *Finding) Cure(format string, args ...any) *Error { return f.e.Note(format, args...) }

// Note adds another line, and returns e.
func (e *Error) Note(format string, args ...any) *Error {
	e.Notes = append(e.Notes, fmt.Sprintf(format, args...))
	return e
}

// Unwrap gives the error that the diagnostic tells, or nil.
func (e *Error) Unwrap() error { return e.cause }

// Error renders the diagnostic on one line, with one more line for each note.
func (e *Error) Error() string {
	var b strings.Builder
	if at := e.Pos.String(); at != "" {
		b.WriteString(at + ": ")
	}
	b.WriteString(e.Msg)
	for _, n := range e.Notes {
		b.WriteString("\n  note: " + n)
	}
	return b.String()
}

// Internal is a fault of hecc itself, found in the named pass.
type Internal struct {
	Pass string
	Err  error
}

func (e *Internal) Error() string {
	return fmt.Sprintf("internal error in pass %s: %v\n  note: this is a bug in hecc, not in your model: report it with this text, and with the model if you may", e.Pass, e.Err)
}

func (e *Internal) Unwrap() error { return e.Err }

// InPass wraps err as a fault of the named pass, unless it is a diagnostic for the user.
func InPass(pass string, err error) error {
	var d *Error
	var i *Internal
	if err == nil || errors.As(err, &d) || errors.As(err, &i) {
		return err
	}
	return &Internal{Pass: pass, Err: err}
}
