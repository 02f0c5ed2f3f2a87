package wire

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"hecc/ir/plan"
)

const seededForm = 1

// Request is encrypted inputs: all samples of one call.
type Request struct {
	Binding
	Seeded bool // the uniform halves c1 are the expansion of Seed: then C1 is nil
	Seed   Seed
	Runs   []Run
}

// Response is encrypted outputs. Its runs are those of the request, in the same order.
type Response struct {
	Binding
	Runs []Run
}

// Run is what the server computes at once: the ciphertexts of the port's layout, and which samples of the
// call stand side by side in them.
type Run struct {
	Samples []int // the sample in each lane, from lane 0 on: numbers in the order of the caller
	Cts     []Ciphertext
}

// Ciphertext has degree 1, or 2 in responses without special primes (params.ResultDegree); else C2 is nil. Of a seeded request, item r·(ciphertexts of a run)+k of
// the seed is C1 of ciphertext k of run r.
type Ciphertext struct{ C0, C1, C2 Limbs }

// Count is how many samples there are.
func (r *Request) Count() int { return count(r.Runs) }

// Count is how many samples there are.
func (r *Response) Count() int { return count(r.Runs) }

func count(runs []Run) int {
	n := 0
	for _, r := range runs {
		n += len(r.Samples)
	}
	return n
}

// Check says whether the request has the shape that the plan takes.
func (r *Request) Check(i *plan.Interface) error {
	if r == nil || i == nil {
		return errors.New("no request or no plan")
	}
	return shapeOf(request, i).check(r.Runs, r.Seeded)
}

// Check says whether the response has the shape that the plan gives.
func (r *Response) Check(i *plan.Interface) error {
	if r == nil || i == nil {
		return errors.New("no response or no plan")
	}
	return shapeOf(response, i).check(r.Runs, false)
}

// CheckSamples says whether runs of at most so many lanes hold each sample from 0 on once.
func CheckSamples(runs [][]int, lanes int) error {
	n := 0
	for r, samples := range runs {
		if len(samples) < 1 || len(samples) > lanes {
			return fmt.Errorf("run %d holds %d samples, a run of this plan takes 1 to %d", r, len(samples), lanes)
		}
		n += len(samples)
	}
	seen := make([]bool, n)
	for r, samples := range runs {
		for _, s := range samples {
			if s < 0 || s >= n || seen[s] {
				return fmt.Errorf("run %d holds sample %d of %d, which is out of range or there twice", r, s, n)
			}
			seen[s] = true
		}
	}
	if n == 0 {
		return errors.New("there are no samples")
	}
	return nil
}

// shape is what a plan's port says about ciphertexts.
type shape struct {
	kind   kind
	moduli []uint64
	n, cts int
	lanes  int
	degree int
}

func shapeOf(k kind, i *plan.Interface) shape {
	port, degree := i.Input, 1
	if k == response {
		port, degree = i.Output, i.Params.ResultDegree()
	}
	return shape{k, i.Params.Q[:port.Level+1], i.Params.N(), port.Layout.Cts(), i.Lanes, degree}
}

func (s shape) check(runs []Run, seeded bool) error {
	for r := range runs {
		if got := len(runs[r].Cts); got != s.cts {
			return fmt.Errorf("run %d has %d ciphertexts, the plan has %d", r, got, s.cts)
		}
		for _, ct := range runs[r].Cts {
			err := checkLimbs(ct.C0, s.n, len(s.moduli))
			if err == nil && !(seeded && ct.C1 == nil) {
				err = checkLimbs(ct.C1, s.n, len(s.moduli))
			}
			if err == nil && s.degree == 2 {
				err = checkLimbs(ct.C2, s.n, len(s.moduli))
			}
			if err != nil {
				return fmt.Errorf("run %d: %w", r, err)
			}
		}
	}
	return CheckSamples(samplesOf(runs), s.lanes)
}

func samplesOf(runs []Run) [][]int {
	out := make([][]int, len(runs))
	for r := range runs {
		out[r] = runs[r].Samples
	}
	return out
}

// run is the number of bytes of the ciphertexts of one run.
func (s shape) run(seeded bool) int {
	polys := s.degree + 1
	if seeded {
		polys--
	}
	return s.cts * polys * polyBytes(s.n, s.moduli)
}

// size is the length of a file of so many full runs.
func (s shape) size(runs, samples int, seeded bool) int {
	size := headBytes + sha256.Size + tableBytes(runs, samples) + runs*s.run(seeded)
	if seeded {
		size += SeedBytes
	}
	return size
}

// tableBytes is the length of the table that says which samples are in which run.
func tableBytes(runs, samples int) int { return 4 * (runs + samples) }

// RequestSize is the length in bytes of a request of full runs, seeded if it was encrypted with the secret
// key.
func RequestSize(i *plan.Interface, runs int, seeded bool) int {
	return shapeOf(request, i).size(runs, runs*i.Lanes, seeded)
}

// ResponseSize is the length in bytes of a response of full runs.
func ResponseSize(i *plan.Interface, runs int) int {
	return shapeOf(response, i).size(runs, runs*i.Lanes, false)
}

// Encode writes a request that passes Check.
func (r *Request) Encode(i *plan.Interface) []byte {
	var seed []byte
	if r.Seeded {
		seed = r.Seed[:]
	}
	return shapeOf(request, i).encode(r.Binding, seed, r.Runs)
}

// Encode writes a response that passes Check.
func (r *Response) Encode(i *plan.Interface) []byte {
	return shapeOf(response, i).encode(r.Binding, nil, r.Runs)
}

func (s shape) encode(bind Binding, seed []byte, runs []Run) []byte {
	samples := count(runs)
	h := header{kind: s.kind, bind: bind, runs: uint32(len(runs)), samples: uint32(samples)}
	if seed != nil {
		h.form = seededForm
	}
	b := append(h.start(s.size(len(runs), samples, seed != nil)), seed...)
	for _, r := range runs {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(r.Samples)))
	}
	for _, r := range runs {
		for _, k := range r.Samples {
			b = binary.LittleEndian.AppendUint32(b, uint32(k))
		}
	}
	for _, r := range runs {
		for _, ct := range r.Cts {
			b = appendLimbs(b, s.moduli, ct.C0)
			b = appendLimbs(b, s.moduli, ct.C1)
			if s.degree == 2 {
				b = appendLimbs(b, s.moduli, ct.C2)
			}
		}
	}
	return seal(b)
}

// DecodeRequest reads encrypted inputs.
func DecodeRequest(file []byte, i *plan.Interface) (*Request, error) {
	h, seed, runs, err := decodeCiphertexts(file, request, i)
	if err != nil {
		return nil, err
	}
	return &Request{h.bind, h.form == seededForm, seed, runs}, nil
}

// DecodeResponse reads encrypted outputs.
func DecodeResponse(file []byte, i *plan.Interface) (*Response, error) {
	h, _, runs, err := decodeCiphertexts(file, response, i)
	if err != nil {
		return nil, err
	}
	return &Response{h.bind, runs}, nil
}

func decodeCiphertexts(file []byte, k kind, i *plan.Interface) (h header, seed Seed, runs []Run, err error) {
	h, body, err := open(file, k, i)
	if err != nil {
		return h, seed, nil, refused(k.String()+": the file %w", err)
	}
	s := shapeOf(k, i)
	r := &bodyReader{b: body, n: s.n}
	if h.form == seededForm && len(body) >= SeedBytes {
		seed = r.seed()
	}
	per, table := s.run(h.form == seededForm), tableBytes(int(h.runs), int(h.samples))
	if rest := len(r.b) - table; rest < 0 || rest%per != 0 || rest/per != int(h.runs) {
		return h, seed, nil, refused(k.String()+": %w", fmt.Errorf("the file names %d runs of %d bytes for %d samples and has %d bytes of them", h.runs, per, h.samples, len(r.b)))
	}
	samples, err := r.table(int(h.runs), int(h.samples), i.Lanes)
	if err != nil {
		return h, seed, nil, refused(k.String()+": %w", err)
	}
	for _, numbers := range samples {
		runs = append(runs, Run{numbers, s.read(r, h.form == seededForm)})
	}
	if r.err != nil {
		return h, seed, nil, refused(k.String()+": %w", r.err)
	}
	return h, seed, runs, nil
}

// table reads which samples are in which run.
func (r *bodyReader) table(runs, samples, lanes int) ([][]int, error) {
	counts := r.numbers(runs)
	left := r.numbers(samples)
	out := make([][]int, runs)
	for k, n := range counts {
		if n > len(left) {
			return nil, fmt.Errorf("run %d names %d samples, %d are left", k, n, len(left))
		}
		out[k], left = left[:n:n], left[n:]
	}
	if len(left) > 0 {
		return nil, fmt.Errorf("%d samples are in no run", len(left))
	}
	return out, CheckSamples(out, lanes)
}

// read takes one run off the body.
func (s shape) read(r *bodyReader, seeded bool) []Ciphertext {
	cts := make([]Ciphertext, s.cts)
	for k := range cts {
		cts[k].C0 = r.limbs(s.moduli)
		if !seeded {
			cts[k].C1 = r.limbs(s.moduli)
		}
		if s.degree == 2 {
			cts[k].C2 = r.limbs(s.moduli)
		}
	}
	return cts
}
