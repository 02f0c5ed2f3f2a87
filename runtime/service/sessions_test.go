package service

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"
)

// keySets makes key sets of their own with requests, and uploads them.
func (r *rig) keySets(n int) (ids []string, requests [][]byte) {
	r.t.Helper()
	for range n {
		keys, request := r.pair()
		ids, requests = append(ids, r.upload(keys)), append(requests, request)
	}
	return ids, requests
}

// opened is how often a session was opened, by the metrics' own count.
func (r *rig) opened() *int {
	n := new(int)
	old := r.service.sessions.opened
	var mu sync.Mutex
	r.service.sessions.opened = func(took time.Duration, err error) {
		mu.Lock()
		*n++
		mu.Unlock()
		old(took, err)
	}
	return n
}

// TestLeastRecentlyUsed: sessions beyond the budget are closed, the one that was not used longest first, and
// come back from the store.
func TestLeastRecentlyUsed(t *testing.T) {
	r := newRig(t, t.TempDir(), func(c *Config) { c.Limits.Sessions = 2*c.Models[0].SessionBytes() + 1 })
	opened := r.opened()
	ids, requests := r.keySets(3)
	for step, c := range []struct{ set, opened int }{{0, 1}, {1, 2}, {0, 2}, {2, 3}, {0, 3}, {1, 4}, {2, 5}, {1, 5}} {
		r.want(200, "", "POST", r.inferPath(ids[c.set]), requests[c.set])
		if *opened != c.opened {
			t.Errorf("step %d: opened %d times, expected %d", step, *opened, c.opened)
		}
	}
	if n, bytes := r.service.sessions.used(); n != 2 || bytes != 2*r.model.SessionBytes() {
		t.Errorf("%d sessions with %d bytes", n, bytes)
	}
	r.service.Close()
	if n, bytes := r.service.sessions.used(); n != 0 || bytes != 0 {
		t.Errorf("after Close %d sessions with %d bytes", n, bytes)
	}
}

// TestSessionsInUse: what is computed with is not closed. A client gets 429 for its own sessions, everybody 503
// for all, and room comes back.
func TestSessionsInUse(t *testing.T) {
	r := newRig(t, t.TempDir(), func(c *Config) {
		c.Limits = Limits{Sessions: 3 * c.Models[0].SessionBytes(), SessionsPerClient: 2}
	})
	id := r.upload(r.keys)
	s := r.service.sessions
	use := func(client, name string) (func(), error) {
		_, done, err := s.use(t.Context(), sessionName{client, name}, r.model, func() (io.ReadCloser, error) { return r.store.Open(anonymous, id) })
		return done, err
	}
	first, err := use("alice", "1")
	check(t, err)
	again, err := use("alice", "1")
	check(t, err)
	second, err := use("alice", "2")
	check(t, err)
	_, err = use("alice", "3")
	refusedAs(t, err, clientBusy)
	third, err := use("bob", "1")
	check(t, err)
	_, err = use("bob", "2")
	refusedAs(t, err, busy)
	s.drop(sessionName{"alice", "1"}) // deleted while it is in use: its memory is not free yet
	_, err = use("bob", "2")
	refusedAs(t, err, busy)
	first()
	first()
	_, err = use("bob", "2")
	refusedAs(t, err, busy)
	again()
	fourth, err := use("bob", "2")
	check(t, err)
	for _, done := range []func(){second, third, fourth} {
		done()
	}
	s.close()
	if n, bytes := s.used(); n != 0 || bytes != 0 {
		t.Errorf("%d sessions with %d bytes are left", n, bytes)
	}
}

// TestOpenFails: a session that cannot be opened takes no room, and is tried again.
func TestOpenFails(t *testing.T) {
	r := newRig(t, t.TempDir(), nil)
	s := r.service.sessions
	broken := errors.New("broken")
	_, _, err := s.use(t.Context(), sessionName{"alice", "1"}, r.model, func() (io.ReadCloser, error) { panic("at opening") })
	if err == nil || err.Error() != "panic: at opening" {
		t.Error(err)
	}
	for range 2 {
		if _, _, err := s.use(t.Context(), sessionName{"alice", "1"}, r.model, func() (io.ReadCloser, error) { return nil, broken }); !errors.Is(err, broken) {
			t.Error(err)
		}
		if n, bytes := s.used(); n != 0 || bytes != 0 {
			t.Errorf("%d sessions with %d bytes", n, bytes)
		}
	}
}

// TestOpenedOnce: of many that ask for a session at the same time one opens it.
func TestOpenedOnce(t *testing.T) {
	r := newRig(t, t.TempDir(), func(c *Config) { c.Limits.Slots = 16 })
	opened := r.opened()
	id := r.upload(r.keys)
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() { r.infer(id) })
	}
	group.Wait()
	if *opened != 1 {
		t.Errorf("opened %d times", *opened)
	}
}

// TestOneConnection: requests side by side on one connection of HTTP/2 do not starve each other.
func TestOneConnection(t *testing.T) {
	r := newRig(t, t.TempDir(), func(c *Config) { c.Limits = Limits{Slots: 1, Queue: 256, InFlightPerClient: 64} })
	_, stop := r.listen(t)
	defer stop()
	id := r.upload(r.keys)
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	h := &http.Transport{Protocols: protocols, TLSClientConfig: &tls.Config{}}
	defer h.CloseIdleConnections()
	var group sync.WaitGroup
	for range 48 {
		group.Go(func() {
			q, err := http.NewRequest("POST", r.url+r.inferPath(id), bytes.NewReader(r.request))
			if err != nil {
				t.Error(err)
				return
			}
			q.Header.Set("Content-Type", octets)
			a, err := h.RoundTrip(q)
			if err != nil {
				t.Error(err)
				return
			}
			defer a.Body.Close()
			b, err := io.ReadAll(a.Body)
			if err != nil || a.ProtoMajor != 2 || !bytes.Equal(b, r.answer) {
				t.Errorf("%s %s, %d bytes, %v", a.Proto, a.Status, len(b), err)
			}
		})
	}
	group.Wait()
}
