package wire

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/plan"
)

// EvaluationKeys let the server rotate and relinearise; they tell it nothing.
type EvaluationKeys struct {
	Binding
	Seed Seed        // of all halves a: item k of the seed is for key k
	Keys []SwitchKey // the relinearisation key if the plan has one, then the rotations in its order
}

// SwitchKey holds the half b for each digit, modulo SwitchModuli.
type SwitchKey []Limbs

// Check says whether these are the keys that the plan asks for, each in its shape.
func (k *EvaluationKeys) Check(i *plan.Interface) error {
	if k == nil || i == nil {
		return errors.New("no keys or no plan")
	}
	levels := KeyLevels(i)
	if len(k.Keys) != len(levels) {
		return fmt.Errorf("%d keys, the plan asks for %d", len(k.Keys), len(levels))
	}
	for j, level := range levels {
		if want := i.Params.Digits(level); len(k.Keys[j]) != want {
			return fmt.Errorf("key %d has %d digits, the plan asks for %d", j, len(k.Keys[j]), want)
		}
		for _, digit := range k.Keys[j] {
			if err := checkLimbs(digit, i.Params.N(), level+1+len(i.Params.P)); err != nil {
				return fmt.Errorf("key %d: %w", j, err)
			}
		}
	}
	return nil
}

// KeyLevels lists the level of each key that the plan asks for, in the order of EvaluationKeys.Keys.
func KeyLevels(i *plan.Interface) []int {
	var levels []int
	if i.Keys.Relin != he.NoKey {
		levels = append(levels, i.Keys.Relin)
	}
	for _, k := range i.Keys.Rotations {
		levels = append(levels, k.Level)
	}
	return levels
}

// SwitchModuli are the moduli of a switching key: Q to the key's level, then all of P.
func SwitchModuli(p *params.Params, level int) []uint64 {
	q := p.Q[:level+1]
	return append(q[:len(q):len(q)], p.P...)
}

// EvaluationKeysSize is the length in bytes of the plan's evaluation keys.
func EvaluationKeysSize(i *plan.Interface) int {
	size := headBytes + SeedBytes + sha256.Size
	for _, level := range KeyLevels(i) {
		size += KeySize(i, level)
	}
	return size
}

// KeySize is what a key at a level takes of that.
func KeySize(i *plan.Interface, level int) int {
	return i.Params.Digits(level) * polyBytes(i.Params.N(), SwitchModuli(&i.Params, level))
}

// Encode writes the file.
func (k *EvaluationKeys) Encode(i *plan.Interface) []byte {
	b := header{kind: evaluationKeys, bind: k.Binding}.start(EvaluationKeysSize(i) - headBytes - sha256.Size)
	b = append(b, k.Seed[:]...)
	levels := KeyLevels(i)
	for j, key := range k.Keys {
		for _, digit := range key {
			b = appendLimbs(b, SwitchModuli(&i.Params, levels[j]), digit)
		}
	}
	return seal(b)
}

// DecodeEvaluationKeys reads the file: exactly the keys that the plan asks for.
func DecodeEvaluationKeys(file []byte, i *plan.Interface) (*EvaluationKeys, error) {
	h, body, err := open(file, evaluationKeys, i)
	if err == nil {
		err = checkLength(body, EvaluationKeysSize(i)-headBytes-sha256.Size)
	}
	if err != nil {
		return nil, refused("evaluation keys: the file %w", err)
	}
	r := &bodyReader{b: body, n: i.Params.N()}
	k := &EvaluationKeys{Binding: h.bind, Seed: r.seed()}
	for _, level := range KeyLevels(i) {
		key := make(SwitchKey, i.Params.Digits(level))
		for d := range key {
			key[d] = r.limbs(SwitchModuli(&i.Params, level))
		}
		k.Keys = append(k.Keys, key)
	}
	if r.err != nil {
		return nil, refused("evaluation keys: %w", r.err)
	}
	return k, nil
}
