package wire

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"

	"hecc/ir/plan"
)

// KeyReader reads a file of evaluation keys digit by digit, with the memory of one limb. What it gives out is
// not known to be whole before Close.
type KeyReader struct {
	Binding
	Seed Seed

	r      io.Reader
	hash   hash.Hash
	moduli [][]uint64 // of each digit that is still to come
	n      int        // ring degree
	buffer []byte
	bad    error // a coefficient that is none; the hash says first whether the file is damaged
}

// NewKeyReader reads how the file begins. The error is a *ForeignError if it was made for another plan, a
// *plan.FileError for what is no such file, or r's own.
func NewKeyReader(r io.Reader, i *plan.Interface) (*KeyReader, error) {
	if i == nil {
		return nil, keysError(errNoPlan)
	}
	k := &KeyReader{r: r, hash: sha256.New(), n: i.Params.N(), moduli: digitModuli(i)}
	head, err := k.read(headBytes + SeedBytes)
	if err != nil {
		return nil, err
	}
	if err := checkFormat(head); err != nil {
		return nil, keysError(err)
	}
	h := parseHeader(head)
	if err := h.check(evaluationKeys, i.ID()); err != nil {
		return nil, keysError(err)
	}
	k.Binding = h.bind
	copy(k.Seed[:], head[headBytes:])
	return k, nil
}

func keysError(err error) error { return refused("evaluation keys: the file %w", err) }

// read takes so many bytes, valid until the next call, and adds them to the hash.
func (k *KeyReader) read(size int) ([]byte, error) {
	if len(k.buffer) < size {
		k.buffer = make([]byte, size)
	}
	b := k.buffer[:size]
	if _, err := io.ReadFull(k.r, b); err != nil {
		return nil, readError(err)
	}
	k.hash.Write(b)
	return b, nil
}

// readError tells a file that ends too early from one that cannot be read.
func readError(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return keysError(errors.New("is truncated: it ends before the keys that the plan asks for"))
	}
	return fmt.Errorf("evaluation keys: the file cannot be read: %w", err)
}

// Next reads the half b of the next digit, in the order of EvaluationKeys.Keys, into limbs of SwitchModuli.
// After the last one it gives io.EOF.
func (k *KeyReader) Next(out Limbs) error {
	if len(k.moduli) == 0 {
		return io.EOF
	}
	moduli := k.moduli[0]
	if err := checkLimbs(out, k.n, len(moduli)); err != nil {
		return err
	}
	k.moduli = k.moduli[1:]
	for i, q := range moduli {
		b, err := k.read(k.n * width(q))
		if err != nil {
			return err
		}
		if err := readLimb(out[i], b, i, q); err != nil && k.bad == nil {
			k.bad = err
		}
	}
	if k.bad != nil {
		return k.Close()
	}
	return nil
}

// Close reads what is left and says whether the file is whole: its hash, its end, and each coefficient. It
// does not close the underlying reader.
func (k *KeyReader) Close() error {
	for _, moduli := range k.moduli {
		for _, q := range moduli {
			if _, err := k.read(k.n * width(q)); err != nil {
				return err
			}
		}
	}
	k.moduli = nil
	want := k.hash.Sum(nil)
	got, err := k.read(sha256.Size)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, want) {
		return keysError(errDamaged)
	}
	if n, err := io.ReadFull(k.r, make([]byte, 1)); n > 0 {
		return keysError(errors.New("goes on behind the keys that the plan asks for"))
	} else if err != io.EOF {
		return readError(err)
	}
	if k.bad != nil {
		return refused("evaluation keys: %w", k.bad)
	}
	return nil
}
