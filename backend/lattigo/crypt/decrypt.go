package crypt

import (
	"fmt"

	"github.com/tuneinsight/lattigo/v5/ring"

	"hecc/backend/lattigo/encoding"
	"hecc/runtime/codec"
	"hecc/runtime/wire"
)

// Decryptor reads responses. Safe for concurrent use.
type Decryptor struct {
	key     *SecretKey
	encoder *encoding.Encoder
}

// Decryptor decrypts with the secret key.
func (k *SecretKey) Decryptor() *Decryptor {
	return &Decryptor{k, encoding.New(&k.plan.Params)}
}

// Decrypt gives the slots of each output ciphertext of each run.
func (d *Decryptor) Decrypt(response *wire.Response) ([]codec.Run, error) {
	if err := response.Check(d.key.plan); err != nil {
		return nil, err
	}
	if err := response.Match("the results", d.key.wire.Binding, "this secret key"); err != nil {
		return nil, err
	}
	var out []codec.Run
	for _, run := range response.Runs {
		decrypted := codec.Run{Samples: run.Samples}
		for _, ct := range run.Cts {
			decrypted.Slots = append(decrypted.Slots, d.at(ct, d.key.plan.Output.Level, d.key.plan.Output.Scale))
		}
		out = append(out, decrypted)
	}
	return out, nil
}

// Value decrypts what a run made on its way, at its level and scale there: for debugging, with a key that
// protects nothing, since such values tell more than results do. It checks that the polynomials have the
// level's limbs.
func (d *Decryptor) Value(ct *wire.Ciphertext, level int, scale float64) ([]float64, error) {
	if level < 0 || level > d.key.plan.Params.MaxLevel() || !(scale >= 1) {
		return nil, fmt.Errorf("no values at level %d and scale %v", level, scale)
	}
	for k, half := range [][][]uint64{ct.C0, ct.C1, ct.C2} {
		if (len(half) != level+1 || len(half[0]) != d.key.plan.Params.N()) && (k < 2 || half != nil) {
			return nil, fmt.Errorf("polynomial %d has %d limbs, level %d has %d of %d coefficients", k, len(half), level, level+1, d.key.plan.Params.N())
		}
	}
	return d.at(*ct, level, scale), nil
}

// at is the message c0 + c1·s + c2·s², decoded.
func (d *Decryptor) at(ct wire.Ciphertext, level int, scale float64) []float64 {
	ringQ := d.key.rings.RingQ.AtLevel(level)
	m := ringQ.NewPoly()
	if ct.C2 != nil {
		ringQ.MulCoeffsMontgomery(ring.Poly{Coeffs: ct.C2}, d.key.key.Value.Q, m)
	}
	ringQ.Add(m, ring.Poly{Coeffs: ct.C1}, m)
	ringQ.MulCoeffsMontgomery(m, d.key.key.Value.Q, m)
	ringQ.Add(m, ring.Poly{Coeffs: ct.C0}, m)
	ringQ.INTT(m, m)
	return d.encoder.Decode(m.Coeffs, ringQ.SubRings[:level+1], scale)
}
