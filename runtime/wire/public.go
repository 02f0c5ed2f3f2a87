package wire

import (
	"errors"

	"hecc/ir/plan"
)

// PublicKey encrypts at the input's level and below.
type PublicKey struct {
	Binding
	Seed Seed  // of the half a
	B    Limbs // modulo PublicModuli
}

// Check says whether the key has the shape that the plan asks for.
func (k *PublicKey) Check(i *plan.Interface) error {
	if k == nil || i == nil {
		return errors.New("no key or no plan")
	}
	if err := CheckPublic(i); err != nil {
		return err
	}
	if i.Input.Level < 0 || i.Input.Level >= len(i.Params.Q) {
		return errors.New("the plan has no moduli for it")
	}
	return checkLimbs(k.B, i.Params.N(), len(PublicModuli(i)))
}

var errNoPublicKey = errors.New("the plan has no special primes, and so no public key: encrypt with the secret key, or compile with a --target-error that takes a larger ring")

// CheckPublic is an error for a plan that has no public key.
func CheckPublic(i *plan.Interface) error {
	if len(i.Params.P) == 0 {
		return errNoPublicKey
	}
	return nil
}

// PublicModuli are the moduli of a public key: the input's limbs and the first special
// prime, by which an encryption is divided to shed its noise.
func PublicModuli(i *plan.Interface) []uint64 {
	q := i.Params.Q[:i.Input.Level+1]
	return append(q[:len(q):len(q)], i.Params.P[0])
}

// Encode writes the file.
func (k *PublicKey) Encode(i *plan.Interface) []byte {
	moduli := PublicModuli(i)
	b := header{kind: publicKey, bind: k.Binding}.start(SeedBytes + polyBytes(i.Params.N(), moduli))
	return seal(appendLimbs(append(b, k.Seed[:]...), moduli, k.B))
}

// DecodePublicKey reads the file.
func DecodePublicKey(file []byte, i *plan.Interface) (*PublicKey, error) {
	if i != nil && CheckPublic(i) != nil {
		return nil, refused("public key: %w", errNoPublicKey)
	}
	h, body, err := open(file, publicKey, i)
	if err == nil {
		err = checkLength(body, SeedBytes+polyBytes(i.Params.N(), PublicModuli(i)))
	}
	if err != nil {
		return nil, refused("public key: the file %w", err)
	}
	r := &bodyReader{b: body, n: i.Params.N()}
	k := &PublicKey{Binding: h.bind, Seed: r.seed(), B: r.limbs(PublicModuli(i))}
	if r.err != nil {
		return nil, refused("public key: %w", r.err)
	}
	return k, nil
}
