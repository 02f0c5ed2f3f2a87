package keystore

import (
	"errors"
	"fmt"
)

var (
	// ErrNotFound says that the client has no such key set, or no such upload.
	ErrNotFound = errors.New("no such key set")
	// ErrTooMany says that the client has as many key sets as it may have, uploads included.
	ErrTooMany = errors.New("the client has as many key sets as it may have")
	// ErrFull says that the store has no room for another key set.
	ErrFull = errors.New("the key store is full")
	// ErrOtherBytes says that a part is there already, and has other bytes.
	ErrOtherBytes = errors.New("the part is there already, with other bytes")
	// ErrHash says that all parts together are not what was announced. The upload is gone.
	ErrHash = errors.New("the parts together have another SHA-256 than the upload was begun with")
	// ErrLocked says that another process has the store open.
	ErrLocked = errors.New("another process has the key store open")
)

// BadError says what is wrong with what a client asked for.
type BadError struct{ Reason string }

func (e *BadError) Error() string { return e.Reason }

// PartSizeError says that a part has not the bytes that it must have.
type PartSizeError struct {
	Part int
	Want int64
	More bool // it has more than these, else fewer
}

func (e *PartSizeError) Error() string {
	than := "fewer"
	if e.More {
		than = "more"
	}
	return fmt.Sprintf("part %d has %s than its %d bytes", e.Part, than, e.Want)
}

// MissingError says which parts are still to come.
type MissingError struct{ Parts []int }

func (e *MissingError) Error() string {
	return fmt.Sprintf("%d parts are still to come, the first is part %d", len(e.Parts), e.Parts[0])
}

// RefusedError says that the bytes are whole, but not what Commit was to check. The upload is gone.
type RefusedError struct{ Err error }

func (e *RefusedError) Error() string { return e.Err.Error() }

// Unwrap gives the reason.
func (e *RefusedError) Unwrap() error { return e.Err }
