package service

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// serve runs a service on a listener, until what it returns is called.
func serve(t *testing.T, s *Service, l net.Listener, c *tls.Config) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l, c) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// listen serves a rig's service as Serve does, and makes requests go there.
func (r *rig) listen(t *testing.T) (address string, stop func()) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	r.url = "http://" + l.Addr().String()
	return l.Addr().String(), serve(t, r.service, l, nil)
}

// TestDrain: what is in flight when the service ends is answered; new work is not taken.
func TestDrain(t *testing.T) {
	r := newRig(t, t.TempDir(), nil)
	address, stop := r.listen(t)
	id := r.upload(r.keys)
	c, err := net.Dial("tcp", address)
	check(t, err)
	defer c.Close()
	head := "POST " + r.inferPath(id) + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + octets + "\r\nContent-Length: 37020\r\n\r\n"
	_, err = io.WriteString(c, head+string(r.request[:1000]))
	check(t, err)
	for r.service.bodies.used() == 0 {
		time.Sleep(time.Millisecond)
	}
	ended := make(chan struct{})
	go func() { stop(); close(ended) }()
	for !r.service.draining.Load() {
		time.Sleep(time.Millisecond)
	}
	if _, err := net.Dial("tcp", address); err == nil {
		time.Sleep(10 * time.Millisecond) // Shutdown comes right after
		if _, err := net.Dial("tcp", address); err == nil {
			t.Error("a service that ends accepts connections")
		}
	}
	_, err = c.Write(r.request[1000:])
	check(t, err)
	a, err := http.ReadResponse(bufio.NewReader(c), nil)
	check(t, err)
	body, err := io.ReadAll(a.Body)
	check(t, err)
	if string(body) != string(r.answer) {
		t.Errorf("in flight: %s, %d bytes", a.Status, len(body))
	}
	<-ended
}

// TestDraining: the handler says that it ends.
func TestDraining(t *testing.T) {
	r := newRig(t, t.TempDir(), nil)
	r.service.Drain()
	r.want(503, "draining", "GET", "/v2/health/ready", nil)
	r.want(200, "", "GET", "/v2/health/live", nil)
	r.want(503, "draining", "GET", "/v1/plans", nil)
}

// TestSlowClients: who sends or reads too slowly is cut off, and holds nothing.
func TestSlowClients(t *testing.T) {
	r := newRig(t, t.TempDir(), func(c *Config) {
		c.Limits = Limits{Patience: 200 * time.Millisecond, Rate: 1 << 20, Slots: 1}
	})
	address, stop := r.listen(t)
	defer stop()
	id := r.upload(r.keys)
	post := "POST " + r.inferPath(id) + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + octets + "\r\nContent-Length: 37020\r\n\r\n"
	put := "PUT " + partPath(id, 0) + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + octets + "\r\nContent-Length: 65536\r\n\r\n"
	announce := "POST /v1/keysets HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
	type slow struct{ name, sent, want string }
	list := []slow{
		{"half a header", "GET / HTTP/1.1\r\nHost:", ""},
		{"no header", "", ""},
		{"half a body", post + string(r.request[:2000]), "408 Request Timeout"},
		{"no body", post, "408 Request Timeout"},
		{"half a part", put + string(r.keys[:2000]), "408 Request Timeout"},
		{"half an object", announce, "408 Request Timeout"},
		{"a commit with a body", "POST /v1/keysets/" + id + "/commit HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n", "200 OK"},
		{"a body that nobody wants", "POST /v1/plans HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n", "405 Method Not Allowed"},
	}
	done := make(chan string, len(list))
	for _, c := range list {
		go func() {
			start := time.Now()
			got, err := exchange(address, c.sent)
			if took := time.Since(start); took > 3*time.Second {
				done <- c.name + " is held for " + took.String()
			} else if !strings.Contains(got, c.want) || c.want == "" && got != "" {
				done <- c.name + ": " + got
			} else {
				_ = err // the connection may be reset
				done <- ""
			}
		}()
	}
	for range list {
		if wrong := <-done; wrong != "" {
			t.Error(wrong)
		}
	}
	r.infer(id) // the one slot is free
	r.nothingHeld()
}

// TestSlowReader: who does not read the answer is cut off.
func TestSlowReader(t *testing.T) {
	ended := make(chan error, 1)
	r := serving(t, func(s *Service, c *call) error {
		c.writeUntil(time.Now().Add(200 * time.Millisecond))
		for {
			if _, err := c.Write(make([]byte, 1<<20)); err != nil {
				ended <- err
				return err
			}
		}
	})
	c, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	check(t, err)
	defer c.Close()
	_, err = io.WriteString(c, "GET /v1/plans HTTP/1.1\r\nHost: localhost\r\n\r\n")
	check(t, err)
	select {
	case err := <-ended:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("it still holds the service")
	}
	r.nothingHeld()
}

// nothingHeld wants everything given back that requests have taken.
func (r *rig) nothingHeld() {
	r.t.Helper()
	held := 1.0
	for wait := time.Millisecond; held > 0 && wait < time.Second; wait *= 2 {
		taken, waiting := r.service.slots.used()
		held = r.service.bodies.used() + r.service.inFlight.used() + float64(taken+waiting)
		time.Sleep(wait)
	}
	if held > 0 {
		r.t.Errorf("%g bytes, requests and slots are still taken", held)
	}
}

// exchange sends some bytes and reads until the other side ends.
func exchange(address, sent string) (string, error) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if _, err := io.WriteString(c, sent); err != nil {
		return "", err
	}
	_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
	b, err := io.ReadAll(c)
	return string(b), err
}

// TestConnections: a further connection waits for those that are busy, and takes the place of one that is idle.
func TestConnections(t *testing.T) {
	r := newRig(t, t.TempDir(), func(c *Config) { c.Limits.Connections = 2 })
	address, stop := r.listen(t)
	defer stop()
	const live = "GET /v2/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
	dial := func() net.Conn {
		c, err := net.Dial("tcp", address)
		check(t, err)
		t.Cleanup(func() { c.Close() })
		return c
	}
	answered := func(c net.Conn, within time.Duration) bool {
		_, _ = io.WriteString(c, live) // it may be closed
		_ = c.SetReadDeadline(time.Now().Add(within))
		b := make([]byte, 1000)
		n, err := c.Read(b)
		return err == nil && strings.Contains(string(b[:n]), "200 OK")
	}
	first, second := dial(), dial()
	const half = "POST /v1/keysets HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
	_, err := io.WriteString(second, half)
	check(t, err)
	for r.service.inFlight.used() == 0 {
		time.Sleep(time.Millisecond)
	}
	if !answered(first, 5*time.Second) {
		t.Error("the first connection is not served")
	}
	third := dial() // the first is idle now
	if !answered(third, 5*time.Second) {
		t.Error("the third connection does not take the place of one that is idle")
	}
	if answered(first, 5*time.Second) {
		t.Error("a third connection is served")
	}
	_, err = io.WriteString(third, half)
	check(t, err)
	for r.service.inFlight.used() < 2 {
		time.Sleep(time.Millisecond)
	}
	fourth := dial()
	if answered(fourth, 50*time.Millisecond) {
		t.Error("a connection is served beyond two that are busy")
	}
	second.Close()
	if !answered(fourth, 5*time.Second) {
		t.Error("a connection is not served when another one was closed")
	}
	third.Close()
}
