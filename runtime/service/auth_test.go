package service

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestTokens: who has no token, a wrong, foreign or expired one gets nothing of anybody's.
func TestTokens(t *testing.T) {
	var tokens map[string]string
	r := newRig(t, t.TempDir(), func(c *Config) { tokens = withTokens(t, c, "alice", "bob") })
	r.token = tokens["alice"]
	id := r.upload(r.keys)
	r.infer(id)
	bob := []string{"Authorization", "Bearer " + tokens["bob"]}
	r.want(404, "unknown-keyset", "POST", r.inferPath(id), r.request, bob...)
	r.want(404, "unknown-keyset", "GET", "/v1/keysets/"+id, nil, bob...)
	r.want(404, "unknown-keyset", "PUT", partPath(id, 0), partOf(r.keys, 0), bob...)
	r.want(404, "unknown-keyset", "POST", "/v1/keysets/"+id+"/commit", nil, bob...)
	r.want(404, "unknown-keyset", "DELETE", "/v1/keysets/"+id, nil, bob...)
	if a := r.want(200, "", "GET", "/v1/keysets", nil, bob...); string(a.body) != `{"keysets":[]}`+"\n" {
		t.Errorf("another's key sets are listed: %s", a.body)
	}
	if got := r.upload(r.keys, bob...); got != id { // a set of his own, of the same bytes
		t.Errorf("key set %s", got)
	}
	r.want(204, "", "DELETE", "/v1/keysets/"+id, nil, bob...)
	r.infer(id)
	hashed := strings.Fields(string(must(os.ReadFile(r.service.tokens.path))))[1]
	for _, wrong := range []string{"", "Bearer", "Bearer ", "Bearer x", "Bearer " + hashed, "Bearer " + tokens["alice"] + "x", "Bearer " + tokens["alice"][:30],
		"Basic " + tokens["alice"], tokens["alice"], "Bearer " + strings.Repeat("x", 8000)} {
		for _, to := range routes {
			if !to.open {
				path := strings.NewReplacer("{plan}", r.model.ID(), "{keyset}", id, "{part}", "0").Replace(to.path)
				a := r.want(401, "unauthorized", to.method, path, nil, "Authorization", wrong)
				if a.header.Get("WWW-Authenticate") != "Bearer" {
					t.Error("401 without WWW-Authenticate")
				}
			}
		}
	}
	for _, secret := range []string{tokens["alice"], tokens["bob"], tokens["alice"][5:20], hashed} {
		if strings.Contains(r.log.String(), secret) {
			t.Error("a token is in the log")
		}
	}
	if !strings.Contains(r.log.String(), `"client":"alice"`) {
		t.Error("the log names no client")
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestExpired: a token is good until its time, and says so after it.
func TestExpired(t *testing.T) {
	past, line, err := NewToken("alice", time.Now().Add(-time.Second))
	check(t, err)
	soon, other, err := NewToken("alice", time.Now().Add(time.Hour))
	check(t, err)
	path := filepath.Join(t.TempDir(), "tokens")
	check(t, os.WriteFile(path, []byte(line+other), 0o600))
	r := newRig(t, t.TempDir(), func(c *Config) {
		c.Tokens, err = ReadTokens(path, slog.New(slog.DiscardHandler))
		check(t, err)
	})
	r.want(200, "", "GET", "/v1/keysets", nil, "Authorization", "Bearer "+soon)
	if a := r.want(401, "unauthorized", "GET", "/v1/keysets", nil, "Authorization", "Bearer "+past); !strings.Contains(string(a.body), "the token has expired") {
		t.Errorf("an expired token: %s", a.body)
	}
}

// TestLocal: a service without clients answers requests for its own machine only, whoever sends them.
func TestLocal(t *testing.T) {
	r := newRig(t, t.TempDir(), nil)
	for host, want := range map[string]int{
		"localhost": 200, "localhost:8080": 200, "127.0.0.1": 200, "127.0.0.9:80": 200, "[::1]": 200, "[::1]:8080": 200,
		"example.org": 401, "example.org:8080": 401, "localhost.example.org": 401, "192.0.2.1": 401, "0.0.0.0:8080": 401, "": 401,
	} {
		q := httptest.NewRequest("GET", "/v1/plans", nil)
		q.Host = host
		w := httptest.NewRecorder()
		r.service.ServeHTTP(w, q)
		if w.Code != want {
			t.Errorf("host %q: %d, expected %d", host, w.Code, want)
		}
	}
}

// TestTokensFile: lines are read with their expiry, mistakes are named, and changes are seen.
func TestTokensFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens")
	now := time.Now()
	secret, line, err := NewToken("alice", now.Add(time.Hour))
	check(t, err)
	lasting, forever, err := NewToken("alice", time.Time{})
	check(t, err)
	line += forever
	check(t, os.WriteFile(path, []byte("# clients\n\n"+line), 0o600))
	log := &buffer{}
	tokens, err := ReadTokens(path, slog.New(slog.NewJSONHandler(log, nil)))
	check(t, err)
	for after, want := range map[time.Duration]string{0: "alice", 59 * time.Minute: "alice", 61 * time.Minute: ""} {
		if got, expired := tokens.client(secret, now.Add(after)); got != want || expired != (want == "") {
			t.Errorf("after %s: %q, expired %v", after, got, expired)
		}
	}
	for text, want := range map[string]string{
		"alice\n":                             "line 1: has 1 words",
		"\nalice xyz\n":                       "line 2: the second word is no SHA-256",
		"al/ice " + forever[6:70] + "\n":      `line 1: "al/ice" is no name`,
		forever[:70] + " tomorrow\n":          `line 1: "tomorrow" is no time`,
		strings.TrimSpace(forever) + " x y\n": "line 1: has 4 words",
		"../a " + forever[6:70] + " x y z\n":  "line 1: has 5 words",
	} {
		check(t, os.WriteFile(path, []byte(text), 0o600))
		if _, err := ReadTokens(path, slog.Default()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, expected %q", text, err, want)
		}
	}
	later := now.Add(2 * time.Hour)
	if got, _ := tokens.client(lasting, later); got != "alice" || !strings.Contains(log.String(), "stay") {
		t.Errorf("a file that became wrong: %q, log %s", got, log)
	}
	other, line, err := NewToken("bob", time.Time{})
	check(t, err)
	check(t, os.WriteFile(path, []byte(line), 0o600))
	later = later.Add(2 * time.Second)
	if got, _ := tokens.client(lasting, later); got != "" {
		t.Errorf("a token that was taken out is still taken, for %q", got)
	}
	if got, _ := tokens.client(other, later.Add(1000*time.Hour)); got != "bob" {
		t.Errorf("a new token is not known")
	}
	if _, _, err := NewToken("../x", time.Time{}); err == nil {
		t.Error("a token for a path")
	}
}

// authority makes certificates.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	a := &authority{t: t}
	own := a.make("authority", true)
	a.cert, a.key = own.Leaf, own.PrivateKey.(*ecdsa.PrivateKey)
	return a
}

func (a *authority) make(name string, isCA bool) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(a.t, err)
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour),
		IsCA: isCA, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	check(a.t, err)
	leaf, err := x509.ParseCertificate(der)
	check(a.t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func (a *authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

// TestCertificates: the common name of a certificate is the client, over HTTP/2 too.
func TestCertificates(t *testing.T) {
	r := newRig(t, t.TempDir(), func(c *Config) { c.Certificates = true })
	ca, stranger := newAuthority(t), newAuthority(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	stop := serve(t, r.service, l, &tls.Config{
		Certificates: []tls.Certificate{ca.make("server", false)}, ClientCAs: ca.pool(), ClientAuth: tls.VerifyClientCertIfGiven,
	})
	defer stop()
	get := func(certificates ...tls.Certificate) (int, string, error) {
		h := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.pool(), Certificates: certificates}, ForceAttemptHTTP2: true}
		defer h.CloseIdleConnections()
		a, err := (&http.Client{Transport: h}).Get("https://" + l.Addr().String() + "/v1/keysets")
		if err != nil {
			return 0, "", err
		}
		a.Body.Close()
		return a.StatusCode, a.Proto, nil
	}
	if code, proto, err := get(ca.make("carol", false)); code != 200 || proto != "HTTP/2.0" {
		t.Errorf("a client certificate: %d %s %v", code, proto, err)
	}
	if !strings.Contains(r.log.String(), `"client":"carol"`) {
		t.Error("the log does not name the client")
	}
	for name, certificates := range map[string][]tls.Certificate{"no certificate": nil, "no name": {ca.make("", false)}} {
		if code, _, err := get(certificates...); code != 401 {
			t.Errorf("%s: %d %v", name, code, err)
		}
	}
	if code, _, err := get(stranger.make("carol", false)); code == 200 {
		t.Errorf("a certificate of a stranger: %d %v", code, err)
	}
}
