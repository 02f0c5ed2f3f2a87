package crypt

import (
	"crypto/rand"

	"github.com/tuneinsight/lattigo/v5/ring"
	"github.com/tuneinsight/lattigo/v5/ring/ringqp"

	lattigo "hecc/backend/lattigo/params"
	"hecc/ir/plan"
	"hecc/runtime/wire"
)

// publicEncryptor makes encryptions of zero from a public key (b, a): (u·b + e0, u·a + e1) / P for a fresh
// ternary u. It does what Lattigo's encryptor does with another sampler for u: see ternary.go.
type publicEncryptor struct {
	qp       ringqp.Ring // the input's limbs and the first special prime
	b, a     ringqp.Poly // NTT domain, Montgomery form
	errors   ring.Sampler
	extender *ring.BasisExtender
}

func newPublicEncryptor(i *plan.Interface, rings *lattigo.Rings, k *wire.PublicKey) (*publicEncryptor, error) {
	qp := rings.AtLevel(i.Input.Level, 0)
	sampler, err := ring.NewSampler(rand.Reader, qp.RingQ, errorDistribution, false)
	if err != nil {
		return nil, err
	}
	a := qp.NewPoly()
	rings.Uniform(k.Seed, 0).Read(i.Input.Level, 0, a)
	last := len(k.B) - 1
	return &publicEncryptor{
		qp:       qp,
		b:        ringqp.Poly{Q: ring.Poly{Coeffs: k.B[:last]}, P: ring.Poly{Coeffs: k.B[last:]}},
		a:        a,
		errors:   sampler.AtLevel(i.Input.Level),
		extender: ring.NewBasisExtender(rings.RingQ, rings.RingP),
	}, nil
}

// zero makes a fresh encryption of zero in the NTT domain.
func (p *publicEncryptor) zero() wire.Ciphertext {
	u := p.ternary()
	p.qp.NTT(u, u)
	return wire.Ciphertext{C0: p.half(u, p.b), C1: p.half(u, p.a)}
}

func (p *publicEncryptor) ternary() ringqp.Poly {
	coeffs, err := sampleTernary(rand.Reader, p.qp.N())
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	u := p.qp.NewPoly()
	setSigned(coeffs, p.qp.RingQ.SubRings[:p.qp.RingQ.Level()+1], u.Q.Coeffs)
	setSigned(coeffs, p.qp.RingP.SubRings[:1], u.P.Coeffs)
	return u
}

// half is (u·key + e) / P.
func (p *publicEncryptor) half(u, key ringqp.Poly) wire.Limbs {
	h, e := p.qp.NewPoly(), p.qp.NewPoly()
	p.qp.MulCoeffsMontgomery(u, key, h)
	p.qp.INTT(h, h)
	p.errors.Read(e.Q)
	p.qp.ExtendBasisSmallNormAndCenter(e.Q, 0, e.Q, e.P)
	p.qp.Add(h, e, h)
	p.extender.ModDownQPtoQ(p.qp.RingQ.Level(), 0, h.Q, h.P, h.Q)
	p.qp.RingQ.NTT(h.Q, h.Q)
	return h.Q.Coeffs
}
