package service

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"strings"
	"testing"

	"hecc/runtime/jobs"
	"hecc/runtime/jobs/embedded"
)

// withJobs gives a service a queue in this process.
func withJobs(t testing.TB, c *Config, o jobs.Options) *jobs.Queue {
	t.Helper()
	server, err := embedded.Start(embedded.Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	check(t, err)
	t.Cleanup(server.Close)
	nc, err := server.Connect()
	check(t, err)
	t.Cleanup(nc.Close)
	for _, m := range c.Models {
		o.Plans = append(o.Plans, m.ID())
	}
	c.Jobs, err = jobs.Open(t.Context(), nc, o)
	check(t, err)
	t.Cleanup(func() { _ = c.Jobs.Close() })
	return c.Jobs
}

type batchAnnouncement struct {
	ID        string `json:"id"`
	Plan      string `json:"plan"`
	KeySet    string `json:"keyset"`
	Items     int    `json:"items"`
	ItemBytes int    `json:"item_bytes"`
}

func (r *rig) announceBatch(n int, id string, items int) batchAnnouncement {
	return batchAnnouncement{fmt.Sprintf("%032x", n), r.model.ID(), id, items, len(r.request)}
}

func batchPath(n int, below string) string { return fmt.Sprintf("/v1/batches/%032x%s", n, below) }

func itemPath(n, item int) string { return batchPath(n, fmt.Sprintf("/items/%d", item)) }

// part is an item's answer.
type part struct {
	kind, id string
	body     []byte
}

// parts reads what is there of a result, from an item on.
func (r *rig) parts(n, from int, header ...string) (list []part) {
	r.t.Helper()
	a := r.do("GET", batchPath(n, fmt.Sprintf("/result?from=%d", from)), nil, header...)
	if a.status == 204 {
		return nil
	}
	_, params, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	if err != nil || a.status != 200 {
		r.t.Fatalf("result: %d %v %s", a.status, err, a.body)
	}
	for m := multipart.NewReader(bytes.NewReader(a.body), params["boundary"]); ; {
		p, err := m.NextRawPart()
		if err == io.EOF {
			return list
		}
		check(r.t, err)
		body, err := io.ReadAll(p)
		check(r.t, err)
		if got := p.Header.Get("Content-Length"); got != fmt.Sprint(len(body)) {
			r.t.Errorf("a part of %d bytes says %s", len(body), got)
		}
		list = append(list, part{p.Header.Get("Content-Type"), p.Header.Get("Content-Id"), body})
	}
}

// wantAnswers reads a batch's answers to the end, which must all be those of the vectors' request.
func (r *rig) wantAnswers(n, items int, header ...string) {
	r.t.Helper()
	for from := 0; from < items; {
		for _, p := range r.parts(n, from, header...) {
			if p.kind != octets || p.id != fmt.Sprintf("<%d>", from) || !bytes.Equal(p.body, r.answer) {
				r.t.Fatalf("item %d: %s %s, %d bytes: %.300s", from, p.kind, p.id, len(p.body), p.body)
			}
			from++
		}
	}
}

// TestBatch takes a batch from its announcement to its end, with each request sent twice.
func TestBatch(t *testing.T) {
	r := newRig(t, t.TempDir(), func(c *Config) { withJobs(t, c, jobs.Options{}) })
	id := r.upload(r.keys)
	a := r.announceBatch(1, id, 5)
	r.want(201, "", "POST", "/v1/batches", a)
	r.want(200, "", "POST", "/v1/batches", a)
	for _, item := range []int{3, 0, 3, 4, 1, 2, 2} {
		r.want(204, "", "PUT", itemPath(1, item), r.request)
	}
	r.wantAnswers(1, 5)
	r.want(204, "", "PUT", itemPath(1, 3), r.request) // it was answered
	var b batch
	check(t, json.Unmarshal(r.want(200, "", "GET", batchPath(1, ""), nil).body, &b))
	if fmt.Sprint(b.Received) != "[0 1 2 3 4]" || b.Answered != 5 {
		t.Errorf("the batch is %+v", b)
	}
	r.want(409, "batch-differs", "PUT", itemPath(1, 3), r.request[1:])
	r.wantAnswers(1, 5) // again
	r.want(204, "", "DELETE", batchPath(1, ""), nil)
	r.want(404, "unknown-batch", "GET", batchPath(1, ""), nil)
	r.want(404, "unknown-batch", "GET", batchPath(1, "/result"), nil)
	r.want(404, "unknown-batch", "PUT", itemPath(1, 0), r.request)
	r.want(201, "", "POST", "/v1/batches", a) // the same name, and nothing of what was
	r.want(204, "", "PUT", itemPath(1, 0), r.request)
	if p := r.parts(1, 0); len(p) != 1 || !bytes.Equal(p[0].body, r.answer) {
		t.Errorf("a batch of the same name has %d answers", len(p))
	}
}

// TestBatchFailures: an item that cannot be computed is answered with the reason, and the others are computed.
func TestBatchFailures(t *testing.T) {
	r := newRig(t, t.TempDir(), func(c *Config) { withJobs(t, c, jobs.Options{}) })
	id := r.upload(r.keys)
	_, foreign := r.pair()
	r.want(201, "", "POST", "/v1/batches", r.announceBatch(1, id, 3))
	r.want(204, "", "PUT", itemPath(1, 0), r.request[:len(r.request)-1])
	r.want(204, "", "PUT", itemPath(1, 1), foreign)
	r.want(204, "", "PUT", itemPath(1, 2), r.request)
	var got []string
	for len(got) < 3 {
		for _, p := range r.parts(1, len(got)) {
			name := "answered"
			if p.kind == "application/problem+json" {
				check(t, r.api.checkBody(&schema{Ref: "#/components/schemas/Problem"}, p.body))
				name = answer{body: p.body}.problem()
			}
			got = append(got, name)
		}
	}
	if text := strings.Join(got, " "); text != "damaged foreign answered" {
		t.Errorf("answers are %s", text)
	}
}

// TestBatchRefused: what is refused, and that a client sees its own batches only.
func TestBatchRefused(t *testing.T) {
	var tokens map[string]string
	r := newRig(t, t.TempDir(), func(c *Config) {
		tokens = withTokens(t, c, "alice", "bob")
		withJobs(t, c, jobs.Options{Bytes: 8 << 20, BatchesPerClient: 2, Items: 10})
	})
	r.token = tokens["alice"]
	bob := []string{"Authorization", "Bearer " + tokens["bob"]}
	id := r.upload(r.keys)
	a := r.announceBatch(1, id, 2)
	r.want(404, "unknown-keyset", "POST", "/v1/batches", a, bob...)
	r.want(201, "", "POST", "/v1/batches", a)
	for _, path := range []string{"", "/result"} {
		r.want(404, "unknown-batch", "GET", batchPath(1, path), nil, bob...)
	}
	r.want(404, "unknown-batch", "DELETE", batchPath(1, ""), nil, bob...)
	r.want(404, "unknown-batch", "PUT", itemPath(1, 0), r.request, bob...)
	if body := r.want(200, "", "GET", "/v1/batches", nil, bob...).body; !bytes.Contains(body, []byte(`"batches":[]`)) {
		t.Errorf("bob sees %s", body)
	}
	if body := r.want(200, "", "GET", "/v1/batches", nil).body; !bytes.Contains(body, []byte(a.ID)) {
		t.Errorf("alice does not see her batch: %s", body)
	}
	other := a
	other.Items = 3
	r.want(409, "batch-differs", "POST", "/v1/batches", other)
	for _, c := range []struct {
		status  int
		problem string
		change  func(*batchAnnouncement)
	}{
		{400, "malformed", func(a *batchAnnouncement) { a.ID = "../" + a.ID[3:] }},
		{400, "malformed", func(a *batchAnnouncement) { a.ID = a.ID[1:] }},
		{400, "malformed", func(a *batchAnnouncement) { a.Items = 0 }},
		{400, "malformed", func(a *batchAnnouncement) { a.Items = 11 }},
		{400, "malformed", func(a *batchAnnouncement) { a.ItemBytes = 0 }},
		{400, "malformed", func(a *batchAnnouncement) { a.ItemBytes = 1 << 40 }},
		{413, "too-large", func(a *batchAnnouncement) { a.ItemBytes = 1 << 20 }},
		{404, "unknown-plan", func(a *batchAnnouncement) { a.Plan = hash(nil) }},
		{404, "unknown-keyset", func(a *batchAnnouncement) { a.KeySet = hash(nil) }},
	} {
		bad := r.announceBatch(2, id, 2)
		c.change(&bad)
		r.want(c.status, c.problem, "POST", "/v1/batches", bad)
	}
	r.want(400, "malformed", "PUT", itemPath(1, 2), r.request)
	r.want(400, "malformed", "PUT", batchPath(1, "/items/x"), r.request)
	r.want(413, "too-large", "PUT", itemPath(1, 0), append(bytes.Clone(r.request), 0))
	r.want(411, "length-required", "PUT", itemPath(1, 0), io.MultiReader(bytes.NewReader(r.request)))
	r.want(415, "media-type", "PUT", itemPath(1, 0), a)
	r.want(400, "malformed", "GET", batchPath(1, "/result?from=2"), nil)
	r.want(201, "", "POST", "/v1/batches", r.announceBatch(2, id, 1))
	if busy := r.want(429, "client-busy", "POST", "/v1/batches", r.announceBatch(3, id, 1)); busy.header.Get("Retry-After") == "" {
		t.Error("429 does not say when to come again")
	}
}

// TestNoBatches: a service without a queue says so, also to clients that ask what it has.
func TestNoBatches(t *testing.T) {
	r := newRig(t, t.TempDir(), nil)
	id := r.upload(r.keys)
	r.want(404, "no-batches", "POST", "/v1/batches", r.announceBatch(1, id, 1))
	r.want(404, "no-batches", "GET", "/v1/batches", nil)
	r.want(404, "no-batches", "GET", batchPath(1, ""), nil)
	if body := r.want(200, "", "GET", "/v1/plans/"+r.model.ID(), nil).body; !bytes.Contains(body, []byte(`"max_batch_items":0`)) {
		t.Errorf("the plan says %s", body)
	}
}
