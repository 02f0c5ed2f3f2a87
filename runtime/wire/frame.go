package wire

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"

	"hecc/ir/plan"
)

const (
	magic     = "HECCDATA"
	version   = 2 // the only one that is read: docs/formats.md says what is promised
	headBytes = 76
	// SeedBytes is the length of a seed.
	SeedBytes = 32
)

// KeyID names a key set: random, made with the secret key.
type KeyID [16]byte

func (id KeyID) String() string { return hex.EncodeToString(id[:]) }

// Seed stands for the uniform halves of one file.
type Seed = [SeedBytes]byte

// kind says what a file holds.
type kind uint32

const (
	secretKey kind = 1 + iota
	publicKey
	evaluationKeys
	request
	response
)

func (k kind) String() string {
	switch k {
	case secretKey:
		return "a secret key"
	case publicKey:
		return "a public key"
	case evaluationKeys:
		return "evaluation keys"
	case request:
		return "encrypted inputs"
	case response:
		return "encrypted outputs"
	}
	return fmt.Sprintf("unknown kind %d", uint32(k))
}

// Binding says what a key or ciphertext belongs to.
type Binding struct {
	Plan plan.ID
	Key  KeyID
}

// Match reports a *ForeignError unless the two belong to one plan and one key set.
// The names say in the error which is which, as plurals.
func (b Binding) Match(name string, other Binding, otherName string) error {
	if b != other {
		return &ForeignError{name, b, otherName, other}
	}
	return nil
}

func short(id plan.ID) string { return hex.EncodeToString(id[:8]) }

// header is the frame without magic, version and hash.
type header struct {
	kind    kind
	bind    Binding
	runs    uint32 // of a request or response
	samples uint32 // in all of them
	form    uint32
}

// start begins a file that will have the given number of body bytes.
func (h header) start(body int) []byte {
	b := make([]byte, 0, headBytes+body+sha256.Size)
	b = append(b, magic...)
	b = binary.LittleEndian.AppendUint32(b, version)
	b = binary.LittleEndian.AppendUint32(b, uint32(h.kind))
	b = append(b, h.bind.Plan[:]...)
	b = append(b, h.bind.Key[:]...)
	b = binary.LittleEndian.AppendUint32(b, h.runs)
	b = binary.LittleEndian.AppendUint32(b, h.samples)
	return binary.LittleEndian.AppendUint32(b, h.form)
}

// seal ends a file.
func seal(b []byte) []byte {
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

// open checks the frame against the plan and returns the body.
func open(file []byte, want kind, i *plan.Interface) (header, []byte, error) {
	var h header
	if i == nil {
		return h, nil, errNoPlan
	}
	if len(file) < headBytes+sha256.Size {
		return h, nil, fmt.Errorf("%d bytes are too few for %s", len(file), want)
	}
	if err := checkFormat(file); err != nil {
		return h, nil, err
	}
	rest, sum := file[:len(file)-sha256.Size], file[len(file)-sha256.Size:]
	if got := sha256.Sum256(rest); !bytes.Equal(got[:], sum) {
		return h, nil, errDamaged
	}
	h = parseHeader(file)
	return h, rest[headBytes:], h.check(want, i.ID())
}

// refused is an error of a file's bytes: a *plan.FileError, but for what belongs elsewhere.
func refused(format string, err error) error {
	wrapped := fmt.Errorf(format, err)
	if foreign := (*ForeignError)(nil); errors.As(err, &foreign) || errors.Is(err, errNoPlan) {
		return wrapped
	}
	return &plan.FileError{Err: wrapped}
}

func versionError(v uint32) error {
	if v > version {
		return fmt.Errorf("has format version %d, this hecc reads %d: a newer hecc or another client wrote it; use that one, or make keys and requests again with this one", v, version)
	}
	return fmt.Errorf("has format version %d, this hecc reads %d: an older hecc wrote it; make keys and requests again with this one", v, version)
}

var (
	errNoPlan  = errors.New("cannot be read without a plan")
	errDamaged = errors.New("is truncated or damaged: its SHA-256 does not match")
)

// checkFormat looks at magic number and version.
func checkFormat(head []byte) error {
	if string(head[:8]) != magic {
		return fmt.Errorf("starts with %q, expected %q: not a file of hecc", head[:8], magic)
	}
	if v := binary.LittleEndian.Uint32(head[8:]); v != version {
		return versionError(v)
	}
	return nil
}

// parseHeader takes the first headBytes of a file.
func parseHeader(head []byte) (h header) {
	h.kind = kind(binary.LittleEndian.Uint32(head[12:]))
	copy(h.bind.Plan[:], head[16:])
	copy(h.bind.Key[:], head[48:])
	h.runs = binary.LittleEndian.Uint32(head[64:])
	h.samples = binary.LittleEndian.Uint32(head[68:])
	h.form = binary.LittleEndian.Uint32(head[72:])
	return h
}

func (h header) check(want kind, id plan.ID) error {
	switch {
	case h.kind == request && want == response:
		return fmt.Errorf("holds %s, expected %s: it is a request that the server has not yet computed; hecc run makes the response", h.kind, want)
	case h.kind != want:
		return fmt.Errorf("holds %s, expected %s", h.kind, want)
	case h.bind.Plan != id:
		return &ForeignError{"", h.bind, "", Binding{id, h.bind.Key}}
	case h.kind != request && h.kind != response && (h.runs != 0 || h.samples != 0):
		return fmt.Errorf("names samples, a key has none")
	case h.form > seededForm || h.form != 0 && h.kind != request:
		return fmt.Errorf("has form %d, which %s cannot have", h.form, want)
	}
	return nil
}
