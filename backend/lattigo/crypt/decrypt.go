package crypt

import (
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
			decrypted.Slots = append(decrypted.Slots, d.one(ct))
		}
		out = append(out, decrypted)
	}
	return out, nil
}

// one is the message c0 + c1·s + c2·s², decoded.
func (d *Decryptor) one(ct wire.Ciphertext) []float64 {
	port := d.key.plan.Output
	ringQ := d.key.rings.RingQ.AtLevel(port.Level)
	m := ringQ.NewPoly()
	if ct.C2 != nil {
		ringQ.MulCoeffsMontgomery(ring.Poly{Coeffs: ct.C2}, d.key.key.Value.Q, m)
	}
	ringQ.Add(m, ring.Poly{Coeffs: ct.C1}, m)
	ringQ.MulCoeffsMontgomery(m, d.key.key.Value.Q, m)
	ringQ.Add(m, ring.Poly{Coeffs: ct.C0}, m)
	ringQ.INTT(m, m)
	return d.encoder.Decode(m.Coeffs, ringQ.SubRings[:port.Level+1], port.Scale)
}
