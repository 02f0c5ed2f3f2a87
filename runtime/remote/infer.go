package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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
	at := len(samples)
	for at > 1 && p.client.RequestBytes(at) > p.most {
		at = (at + 1) / 2
	}
	var results []*client.Result
	for from := 0; from < len(samples); from += at {
		p.tell("computing", int64(from), int64(len(samples)))
		some := samples[from:min(from+at, len(samples))]
		r, err := p.keys.Encrypt(some)
		if err != nil {
			return nil, shifted(err, from)
		}
		var request bytes.Buffer
		if _, err := r.WriteTo(&request); err != nil {
			return nil, err
		}
		of, err := p.compute(ctx, request.Bytes(), len(some))
		if err != nil {
			return nil, err
		}
		results = append(results, of...)
	}
	return results, nil
}

// shifted counts a sample from the first of all.
func shifted(err error, from int) error {
	if of := (*client.SampleError)(nil); errors.As(err, &of) {
		return &client.SampleError{Sample: of.Sample + from, Err: of.Err}
	}
	return err
}

// compute sends a request of so many samples. If the service has lost the keys they are sent once more.
func (p *Plan) compute(ctx context.Context, request []byte, samples int) ([]*client.Result, error) {
	set := p.keySet()
	answer, err := p.post(ctx, set, request, samples)
	if of := (*Problem)(nil); errors.As(err, &of) && (of.Name() == "unknown-keyset" || of.Name() == "damaged-keyset") {
		if of.Name() == "damaged-keyset" {
			if err := p.Forget(ctx); err != nil {
				return nil, err
			}
		}
		if set, err = p.connect(ctx); err == nil {
			answer, err = p.post(ctx, set, request, samples)
		}
	}
	if err != nil {
		return nil, err
	}
	response, err := p.client.ReadResponse(bytes.NewReader(answer))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.service.base, diag.Wrap(err).Cure("try again; if it stays so, tell whoever runs the service: its answer is not that of this plan for these keys"))
	}
	results, err := p.keys.Decrypt(response)
	if err == nil && len(results) != samples {
		err = diag.Reason("%s answers %d samples of %d", p.service.base, len(results), samples).Cure("tell whoever runs the service: it does not compute what it is asked for")
	}
	return results, err
}

func (p *Plan) post(ctx context.Context, set string, request []byte, samples int) ([]byte, error) {
	return p.service.send(ctx, ask{method: http.MethodPost, path: "/v1/plans/" + p.ID() + "/inferences?keyset=" + set, kind: octets, body: request, most: p.client.ResponseBytes(samples)})
}
