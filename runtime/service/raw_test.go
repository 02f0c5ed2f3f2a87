package service

import (
	"crypto/tls"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestHalfHeaders: connections whose header never comes keep nobody out, over TLS neither.
func TestHalfHeaders(t *testing.T) {
	for _, secure := range []bool{false, true} {
		r := newRig(t, t.TempDir(), func(c *Config) { c.Limits.Connections = 3 })
		l, err := net.Listen("tcp", "127.0.0.1:0")
		check(t, err)
		url, config := "http://"+l.Addr().String(), (*tls.Config)(nil)
		other := httptest.NewTLSServer(nil)
		defer other.Close()
		if secure {
			url, config = "https://"+l.Addr().String(), &tls.Config{Certificates: other.TLS.Certificates}
		}
		stop := serve(t, r.service, l, config)
		var held []net.Conn
		for range 20 {
			c, err := net.Dial("tcp", l.Addr().String())
			check(t, err)
			held = append(held, c)
			_, err = io.WriteString(c, "GET /v2/health/live HTTP/1.1\r\nHost:")
			check(t, err)
		}
		start := time.Now()
		a, err := other.Client().Get(url + "/v2/health/live")
		check(t, err)
		if a.Body.Close(); a.StatusCode != 200 || time.Since(start) > 5*time.Second {
			t.Errorf("%s after %v", a.Status, time.Since(start))
		}
		other.Client().CloseIdleConnections()
		for _, c := range held {
			c.Close()
		}
		stop()
	}
}

// TestRawRequests: what no client of package http sends is refused, and what comes behind it is no request.
func TestRawRequests(t *testing.T) {
	r := newRig(t, t.TempDir(), func(c *Config) { c.Limits.Patience = 200 * time.Millisecond })
	address, stop := r.listen(t)
	defer stop()
	const host = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
	var group sync.WaitGroup
	for sent, want := range map[string]string{
		"\x16\x03\x01\x02\x00\x01":                                                                                             "400",
		"GET /v1/plans HTTP/9.9\r\n\r\n":                                                                                       "505",
		"GET /v1/plans HTTP/1.1\r\n\r\n":                                                                                       "400",
		"GET /v1/plans" + host + "Host: other\r\n\r\n":                                                                         "400",
		"GET http://other/v1/plans" + host + "\r\n":                                                                            "401", // it is for the other host
		"CONNECT localhost:22" + host + "\r\n":                                                                                 "404",
		"GET /v1/pl\x00ans" + host + "\r\n":                                                                                    "400",
		"GET /v1/plans" + host + "X\x00: y\r\n\r\n":                                                                            "400",
		"GET /v1/plans" + host + "Expect: 200-maybe\r\n\r\n":                                                                   "417",
		"GET /v1/plans" + host + strings.Repeat("X: y\r\n", 10_000) + "\r\n":                                                   "431",
		"GET /" + strings.Repeat("a", 30_000) + host + "\r\n":                                                                  "431",
		"POST /v1/keysets" + host + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef":                                     "400",
		"POST /v1/keysets" + host + "Content-Length: -1\r\n\r\n":                                                               "400",
		"POST /v1/keysets" + host + "Content-Length: 99999999999999999999\r\n\r\n":                                             "400",
		"POST /v1/keysets" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n":                                        "501",
		"POST /v1/keysets" + host + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n": "408",
		"POST /v1/keysets" + host + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n":                "400",
	} {
		group.Go(func() {
			got, _ := exchange(address, sent) // the connection may be reset
			status := ""
			if words := strings.Fields(got); len(words) > 1 {
				status = words[1]
			}
			if status != want || strings.Count(got, "HTTP/1.1 ") > 1 {
				t.Errorf("%.80q: %.200q, expected %s", sent, got, want)
			}
		})
	}
	group.Wait()
	r.nothingHeld()
}
