package wire

import (
	"crypto/sha256"
	"fmt"

	"hecc/ir/plan"
)

const seededForm = 1

// Ciphertexts is a request or a response: all samples of one call.
type Ciphertexts struct {
	Binding
	Seeded  bool // a request whose uniform halves c1 are the expansion of Seed: then C1 is nil
	Seed    Seed
	Samples [][]Ciphertext // per sample, or per run of a batch, the ciphertexts of the port's layout
	Last    int            // samples in the last run of a batch; 0 if it is full
}

// Count is how many samples there are.
func (c *Ciphertexts) Count(i *plan.Interface) int {
	count := len(c.Samples) * i.Lanes
	if c.Last > 0 {
		count -= i.Lanes - c.Last
	}
	return count
}

// Ciphertext has degree 1. Of a seeded request, item s·(ciphertexts per sample)+k of
// the seed is C1 of ciphertext k of sample s.
type Ciphertext struct{ C0, C1 Limbs }

// shape is what a plan's port says about ciphertexts.
type shape struct {
	kind   kind
	moduli []uint64
	n, cts int
}

func shapeOf(k kind, i *plan.Interface) shape {
	port := i.Input
	if k == response {
		port = i.Output
	}
	return shape{k, i.Params.Q[:port.Level+1], i.Params.N(), port.Layout.Cts()}
}

// sample is the number of bytes of one sample.
func (s shape) sample(seeded bool) int {
	halves := 2
	if seeded {
		halves = 1
	}
	return s.cts * halves * polyBytes(s.n, s.moduli)
}

func frameSize(seeded bool) int {
	if seeded {
		return headBytes + SeedBytes + sha256.Size
	}
	return headBytes + sha256.Size
}

// RequestSize is the length in bytes of a request, seeded if it was encrypted with the secret key.
func RequestSize(i *plan.Interface, samples int, seeded bool) int {
	return frameSize(seeded) + samples*shapeOf(request, i).sample(seeded)
}

// ResponseSize is the length in bytes of a response.
func ResponseSize(i *plan.Interface, samples int) int {
	return frameSize(false) + samples*shapeOf(response, i).sample(false)
}

// EncodeRequest writes encrypted inputs.
func (c *Ciphertexts) EncodeRequest(i *plan.Interface) []byte { return c.encode(shapeOf(request, i)) }

// EncodeResponse writes encrypted outputs.
func (c *Ciphertexts) EncodeResponse(i *plan.Interface) []byte { return c.encode(shapeOf(response, i)) }

func (c *Ciphertexts) encode(s shape) []byte {
	h := header{kind: s.kind, bind: c.Binding, samples: uint32(len(c.Samples)), last: uint32(c.Last)}
	size := len(c.Samples) * s.sample(c.Seeded)
	if c.Seeded {
		h.form = seededForm
		size += SeedBytes
	}
	b := h.start(size)
	if c.Seeded {
		b = append(b, c.Seed[:]...)
	}
	for _, cts := range c.Samples {
		for _, ct := range cts {
			b = appendLimbs(b, s.moduli, ct.C0)
			b = appendLimbs(b, s.moduli, ct.C1)
		}
	}
	return seal(b)
}

// DecodeRequest reads encrypted inputs.
func DecodeRequest(file []byte, i *plan.Interface) (*Ciphertexts, error) {
	return decodeCiphertexts(file, request, i)
}

// DecodeResponse reads encrypted outputs.
func DecodeResponse(file []byte, i *plan.Interface) (*Ciphertexts, error) {
	return decodeCiphertexts(file, response, i)
}

func decodeCiphertexts(file []byte, k kind, i *plan.Interface) (*Ciphertexts, error) {
	h, body, err := open(file, k, i.ID())
	if err != nil {
		return nil, fmt.Errorf("%s: the file %w", k, err)
	}
	s := shapeOf(k, i)
	if int64(h.last) >= int64(i.Lanes) {
		return nil, fmt.Errorf("%s: the file names %d samples in its last run, a run has %d", k, h.last, i.Lanes)
	}
	c := &Ciphertexts{Binding: h.bind, Seeded: h.form == seededForm, Last: int(h.last)}
	r := &bodyReader{b: body, n: s.n}
	if c.Seeded && len(body) >= SeedBytes {
		c.Seed = r.seed()
	}
	if per := s.sample(c.Seeded); h.samples == 0 || len(r.b)%per != 0 || uint64(len(r.b)/per) != uint64(h.samples) {
		return nil, fmt.Errorf("%s: the file names %d samples of %d bytes and has %d bytes of them", k, h.samples, per, len(r.b))
	}
	for range h.samples {
		c.Samples = append(c.Samples, s.read(r, c.Seeded))
	}
	if r.err != nil {
		return nil, fmt.Errorf("%s: %w", k, r.err)
	}
	return c, nil
}

// read takes one sample off the body.
func (s shape) read(r *bodyReader, seeded bool) []Ciphertext {
	cts := make([]Ciphertext, s.cts)
	for k := range cts {
		cts[k].C0 = r.limbs(s.moduli)
		if !seeded {
			cts[k].C1 = r.limbs(s.moduli)
		}
	}
	return cts
}
