package remote

import (
	"bytes"
	"context"
	"errors"
	"net/http"

	"hecc/ir/diag"
	"hecc/runtime/client"
)

const octets = "application/octet-stream"

// Infer encrypts samples, has the service compute, and decrypts the answers, in the order of the samples. It
// sends as many at a time as the service takes. A sample that cannot be encrypted, or that lies outside the
// plan's range, is a *client.SampleError.
func (p *Plan) Infer(ctx context.Context, samples [][]float64) ([]*client.Result, error) {
	if len(samples) == 0 {
		return nil, diag.Reason("there are no samples").Cure("give at least one")
	}
	if p.batchItems > 0 && len(samples) > (leastBatch-1)*p.lanes {
		return p.inBatches(ctx, samples)
	}
	at := len(samples)
	for at > 1 && p.client.RequestBytes(at) > p.most {
		at = (at + 1) / 2
	}
	var results []*client.Result
	for from := 0; from < len(samples); from += at {
		p.tell("computing", int64(from), int64(len(samples)))
		some := samples[from:min(from+at, len(samples))]
		request, err := p.encrypt(some)
		if err != nil {
			return nil, shifted(err, from)
		}
		of, err := p.compute(ctx, request, len(some))
		if err != nil {
			return nil, err
		}
		results = append(results, of...)
	}
	return results, nil
}

// encrypt makes a request.
func (p *Plan) encrypt(samples [][]float64) ([]byte, error) {
	r, err := p.keys.Encrypt(samples)
	if err != nil {
		return nil, err
	}
	var request bytes.Buffer
	_, err = r.WriteTo(&request)
	return request.Bytes(), err
}

// decrypt reads a response to so many samples.
func (p *Plan) decrypt(answer []byte, samples int) ([]*client.Result, error) {
	response, err := p.client.ReadResponse(bytes.NewReader(answer))
	if err != nil {
		return nil, diag.Wrap("the answer of %s: %w", p.service.base, err).Cure("try again; if it stays so, tell whoever runs the service: its answer is not that of this plan for these keys")
	}
	results, err := p.keys.Decrypt(response)
	if err == nil && len(results) != samples {
		err = diag.Reason("%s answers %d samples of %d", p.service.base, len(results), samples).Cure("tell whoever runs the service: it does not compute what it is asked for")
	}
	return results, err
}

// shifted counts a sample from the first of all.
func shifted(err error, from int) error {
	if of := (*client.SampleError)(nil); errors.As(err, &of) {
		return &client.SampleError{Sample: of.Sample + from, Err: of.Err}
	}
	return err
}

// compute sends a request of so many samples.
func (p *Plan) compute(ctx context.Context, request []byte, samples int) (results []*client.Result, err error) {
	var answer []byte
	err = p.withKeys(ctx, func(set string) (err error) {
		answer, err = p.post(ctx, set, request, samples)
		return err
	})
	if err != nil {
		return nil, err
	}
	return p.decrypt(answer, samples)
}

// withKeys does something with a key set. If the service has lost the keys they are sent once more.
func (p *Plan) withKeys(ctx context.Context, do func(set string) error) error {
	err := do(p.keySet())
	if of := (*Problem)(nil); errors.As(err, &of) && (of.Name() == "unknown-keyset" || of.Name() == "damaged-keyset") {
		if of.Name() == "damaged-keyset" {
			if err := p.Forget(ctx); err != nil {
				return err
			}
		}
		var set string
		if set, err = p.connect(ctx); err == nil {
			err = do(set)
		}
	}
	return err
}

func (p *Plan) post(ctx context.Context, set string, request []byte, samples int) ([]byte, error) {
	return p.service.send(ctx, ask{method: http.MethodPost, path: "/v1/plans/" + p.ID() + "/inferences?keyset=" + set, kind: octets, body: request, most: p.client.ResponseBytes(samples)})
}
