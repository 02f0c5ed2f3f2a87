package remote

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"time"

	"hecc/ir/diag"
	"hecc/runtime/client"
)

// leastBatch is how many runs make a batch worth while: fewer are answered sooner one by one.
const leastBatch = 32

// inBatches has samples computed as batches, a run in each item, so that they spread over all workers that the
// service has, and a service that ends meanwhile goes on with them.
func (p *Plan) inBatches(ctx context.Context, samples [][]float64) (results []*client.Result, err error) {
	most := p.batchItems * p.lanes
	for len(results) < len(samples) {
		from := len(results)
		b := &sending{plan: p, from: from, total: len(samples), samples: samples[from:min(from+most, len(samples))]}
		some, err := b.compute(ctx)
		if of := (*Problem)(nil); errors.As(err, &of) && of.Name() == "too-large" && most > p.lanes {
			most = max(most/2/p.lanes, 1) * p.lanes
			continue
		}
		if err != nil {
			return nil, err
		}
		results = append(results, some...)
	}
	return results, nil
}

// sending is a batch that is on its way.
type sending struct {
	plan        *Plan
	path        string
	from, total int // where its samples stand among all
	samples     [][]float64
	results     []*client.Result
}

// compute begins a batch, sends its items, reads all answers and deletes it.
func (b *sending) compute(ctx context.Context) ([]*client.Result, error) {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails
	b.path = "/v1/batches/" + hex.EncodeToString(id)
	p := b.plan
	err := p.withKeys(ctx, func(set string) error {
		return p.service.object(ctx, http.MethodPost, "/v1/batches", map[string]any{
			"id": hex.EncodeToString(id), "plan": p.ID(), "keyset": set, "items": b.items(), "item_bytes": p.client.RequestBytes(p.lanes),
		}, nil)
	})
	if err != nil {
		return nil, err
	}
	defer b.forget(ctx)
	if err := b.send(ctx); err != nil {
		return nil, err
	}
	return b.results, b.receive(ctx)
}

func (b *sending) items() int { return (len(b.samples) + b.plan.lanes - 1) / b.plan.lanes }

// of gives the samples of an item, and where they stand in the batch.
func (b *sending) of(item int) (samples [][]float64, from int) {
	from = item * b.plan.lanes
	return b.samples[from:min(from+b.plan.lanes, len(b.samples))], from
}

// forgetTime is for deleting a batch although its work was interrupted.
const forgetTime = 5 * time.Second

// forget deletes the batch. The service does so too, in a day.
func (b *sending) forget(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), forgetTime)
	defer cancel()
	_ = b.plan.service.object(ctx, http.MethodDelete, b.path, nil, nil)
}

// send encrypts and sends all items.
func (b *sending) send(ctx context.Context) error {
	for item := range b.items() {
		some, from := b.of(item)
		b.plan.tell("sending", int64(b.from+from), int64(b.total))
		request, err := b.plan.encrypt(some)
		if err != nil {
			return shifted(err, b.from+from)
		}
		if _, err := b.plan.service.send(ctx, ask{method: http.MethodPut, path: b.path + "/items/" + strconv.Itoa(item), kind: octets, body: request}); err != nil {
			return err
		}
	}
	return nil
}

// receive reads answers as they come, again from where it broke off.
func (b *sending) receive(ctx context.Context) error {
	failed := 0
	for item := 0; item < b.items(); {
		_, from := b.of(item)
		b.plan.tell("computing", int64(b.from+from), int64(b.total))
		n, err := b.plan.service.parts(ctx, b.path+"/result?from="+strconv.Itoa(item), b.plan.client.ResponseBytes(b.plan.lanes)+mostProblem, func(n int, kind string, content []byte) error {
			return b.answer(item+n, kind, content)
		})
		if item += n; n > 0 {
			failed = 0
		}
		broken := (*brokenError)(nil)
		if errors.As(err, &broken) && failed < attempts && ctx.Err() == nil {
			failed++
			continue
		}
		if broken != nil {
			return unreached(b.plan.service.base, broken.error)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// answer decrypts an item's answer.
func (b *sending) answer(item int, kind string, content []byte) error {
	some, from := b.of(item)
	if kind == "application/problem+json" {
		problem := &Problem{}
		if err := json.Unmarshal(content, problem); err != nil {
			return err
		}
		return fmt.Errorf("samples %d to %d: %w", b.from+from, b.from+from+len(some)-1, problem)
	}
	results, err := b.plan.decrypt(content, len(some))
	b.results = append(b.results, results...)
	return err
}

// brokenError says that an answer broke off.
type brokenError struct{ error }

// parts asks for an answer in parts of so many bytes at most, hands each on, and says how many came whole. The answer may have none.
func (c *connection) parts(ctx context.Context, path string, most int64, take func(n int, kind string, content []byte) error) (n int, err error) {
	var p *http.Response
	err = c.again(ctx, func() (after time.Duration, err error) {
		p, after, err = c.open(ctx, ask{method: http.MethodGet, path: path})
		return after, err
	})
	if err != nil {
		return 0, err
	}
	defer p.Body.Close()
	if p.StatusCode == http.StatusNoContent {
		return 0, nil
	}
	kind, params, err := mime.ParseMediaType(p.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/mixed" {
		return 0, diag.Reason("%s answers with %q where parts were asked for", c.base, p.Header.Get("Content-Type")).Cure("%s", otherService)
	}
	for r := multipart.NewReader(p.Body, params["boundary"]); ; n++ {
		part, err := r.NextRawPart()
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, &brokenError{err}
		}
		var content bytes.Buffer
		size, err := io.Copy(&content, io.LimitReader(part, most+1))
		if err != nil {
			return n, &brokenError{err}
		}
		if size > most {
			return n, diag.Reason("%s answers with more than %d bytes, which is not what was asked for", c.base, most).Cure("%s", otherService)
		}
		if want := part.Header.Get("Content-Length"); want != strconv.FormatInt(size, 10) {
			return n, &brokenError{fmt.Errorf("a part has %d bytes of %s", size, want)}
		}
		if err := take(n, part.Header.Get("Content-Type"), content.Bytes()); err != nil {
			return n, err
		}
	}
}
