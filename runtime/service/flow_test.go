package service

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"hecc/runtime/service/keystore"
)

// TestWholeWay goes from nothing to an answer, and over every route.
func TestWholeWay(t *testing.T) {
	r := newRig(t, t.TempDir(), nil)
	r.want(200, "", "GET", "/v2/health/live", nil)
	r.want(200, "", "GET", "/v2/health/ready", nil)
	if a := r.want(200, "", "GET", "/openapi.json", nil); !bytes.Equal(a.body, description) {
		t.Error("another description is served")
	}
	var plans struct{ Plans []planInfo }
	check(t, json.Unmarshal(r.want(200, "", "GET", "/v1/plans", nil).body, &plans))
	if len(plans.Plans) != 1 || plans.Plans[0].ID != r.model.ID() || plans.Plans[0].KeyBytes != int64(len(r.keys)) {
		t.Fatalf("plans %+v", plans)
	}
	r.want(200, "", "GET", "/v1/plans/"+r.model.ID(), nil)
	if a := r.want(200, "", "GET", plans.Plans[0].Client, nil); !bytes.Equal(a.body, vector(t, "model.client")) {
		t.Error("another client file is served")
	}
	r.want(200, "", "HEAD", plans.Plans[0].Client, nil)

	id := r.id()
	r.want(404, "unknown-keyset", "POST", r.inferPath(id), r.request)
	a := r.want(201, "", "POST", "/v1/keysets", r.announce(r.keys))
	if a.header.Get("Location") != "/v1/keysets/"+id {
		t.Errorf("location %q", a.header.Get("Location"))
	}
	r.want(204, "", "PUT", partPath(id, 3), partOf(r.keys, 3))
	r.want(409, "parts-missing", "POST", "/v1/keysets/"+id+"/commit", nil)
	r.want(404, "unknown-keyset", "POST", r.inferPath(id), r.request)
	var set keySet
	check(t, json.Unmarshal(r.want(200, "", "POST", "/v1/keysets", r.announce(r.keys)).body, &set))
	if !slices.Equal(set.Received, []int{3}) || set.Parts != 5 || set.Committed {
		t.Errorf("half an upload: %+v", set)
	}
	if got := r.upload(r.keys); got != id { // part 3 comes again
		t.Errorf("key set %s", got)
	}
	check(t, json.Unmarshal(r.want(200, "", "GET", "/v1/keysets/"+id, nil).body, &set))
	if !set.Committed {
		t.Errorf("after commit: %+v", set)
	}
	r.infer(id)
	r.infer(id)
	r.want(200, "", "GET", "/v1/keysets", nil)
	r.want(204, "", "DELETE", "/v1/keysets/"+id, nil)
	r.want(404, "unknown-keyset", "DELETE", "/v1/keysets/"+id, nil)
	r.want(404, "unknown-keyset", "GET", "/v1/keysets/"+id, nil)
	r.want(404, "unknown-keyset", "POST", r.inferPath(id), r.request)
	if n, _ := r.service.sessions.used(); n != 0 {
		t.Errorf("%d sessions of a key set that is gone", n)
	}
	metrics := r.metrics()
	for _, line := range []string{`hecc_requests_total{code="200",route="infer"} 2`, `hecc_sessions_opened_total{result="ok"} 1`, "hecc_sessions 0", `hecc_samples_total{plan="` + r.model.ID() + `"} 6`} {
		if !strings.Contains(metrics, line+"\n") {
			t.Errorf("metrics lack %s", line)
		}
	}
}

// TestRestart: half an upload and whole key sets outlive the service.
func TestRestart(t *testing.T) {
	dir := t.TempDir()
	r := newRig(t, dir, nil)
	id := r.upload(r.keys)
	other, request := r.pair()
	r.want(201, "", "POST", "/v1/keysets", r.announce(other))
	r.want(204, "", "PUT", partPath(hash(other), 1), partOf(other, 1))
	r.service.Close()
	check(t, r.store.Close())

	r = newRig(t, dir, nil)
	r.infer(id)
	var set keySet
	check(t, json.Unmarshal(r.want(200, "", "GET", "/v1/keysets/"+hash(other), nil).body, &set))
	if !slices.Equal(set.Received, []int{1}) {
		t.Errorf("after a restart %+v", set)
	}
	r.upload(other)
	r.want(200, "", "POST", r.inferPath(hash(other)), request)
}

// TestReplay: an upload that comes again as a whole changes nothing, and one after a deletion is a new one.
func TestReplay(t *testing.T) {
	r := newRig(t, t.TempDir(), nil)
	id := r.upload(r.keys)
	r.infer(id)
	before := r.want(200, "", "GET", "/v1/keysets", nil)
	r.want(200, "", "POST", "/v1/keysets", r.announce(r.keys))
	if r.upload(r.keys) != id {
		t.Error("another key set")
	}
	if after := r.want(200, "", "GET", "/v1/keysets", nil); !bytes.Equal(before.body, after.body) {
		t.Errorf("key sets were %s and are %s", before.body, after.body)
	}
	r.want(409, "part-differs", "PUT", partPath(id, 0), partOf(r.keys, 1))
	r.infer(id)
	r.want(204, "", "DELETE", "/v1/keysets/"+id, nil)
	r.want(404, "unknown-keyset", "PUT", partPath(id, 0), partOf(r.keys, 0))
	r.want(404, "unknown-keyset", "POST", "/v1/keysets/"+id+"/commit", nil)
	r.want(201, "", "POST", "/v1/keysets", r.announce(r.keys))
	r.upload(r.keys)
	r.infer(id)
}

// TestQuotas: a client has so many key sets, and the store so many bytes.
func TestQuotas(t *testing.T) {
	r := newRig(t, t.TempDir(), nil)
	for n := range 8 {
		keys := bytes.Clone(r.keys)
		keys[len(keys)-1] ^= byte(n)
		r.want(201, "", "POST", "/v1/keysets", r.announce(keys))
	}
	other := bytes.Clone(r.keys)
	other[0] ^= 1
	r.want(409, "too-many-keysets", "POST", "/v1/keysets", r.announce(other))
	r.want(204, "", "DELETE", "/v1/keysets/"+r.id(), nil)
	r.want(201, "", "POST", "/v1/keysets", r.announce(other))

	check(t, r.store.Close())
	full, err := keystore.Open(t.TempDir(), keystore.Options{Bytes: int64(len(r.keys)) - 1})
	check(t, err)
	defer full.Close()
	r = newRig(t, t.TempDir(), func(c *Config) { c.Store = full })
	r.want(507, "store-full", "POST", "/v1/keysets", r.announce(r.keys))
}

// TestWrongFiles: what does not belong together is told apart, and nothing of it stays.
func TestWrongFiles(t *testing.T) {
	r := newRig(t, t.TempDir(), nil)
	id := r.upload(r.keys)
	other, request := r.pair()
	r.upload(other)
	r.want(409, "foreign", "POST", r.inferPath(id), request)
	r.want(400, "damaged", "POST", r.inferPath(id), r.request[:100])
	r.want(400, "damaged", "POST", r.inferPath(id), []byte{})
	r.want(400, "damaged", "POST", r.inferPath(id), r.answer)
	flipped := bytes.Clone(r.request)
	flipped[5000] ^= 1
	r.want(400, "damaged", "POST", r.inferPath(id), flipped)

	send := func(keys []byte, announced announcement) string {
		r.want(201, "", "POST", "/v1/keysets", announced)
		for n := range 5 {
			r.want(204, "", "PUT", partPath(announced.SHA256, n), partOf(keys, n))
		}
		return "/v1/keysets/" + announced.SHA256 + "/commit"
	}
	bad := bytes.Clone(r.keys)
	bad[100000] ^= 1
	r.want(422, "refused-keys", "POST", send(bad, r.announce(bad)), nil)
	r.want(404, "unknown-keyset", "GET", "/v1/keysets/"+hash(bad), nil)
	lie := r.announce(bad)
	r.want(422, "wrong-hash", "POST", send(other, lie), nil)
	r.want(404, "unknown-keyset", "GET", "/v1/keysets/"+hash(bad), nil)

	r.want(201, "", "POST", "/v1/keysets", lie)
	r.want(204, "", "PUT", partPath(hash(bad), 0), partOf(bad, 0))
	r.want(409, "part-differs", "PUT", partPath(hash(bad), 0), partOf(other, 0))
	r.want(422, "part-size", "PUT", partPath(hash(bad), 1), partOf(bad, 1)[:1000])
	r.want(422, "part-size", "PUT", partPath(hash(bad), 4), partOf(bad, 1))
	r.want(413, "too-large", "PUT", partPath(hash(bad), 1), bad)
	for _, n := range []string{"-1", "5", "99999999999999999999", "x", "0x1"} {
		r.want(400, "malformed", "PUT", "/v1/keysets/"+hash(bad)+"/parts/"+n, partOf(bad, 1))
	}
	for _, body := range []any{
		announcement{r.model.ID(), len(bad) + 1, hash(bad)}, announcement{r.model.ID(), len(bad), "../../etc"},
		map[string]any{"plan": r.model.ID()}, []int{1}, map[string]any{"plan": r.model.ID(), "bytes": 1, "sha256": "", "path": "/"},
	} {
		r.want(400, "malformed", "POST", "/v1/keysets", body)
	}
	r.want(404, "unknown-plan", "POST", "/v1/keysets", announcement{hash(bad), len(bad), hash(bad)})
}

// TestDamagedOnDisk: keys that rot are found out when they are opened.
func TestDamagedOnDisk(t *testing.T) {
	dir := t.TempDir()
	r := newRig(t, dir, nil)
	id := r.upload(r.keys)
	rot(t, dir, "000002")
	r.want(500, "damaged-keyset", "POST", r.inferPath(id), r.request)
	r.want(204, "", "DELETE", "/v1/keysets/"+id, nil)
	r.upload(r.keys)
	r.infer(id)
}
