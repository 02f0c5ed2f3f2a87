package wire

import (
	"crypto/sha256"
	"errors"
	"hash"
	"io"

	"hecc/ir/plan"
)

// KeyWriter writes a file of evaluation keys digit by digit, with the memory of one digit: the bytes of
// EvaluationKeys.Encode.
type KeyWriter struct {
	w      io.Writer
	hash   hash.Hash
	moduli [][]uint64 // of each digit that is still to come
	n      int        // ring degree
}

// NewKeyWriter writes how the file begins.
func NewKeyWriter(w io.Writer, i *plan.Interface, bind Binding, seed Seed) (*KeyWriter, error) {
	k := &KeyWriter{w: w, hash: sha256.New(), n: i.Params.N(), moduli: digitModuli(i)}
	return k, k.write(append(header{kind: evaluationKeys, bind: bind}.start(SeedBytes), seed[:]...))
}

// digitModuli lists the moduli of each digit of each key.
func digitModuli(i *plan.Interface) (moduli [][]uint64) {
	for _, level := range KeyLevels(i) {
		for range i.Params.Digits(level) {
			moduli = append(moduli, SwitchModuli(&i.Params, level))
		}
	}
	return moduli
}

func (k *KeyWriter) write(b []byte) error {
	k.hash.Write(b)
	_, err := k.w.Write(b)
	return err
}

// Write writes the half b of the next digit, in the order of EvaluationKeys.Keys.
func (k *KeyWriter) Write(digit Limbs) error {
	if len(k.moduli) == 0 {
		return errors.New("evaluation keys: a digit more than the plan asks for")
	}
	moduli := k.moduli[0]
	if err := checkLimbs(digit, k.n, len(moduli)); err != nil {
		return err
	}
	k.moduli = k.moduli[1:]
	return k.write(appendLimbs(make([]byte, 0, polyBytes(k.n, moduli)), moduli, digit))
}

// Close ends the file with its hash. It does not close the underlying writer.
func (k *KeyWriter) Close() error {
	if len(k.moduli) > 0 {
		return errors.New("evaluation keys: fewer digits than the plan asks for")
	}
	_, err := k.w.Write(k.hash.Sum(nil))
	return err
}
