package crypt

import (
	"io"
	"runtime"
	"slices"
	"sync"

	"github.com/tuneinsight/lattigo/v5/core/rlwe"
	"github.com/tuneinsight/lattigo/v5/ring/ringqp"

	lattigo "hecc/backend/lattigo/params"
	"hecc/ir/he"
	"hecc/runtime/wire"
)

// PublicKey makes a public key, with which anyone can encrypt inputs of the plan.
func (k *SecretKey) PublicKey() (*wire.PublicKey, error) {
	if err := wire.CheckPublic(k.plan); err != nil {
		return nil, err
	}
	seed, err := freshSeed()
	if err != nil {
		return nil, err
	}
	level := k.plan.Input.Level
	qp := k.rings.AtLevel(level, 0)
	b := rlwe.Element[ringqp.Poly]{
		MetaData: &rlwe.MetaData{CiphertextMetaData: rlwe.CiphertextMetaData{IsNTT: true, IsMontgomery: true}},
		Value:    []ringqp.Poly{qp.NewPoly(), qp.NewPoly()},
	}
	enc := rlwe.NewEncryptor(k.rlwe, k.key).WithPRNG(lattigo.Stream(seed, 0))
	if err := enc.EncryptZero(b); err != nil {
		return nil, err
	}
	return &wire.PublicKey{Binding: k.wire.Binding, Seed: seed, B: limbs(b.Value[0])}, nil
}

// EvaluationKeys makes exactly the keys that the plan asks for, each at its level.
func (k *SecretKey) EvaluationKeys() (*wire.EvaluationKeys, error) {
	seed, err := freshSeed()
	if err != nil {
		return nil, err
	}
	levels := wire.KeyLevels(k.plan)
	return &wire.EvaluationKeys{Binding: k.wire.Binding, Seed: seed, Keys: k.switchKeys(seed, levels, 0)}, nil
}

// WriteEvaluationKeys makes fresh evaluation keys and writes their file as it goes, with the memory of one
// key for each processor.
func (k *SecretKey) WriteEvaluationKeys(w io.Writer) error {
	seed, err := freshSeed()
	if err != nil {
		return err
	}
	file, err := wire.NewKeyWriter(w, k.plan, k.wire.Binding, seed)
	if err != nil {
		return err
	}
	first := 0
	for levels := range slices.Chunk(wire.KeyLevels(k.plan), runtime.GOMAXPROCS(0)) {
		for _, key := range k.switchKeys(seed, levels, first) {
			for _, digit := range key {
				if err := file.Write(digit); err != nil {
					return err
				}
			}
		}
		first += len(levels)
	}
	return file.Close()
}

// switchKeys makes keys of some levels on all processors; the first of them has a number in the plan.
func (k *SecretKey) switchKeys(seed lattigo.Seed, levels []int, first int) []wire.SwitchKey {
	keys := make([]wire.SwitchKey, len(levels))
	next := make(chan int)
	var done sync.WaitGroup
	for range min(len(levels), runtime.GOMAXPROCS(0)) {
		done.Go(func() {
			gen := rlwe.NewKeyGenerator(k.rlwe)
			for i := range next {
				gen.Encryptor = gen.WithPRNG(lattigo.Stream(seed, first+i))
				keys[i] = k.switchKey(gen, first+i, levels[i])
			}
		})
	}
	for i := range levels {
		next <- i
	}
	close(next)
	done.Wait()
	return keys
}

// switchKey makes key number i of the plan: the relinearisation key or a rotation's.
func (k *SecretKey) switchKey(gen *rlwe.KeyGenerator, i, level int) wire.SwitchKey {
	at := rlwe.EvaluationKeyParameters{LevelQ: &level}
	if k.plan.Keys.Relin != he.NoKey {
		if i == 0 {
			return digits(gen.GenRelinearizationKeyNew(k.key, at).GadgetCiphertext)
		}
		i--
	}
	by := k.plan.Keys.Rotations[i].By
	galois := lattigo.GaloisElement(by, k.rings.RingQ.NthRoot())
	return digits(gen.GenGaloisKeyNew(galois, k.key, at).GadgetCiphertext)
}

// digits takes the halves b off a key.
func digits(key rlwe.GadgetCiphertext) wire.SwitchKey {
	var out wire.SwitchKey
	for _, digit := range key.Value {
		out = append(out, limbs(digit[0][0]))
	}
	return out
}

// limbs lists the limbs modulo Q and then those modulo P.
func limbs(p ringqp.Poly) wire.Limbs {
	return append(append(wire.Limbs(nil), p.Q.Coeffs...), p.P.Coeffs...)
}
