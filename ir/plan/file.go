package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"hecc/ir/he"
	"hecc/ir/tensor"
	"hecc/ir/text"
)

// Version of both file formats. A reader takes exactly this one: docs/formats.md says what is promised.
const Version = 8

const (
	Magic       = "HECCPLAN" // how a plan file starts
	ClientMagic = "HECCCLNT" // how a client file starts
)

// A file is: magic, version (u32), sections, SHA-256 of all before. A section is its
// length (u64) and its bytes. All numbers are little-endian.
//
// A client file has one section, the interface in JSON. A plan has the interface and
// three documents (circuit, imported, polynomial), each a text section, a section that
// counts the blobs, and a section for each blob; and last the costs, the fit and the choice in JSON.

// Seal gives a complete plan its identity: it puts the hash of the server's part into the interface, and
// fixes the interface's bytes, which Encode writes and ID hashes. After a change it must be called again, or
// Decode refuses what Encode writes.
func (p *Plan) Seal() {
	p.Interface.Circuit = hashText(p.encodeServer())
	p.Interface.fix(p.Interface.encode())
}

// Encode writes the plan file of a sealed plan.
func (p *Plan) Encode() []byte {
	return seal(Magic, append(section(nil, p.Interface.bytes()), p.encodeServer()...))
}

// Encode writes the client file.
func (i *Interface) Encode() []byte { return seal(ClientMagic, section(nil, i.bytes())) }

// hashText is the SHA-256 of bytes in hexadecimal.
func hashText(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func (p *Plan) encodeServer() []byte {
	var b []byte
	for _, d := range []*text.Document{p.Circuit.Document(), p.Imported.Document(), p.Polynomial.Document()} {
		body, blobs := d.Split()
		b = section(b, []byte(body))
		b = section(b, binary.LittleEndian.AppendUint64(nil, uint64(len(blobs))))
		for _, blob := range blobs {
			b = section(b, text.Bytes(blob))
		}
	}
	return section(section(section(b, p.Costs.Encode()), p.Fit.encode()), p.Choice.encode())
}

func section(b, content []byte) []byte {
	return append(binary.LittleEndian.AppendUint64(b, uint64(len(content))), content...)
}

func seal(magic string, body []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(magic), Version)
	b = append(b, body...)
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

// unseal checks frame and hash and returns the body.
func unseal(magic string, file []byte) ([]byte, error) {
	const head = len(Magic) + 4
	if len(file) < head+sha256.Size {
		return nil, fmt.Errorf("%d bytes are too few", len(file))
	}
	if string(file[:len(magic)]) != magic {
		return nil, fmt.Errorf("starts with %q, expected %q", file[:len(magic)], magic)
	}
	if v := binary.LittleEndian.Uint32(file[len(magic):]); v != Version {
		return nil, versionError(v)
	}
	body, sum := file[:len(file)-sha256.Size], file[len(file)-sha256.Size:]
	if want := sha256.Sum256(body); !bytes.Equal(sum, want[:]) {
		return nil, fmt.Errorf("is truncated or damaged: its SHA-256 does not match")
	}
	return body[head:], nil
}

func versionError(v uint32) error {
	if v > Version {
		return fmt.Errorf("has format version %d, this hecc reads %d: a newer hecc wrote it; use that one, or compile the model again with this one", v, Version)
	}
	return fmt.Errorf("has format version %d, this hecc reads %d: an older hecc wrote it; compile the model again with this one", v, Version)
}

// DecodeInterface reads a client file, or the client's part of a plan file.
func DecodeInterface(file []byte) (*Interface, error) {
	magic, kind := ClientMagic, "client file"
	if bytes.HasPrefix(file, []byte(Magic)) {
		magic, kind = Magic, "plan"
	}
	body, err := unseal(magic, file)
	if err != nil {
		return nil, &FileError{fmt.Errorf("%s %w", kind, err)}
	}
	r := reader{b: body}
	i, err := readInterface(&r)
	if err == nil && magic == ClientMagic {
		err = r.end()
	}
	if err != nil {
		return nil, &FileError{fmt.Errorf("%s: %w", kind, err)}
	}
	return i, nil
}

func readInterface(r *reader) (*Interface, error) {
	raw := r.section()
	if r.err != nil {
		return nil, r.err
	}
	if len(raw) > maxInterfaceBytes {
		return nil, fmt.Errorf("interface of %d bytes, at most %d are allowed", len(raw), maxInterfaceBytes)
	}
	i := new(Interface)
	if err := readJSON(raw, i); err != nil {
		return nil, fmt.Errorf("interface: %w", err)
	}
	i.fix(bytes.Clone(raw))
	return i, i.Check()
}

// Decode reads a plan file. The circuit it returns has passed its verifier and fits the interface.
func Decode(file []byte) (*Plan, error) {
	p, err := decode(file)
	if err != nil {
		return nil, &FileError{fmt.Errorf("plan: %w", err)}
	}
	return p, nil
}

func decode(file []byte) (*Plan, error) {
	body, err := unseal(Magic, file)
	if err != nil {
		return nil, err
	}
	r := &reader{b: body}
	i, err := readInterface(r)
	if err != nil {
		return nil, err
	}
	if hashText(r.b) != i.Circuit {
		return nil, fmt.Errorf("the server's part is not the one that the interface names")
	}
	p := &Plan{Interface: *i}
	if p.Circuit, err = readPart(r, he.FromDocument); err != nil {
		return nil, fmt.Errorf("circuit: %w", err)
	}
	if p.Imported, err = readPart(r, tensor.FromDocument); err != nil {
		return nil, fmt.Errorf("imported graph: %w", err)
	}
	if p.Polynomial, err = readPart(r, tensor.FromDocument); err != nil {
		return nil, fmt.Errorf("polynomial graph: %w", err)
	}
	costs, fit, choice := r.section(), r.section(), r.section()
	if err := r.end(); err != nil {
		return nil, err
	}
	if p.Costs, err = ParseCosts(costs); err != nil {
		return nil, err
	}
	if err := readJSON(fit, &p.Fit); err != nil {
		return nil, fmt.Errorf("fit: %w", err)
	}
	if err := readJSON(choice, &p.Choice); err != nil {
		return nil, fmt.Errorf("choice: %w", err)
	}
	return p, p.Check()
}

func readPart[T any](r *reader, from func(*text.Document) (T, error)) (T, error) {
	var none T
	body := r.section()
	blobs, err := r.blobs()
	if err != nil {
		return none, err
	}
	d, err := text.Join(string(body), blobs)
	if err != nil {
		return none, err
	}
	return from(d)
}

// reader takes sections off a byte slice; no length can make it allocate more than it holds.
type reader struct {
	b   []byte
	err error
}

func (r *reader) section() []byte {
	if r.err != nil {
		return nil
	}
	if len(r.b) < 8 || binary.LittleEndian.Uint64(r.b) > uint64(len(r.b)-8) {
		r.err = fmt.Errorf("a section runs past the end")
		return nil
	}
	n := binary.LittleEndian.Uint64(r.b)
	content := r.b[8 : 8+n]
	r.b = r.b[8+n:]
	return content
}

func (r *reader) blobs() ([]text.Blob, error) {
	count := r.section()
	if r.err == nil && len(count) != 8 {
		r.err = fmt.Errorf("a count of blobs has %d bytes", len(count))
	}
	if r.err != nil {
		return nil, r.err
	}
	var blobs []text.Blob
	for range binary.LittleEndian.Uint64(count) {
		raw := r.section()
		if r.err != nil {
			return nil, r.err
		}
		blob, err := text.Floats(raw)
		if err != nil {
			return nil, err
		}
		blobs = append(blobs, blob)
	}
	return blobs, nil
}

func (r *reader) end() error {
	if r.err == nil && len(r.b) > 0 {
		r.err = fmt.Errorf("%d bytes too many", len(r.b))
	}
	return r.err
}
