package service

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hecc/runtime/client"
	"hecc/runtime/server"
	"hecc/runtime/service/keystore"
)

const testPart = 64 << 10

func vector(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("../../testdata/vectors/" + name)
	check(t, err)
	return b
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// rig is a service of the plan of docs/formats.md, over HTTP on loopback.
type rig struct {
	t       testing.TB
	service *Service
	store   *keystore.Store
	model   *server.Model
	url     string
	token   string // of requests, unless they say another
	log     *buffer
	api     *api

	keys, request, answer []byte
}

// buffer is a log that can be read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// newRig starts a service; change may change what it is made of.
func newRig(t testing.TB, dir string, change func(*Config)) *rig {
	t.Helper()
	model, err := server.Load(context.Background(), bytes.NewReader(vector(t, "model.hecc")), server.Options{})
	check(t, err)
	store, err := keystore.Open(dir, keystore.Options{PartBytes: testPart})
	check(t, err)
	t.Cleanup(func() { store.Close() })
	r := &rig{t: t, store: store, model: model, log: &buffer{}, keys: vector(t, "eval.keys"), request: vector(t, "x.ct"), answer: vector(t, "y.ct")}
	config := Config{Models: []*server.Model{model}, Store: store, Log: slog.New(slog.NewJSONHandler(r.log, nil))}
	if change != nil {
		change(&config)
	}
	r.service, err = New(config)
	check(t, err)
	web := httptest.NewServer(r.service)
	t.Cleanup(web.Close)
	t.Cleanup(r.service.Close)
	r.url, r.api = web.URL, readAPI(t)
	return r
}

// withTokens writes a file of tokens, one for each name, and gives them.
func withTokens(t testing.TB, c *Config, names ...string) (tokens map[string]string) {
	t.Helper()
	tokens = map[string]string{}
	var file strings.Builder
	for _, name := range names {
		secret, line, err := NewToken(name, time.Time{})
		check(t, err)
		tokens[name] = secret
		file.WriteString(line)
	}
	path := filepath.Join(t.TempDir(), "tokens")
	check(t, os.WriteFile(path, []byte(file.String()), 0o600))
	var err error
	c.Tokens, err = ReadTokens(path, slog.New(slog.DiscardHandler))
	check(t, err)
	return tokens
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// problem is the name of the problem that came, or "".
func (a answer) problem() string {
	var p problem
	_ = json.Unmarshal(a.body, &p) // what is none has no type
	return strings.TrimPrefix(p.Type, problemType)
}

// do sends a request; that what comes back is as the API describes it is checked here, once for all tests.
func (r *rig) do(method, path string, body any, header ...string) answer {
	r.t.Helper()
	a, err := r.try(method, path, body, header...)
	check(r.t, err)
	return a
}

func (r *rig) try(method, path string, body any, header ...string) (a answer, err error) {
	var content io.Reader
	kind := ""
	switch b := body.(type) {
	case nil:
	case []byte:
		content, kind = bytes.NewReader(b), octets
	case io.Reader:
		content, kind = b, octets
	default:
		text, err := json.Marshal(b)
		check(r.t, err)
		content, kind = bytes.NewReader(text), "application/json"
	}
	q, err := http.NewRequest(method, r.url+path, content)
	if err != nil {
		return a, err
	}
	if kind != "" {
		q.Header.Set("Content-Type", kind)
	}
	if r.token != "" {
		q.Header.Set("Authorization", "Bearer "+r.token)
	}
	for k := 0; k < len(header); k += 2 {
		q.Header.Set(header[k], header[k+1])
	}
	p, err := http.DefaultTransport.RoundTrip(q)
	if err != nil {
		return a, err
	}
	defer p.Body.Close()
	b, err := io.ReadAll(p.Body)
	if err != nil {
		return a, err
	}
	a = answer{p.StatusCode, p.Header, b}
	if err := r.api.check(method, q.URL.Path, a); err != nil {
		r.t.Errorf("%s %s: %v", method, path, err)
	}
	return a, nil
}

// want sends a request that must be answered with a status, and a problem if it is not "".
func (r *rig) want(status int, problem, method, path string, body any, header ...string) answer {
	r.t.Helper()
	a := r.do(method, path, body, header...)
	if a.status != status || a.problem() != problem {
		r.t.Errorf("%s %s: %d %s %s, expected %d %s", method, path, a.status, a.problem(), a.body, status, problem)
	}
	return a
}

func (r *rig) id() string { return hash(r.keys) }

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

type announcement struct {
	Plan   string `json:"plan"`
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`
}

func (r *rig) announce(keys []byte) announcement {
	return announcement{r.model.ID(), len(keys), hash(keys)}
}

func partOf(b []byte, n int) []byte { return b[n*testPart : min(len(b), (n+1)*testPart)] }

func partPath(id string, n int) string { return fmt.Sprintf("/v1/keysets/%s/parts/%d", id, n) }

// upload sends keys and commits them.
func (r *rig) upload(keys []byte, header ...string) (id string) {
	r.t.Helper()
	a := r.do("POST", "/v1/keysets", r.announce(keys), header...)
	var set keySet
	check(r.t, json.Unmarshal(a.body, &set))
	for n := range set.Parts {
		r.want(204, "", "PUT", partPath(set.ID, n), partOf(keys, n), header...)
	}
	r.want(200, "", "POST", "/v1/keysets/"+set.ID+"/commit", nil, header...)
	return set.ID
}

func (r *rig) inferPath(id string) string {
	return "/v1/plans/" + r.model.ID() + "/inferences?keyset=" + id
}

// infer sends the vectors' request, whose answer is known byte for byte.
func (r *rig) infer(id string, header ...string) {
	r.t.Helper()
	a := r.do("POST", r.inferPath(id), r.request, header...)
	if a.status != 200 || !bytes.Equal(a.body, r.answer) {
		r.t.Errorf("inference: %d with %d bytes: %.200s", a.status, len(a.body), a.body)
	}
}

// pair makes keys of its own and a request for them.
func (r *rig) pair() (keys, request []byte) {
	r.t.Helper()
	c, err := client.Open(bytes.NewReader(vector(r.t, "model.client")))
	check(r.t, err)
	k, err := c.NewKeys()
	check(r.t, err)
	var a, b bytes.Buffer
	check(r.t, k.WriteEvaluation(&a))
	size, _ := c.Input()
	q, err := k.Encrypt([][]float64{make([]float64, size)})
	check(r.t, err)
	_, err = q.WriteTo(&b)
	check(r.t, err)
	return a.Bytes(), b.Bytes()
}
