package crypt

import (
	"fmt"

	"github.com/tuneinsight/lattigo/v5/core/rlwe"
	"github.com/tuneinsight/lattigo/v5/ring"

	"hecc/backend/lattigo/encoding"
	lattigo "hecc/backend/lattigo/params"
	"hecc/ir/plan"
	"hecc/runtime/codec"
	"hecc/runtime/wire"
)

// Encryptor turns the slots of samples into requests. It has buffers: one goroutine at a time.
type Encryptor struct {
	plan    *plan.Interface
	rings   *lattigo.Rings
	encoder *encoding.Encoder
	bind    wire.Binding
	public  *publicEncryptor // or nil, and then
	secret  *SecretKey
}

// Encryptor encrypts with the secret key: the ciphertexts have half the size and the
// least noise.
func (k *SecretKey) Encryptor() *Encryptor {
	return &Encryptor{k.plan, k.rings, encoding.New(&k.plan.Params), k.wire.Binding, nil, k}
}

// NewPublicEncryptor encrypts with a public key that was read from a file.
func NewPublicEncryptor(i *plan.Interface, k *wire.PublicKey) (*Encryptor, error) {
	if err := k.Check(i); err != nil {
		return nil, fmt.Errorf("public key: %w", err)
	}
	if err := i.Check(); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	rings, err := lattigo.New(&i.Params)
	if err != nil {
		return nil, err
	}
	public, err := newPublicEncryptor(i, rings, k)
	if err != nil {
		return nil, err
	}
	return &Encryptor{i, rings, encoding.New(&i.Params), k.Binding, public, nil}, nil
}

// Encrypt makes a request of runs.
func (e *Encryptor) Encrypt(runs []codec.Run) (*wire.Request, error) {
	if err := e.check(runs); err != nil {
		return nil, err
	}
	out := &wire.Request{Binding: e.bind, Seeded: e.public == nil}
	if out.Seeded {
		var err error
		if out.Seed, err = freshSeed(); err != nil {
			return nil, err
		}
	}
	for r, run := range runs {
		encrypted := wire.Run{Samples: run.Samples}
		for k, slots := range run.Slots {
			ct, err := e.one(slots, out.Seed, r*len(run.Slots)+k)
			if err != nil {
				return nil, fmt.Errorf("run %d: %w", r, err)
			}
			encrypted.Cts = append(encrypted.Cts, ct)
		}
		out.Runs = append(out.Runs, encrypted)
	}
	return out, nil
}

// check says whether the plan takes the runs.
func (e *Encryptor) check(runs []codec.Run) error {
	samples := make([][]int, len(runs))
	for r, run := range runs {
		samples[r] = run.Samples
		if want := e.plan.Input.Layout.Cts(); len(run.Slots) != want {
			return fmt.Errorf("run %d has the slots of %d ciphertexts, the plan takes %d", r, len(run.Slots), want)
		}
		for _, slots := range run.Slots {
			if want := e.plan.Params.Slots(); len(slots) != want {
				return fmt.Errorf("run %d has a ciphertext of %d slots, the plan takes %d", r, len(slots), want)
			}
		}
	}
	return wire.CheckSamples(samples, e.plan.Lanes)
}

// one encrypts the slots of one ciphertext, which is item index of the seed.
func (e *Encryptor) one(slots []float64, seed wire.Seed, index int) (wire.Ciphertext, error) {
	level := e.plan.Input.Level
	ringQ := e.rings.RingQ.AtLevel(level)
	message := ringQ.NewPoly()
	e.encoder.Encode(slots, e.plan.Input.Scale, ringQ.SubRings[:level+1], message.Coeffs)
	var ct wire.Ciphertext
	if e.public != nil {
		ct = e.public.zero()
	} else {
		zero := rlwe.NewCiphertext(e.secret.rlwe, 1, level)
		zero.IsNTT = true
		enc := rlwe.NewEncryptor(e.secret.rlwe, e.secret.key).WithPRNG(lattigo.Stream(seed, index))
		if err := enc.EncryptZero(zero); err != nil {
			return ct, err
		}
		ct.C0 = zero.Value[0].Coeffs
	}
	ringQ.Add(ring.Poly{Coeffs: ct.C0}, message, ring.Poly{Coeffs: ct.C0})
	return ct, nil
}
