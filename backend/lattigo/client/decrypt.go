package client

import (
	"fmt"

	"github.com/tuneinsight/lattigo/v5/ring"

	"hecc/backend/lattigo/encoding"
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

// Decrypt gives the slots of each output ciphertext of each sample.
func (d *Decryptor) Decrypt(response *wire.Ciphertexts) ([][][]float64, error) {
	if err := response.Match("the results", d.key.wire.Binding, "this secret key"); err != nil {
		return nil, err
	}
	var out [][][]float64
	for s, cts := range response.Samples {
		if len(cts) != d.key.plan.Output.Layout.Cts() {
			return nil, fmt.Errorf("sample %d has %d ciphertexts, the plan gives %d", s, len(cts), d.key.plan.Output.Layout.Cts())
		}
		var slots [][]float64
		for _, ct := range cts {
			slots = append(slots, d.one(ct))
		}
		out = append(out, slots)
	}
	return out, nil
}

// one is the message c0 + c1·s, decoded.
func (d *Decryptor) one(ct wire.Ciphertext) []float64 {
	port := d.key.plan.Output
	ringQ := d.key.rings.RingQ.AtLevel(port.Level)
	m := ringQ.NewPoly()
	ringQ.MulCoeffsMontgomery(ring.Poly{Coeffs: ct.C1}, d.key.key.Value.Q, m)
	ringQ.Add(m, ring.Poly{Coeffs: ct.C0}, m)
	ringQ.INTT(m, m)
	return d.encoder.Decode(m.Coeffs, ringQ.SubRings[:port.Level+1], port.Scale)
}
