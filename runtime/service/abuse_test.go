package service

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var hostile = flag.Int("hostile", 10_000, "how many hostile bodies to send")

// TestPaths: tricks with paths and methods find nothing, and make nothing.
func TestPaths(t *testing.T) {
	r := newRig(t, t.TempDir(), nil)
	id := r.upload(r.keys)
	for _, path := range []string{
		"/", "//", "/v1", "/v1/", "/v1/plans/", "/V1/plans", "/v1//plans", "/v1/plans/../plans", "/v1/plans/./" + r.model.ID(), "/v1/plans/%2e%2e/plans", "/v1/plans/" + r.model.ID() + "/",
		"/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/v1/keysets/..", "/v1/keysets/" + id + "/parts", "/metrics", "/debug/pprof/", "/openapi.json/x", "/v2/health",
		"/v1/keysets/..%2f..%2fetc%2fpasswd", "/v1/plans/..%2f..%2fetc%2fpasswd",
	} {
		r.want(404, "no-such-route", "GET", path, nil)
	}
	for _, wrong := range []string{"%2e%2e%5c", "etc%2fpasswd", strings.ToUpper(id), id[:63], id + "0", "%00", "x%00", strings.Repeat("a", 3000), "{keyset}", "*"} {
		for _, method := range []string{"GET", "DELETE"} {
			r.want(404, "unknown-keyset", method, "/v1/keysets/"+wrong, nil)
		}
		r.want(404, "unknown-keyset", "PUT", "/v1/keysets/"+wrong+"/parts/0", partOf(r.keys, 0))
		r.want(404, "unknown-keyset", "POST", "/v1/plans/"+r.model.ID()+"/inferences?keyset="+wrong, r.request)
		r.want(404, "unknown-plan", "GET", "/v1/plans/"+wrong, nil)
		r.want(404, "unknown-plan", "POST", "/v1/plans/"+wrong+"/inferences?keyset="+id, r.request)
	}
	for _, query := range []string{"", "?", "?keyset=", "?Keyset=" + id, "?keyset", "?%zz"} {
		r.want(400, "malformed", "POST", "/v1/plans/"+r.model.ID()+"/inferences"+query, r.request)
	}
	for method, path := range map[string]string{"POST": "/v1/plans", "DELETE": "/v1/plans", "PATCH": "/v1/keysets", "PUT": "/v1/keysets/" + id, "GET": "/v1/keysets/" + id + "/commit", "OPTIONS": "/v1/plans", "TRACE": "/openapi.json", "BREW": "/v2/health/live"} {
		if a := r.want(405, "method-not-allowed", method, path, nil); a.header.Get("Allow") == "" {
			t.Errorf("%s %s: 405 without Allow", method, path)
		}
	}
}

// TestBodies: bodies of the wrong type, length or coding are refused before they are read.
func TestBodies(t *testing.T) {
	r := newRig(t, t.TempDir(), func(c *Config) { c.Limits.Request = 150_000 })
	_, stop := r.listen(t)
	defer stop()
	id := r.upload(r.keys)
	path := r.inferPath(id)
	for _, kind := range []string{"", "text/plain", "application/json", "application/octet-stream/x", "multipart/form-data; boundary=x", ";"} {
		r.want(415, "media-type", "POST", path, r.request, "Content-Type", kind)
		r.want(415, "media-type", "PUT", partPath(id, 0), partOf(r.keys, 0), "Content-Type", kind)
	}
	for _, coding := range []string{"gzip", "br", "identity, gzip", "zstd"} {
		r.want(415, "media-type", "POST", path, r.request, "Content-Encoding", coding)
		r.want(415, "media-type", "POST", "/v1/keysets", r.announce(r.keys), "Content-Encoding", coding)
	}
	r.want(415, "media-type", "POST", "/v1/keysets", r.keys[:100])
	r.want(413, "too-large", "POST", path, make([]byte, 150_001))
	r.want(411, "length-required", "POST", path, io.MultiReader(bytes.NewReader(r.request)))
	r.want(413, "too-large", "POST", "/v1/keysets", map[string]string{"plan": strings.Repeat("x", 5000)})
	q, err := http.NewRequest("GET", r.url+"/v1/plans", nil)
	check(t, err)
	q.Header.Set("X-Large", strings.Repeat("x", 30_000))
	if a, err := http.DefaultTransport.RoundTrip(q); err == nil {
		a.Body.Close()
		if a.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("a header of 30,000 bytes: %s", a.Status)
		}
	}
	body := &endless{}
	q = httptest.NewRequest("POST", path, body)
	q.Header.Set("Content-Type", octets)
	q.Host = "localhost"
	q.ContentLength = 1 << 60
	w := httptest.NewRecorder()
	r.service.ServeHTTP(w, q)
	if w.Code != 413 || body.n != 0 {
		t.Errorf("a body that says it is huge: %d, read %d bytes", w.Code, body.n)
	}
}

type endless struct{ n int }

func (e *endless) Read(b []byte) (int, error) { e.n += len(b); return len(b), nil }

// TestOneSlot: of 48 clients on one slot as many are answered as there is room for, all of them right, and the
// others are told when to come again.
func TestOneSlot(t *testing.T) {
	names := make([]string, 48)
	for k := range names {
		names[k] = fmt.Sprint("client", k)
	}
	var tokens map[string]string
	r := newRig(t, t.TempDir(), func(c *Config) {
		tokens = withTokens(t, c, names...)
		c.Limits = Limits{Slots: 1, Queue: 4, Sessions: 3 * c.Models[0].SessionBytes()}
	})
	var right, shed atomic.Int64
	var group sync.WaitGroup
	for _, name := range names {
		r.upload(r.keys, "Authorization", "Bearer "+tokens[name])
	}
	for _, name := range names {
		group.Go(func() {
			for range 4 {
				a, err := r.try("POST", r.inferPath(r.id()), r.request, "Authorization", "Bearer "+tokens[name])
				switch {
				case err != nil:
					t.Error(err)
				case a.status == 200 && bytes.Equal(a.body, r.answer):
					right.Add(1)
				case a.problem() == "busy" && a.header.Get("Retry-After") != "":
					shed.Add(1)
				default:
					t.Errorf("%d: %.200s", a.status, a.body)
				}
			}
		})
	}
	group.Wait()
	t.Logf("%d answered, %d shed", right.Load(), shed.Load())
	if right.Load() < 4 || shed.Load() < 4 {
		t.Errorf("%d answered, %d shed", right.Load(), shed.Load())
	}
	if n, bytes := r.service.sessions.used(); n > 3 || bytes > 3*r.model.SessionBytes() {
		t.Errorf("%d sessions with %d bytes", n, bytes)
	}
}

// TestOneClient: one client cannot take all that there is.
func TestOneClient(t *testing.T) {
	r := newRig(t, t.TempDir(), func(c *Config) {
		c.Limits = Limits{Request: 200_000, Bodies: 2_400_000, Patience: time.Second, Rate: 1 << 20}
	})
	address, stop := r.listen(t)
	defer stop()
	id := r.upload(r.keys)
	slow := make(chan error, 1)
	head := "POST " + r.inferPath(id) + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + octets + "\r\nContent-Length: 199999\r\n\r\n"
	go func() { _, err := exchange(address, head); slow <- err }()
	for r.service.bodies.used() == 0 {
		time.Sleep(time.Millisecond)
	}
	a := r.want(429, "client-busy", "POST", r.inferPath(id), r.request)
	if a.header.Get("Retry-After") == "" {
		t.Error("429 without Retry-After")
	}
}

// hostileBody makes up a body: noise, an edited request, an edited file of keys.
func hostileBody(r *rand.Rand, request, keys []byte) []byte {
	var b []byte
	switch r.IntN(4) {
	case 0:
		b = make([]byte, r.IntN(300))
		for k := range b {
			b[k] = byte(r.Uint32())
		}
		return b
	case 1:
		b = keys[:r.IntN(4000)]
	default:
		b = request[:r.IntN(4000)]
		if r.IntN(50) == 0 {
			b = request
		}
	}
	b = bytes.Clone(b)
	for range r.IntN(4) {
		if len(b) > 80 {
			binary.LittleEndian.PutUint32(b[r.IntN(76):], r.Uint32N(1<<r.IntN(32)))
		}
	}
	if len(b) > 32 && r.IntN(2) == 0 { // with a hash that fits
		copy(b[len(b)-32:], sumOf(b[:len(b)-32]))
	}
	return b
}

// TestHostileBodies sends bodies of all kinds to all routes that take any: each is refused, and memory stays
// flat.
func TestHostileBodies(t *testing.T) {
	s := newRig(t, t.TempDir(), func(c *Config) { c.Log = nil }) // the test would hold it
	id := s.upload(s.keys)
	other, _ := s.pair()
	s.want(201, "", "POST", "/v1/keysets", s.announce(other))
	targets := []struct{ method, path, kind string }{
		{"POST", s.inferPath(id), octets},
		{"PUT", partPath(hash(other), 0), octets},
		{"PUT", partPath(id, 1), octets},
		{"POST", "/v1/keysets", "application/json"},
	}
	var group sync.WaitGroup
	before := heap()
	for worker := range 2 {
		group.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(worker)))
			for n := range *hostile / 2 {
				to := targets[r.IntN(len(targets))]
				body := hostileBody(r, s.request, s.keys)
				q := httptest.NewRequest(to.method, to.path, bytes.NewReader(body))
				q.Header.Set("Content-Type", to.kind)
				q.Host = "localhost"
				w := httptest.NewRecorder()
				s.service.ServeHTTP(w, q)
				if (w.Code < 400 || w.Code >= 500) && !bytes.Equal(body, s.request) {
					t.Errorf("body %d of %d bytes to %s: %d %s", n, len(body), to.path, w.Code, w.Body)
				}
				if n == *hostile/10 && worker == 0 {
					before = max(before, heap())
				}
			}
		})
	}
	group.Wait()
	after := heap()
	t.Logf("%d bodies, heap %d KiB before and %d after", *hostile, before>>10, after>>10)
	if after > before+8<<20 {
		t.Errorf("the heap grew from %d to %d bytes", before, after)
	}
	s.infer(id)
	s.nothingHeld()
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// serving is a service with one route that does what a test wants.
func serving(t *testing.T, serve func(*Service, *call) error) *rig {
	r := newRig(t, t.TempDir(), nil)
	r.service.mux = r.service.newMux([]*route{{"GET", "/v1/plans", "listPlans", false, serve, nil}})
	return r
}

// TestPanic: a fault is the service's, not the client's, and says nothing of itself.
func TestPanic(t *testing.T) {
	r := serving(t, func(*Service, *call) error { panic("the secret reason") })
	a := r.want(500, "internal", "GET", "/v1/plans", nil)
	if strings.Contains(string(a.body), "secret reason") || !strings.Contains(r.log.String(), "secret reason") {
		t.Errorf("the client gets %s, the log has %s", a.body, r.log)
	}
	r.nothingHeld()
}

// TestHalfAnAnswer: an answer that cannot be written to its end does not look whole.
func TestHalfAnAnswer(t *testing.T) {
	r := serving(t, func(_ *Service, c *call) error {
		_, _ = c.Write([]byte("half an answer"))
		return io.ErrClosedPipe
	})
	if a, err := http.Get(r.url + "/v1/plans"); err == nil {
		if _, err := io.ReadAll(a.Body); err == nil {
			t.Error("half an answer looks whole")
		}
		a.Body.Close()
	}
}
