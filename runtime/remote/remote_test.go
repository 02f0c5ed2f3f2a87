package remote_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"hecc/runtime/client"
	"hecc/runtime/jobs"
	"hecc/runtime/remote"
	"hecc/runtime/server"
	"hecc/runtime/service"
	"hecc/runtime/service/keystore"
)

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

// rig is a service of the plan of docs/formats.md.
type rig struct {
	t       *testing.T
	store   *keystore.Store
	handler http.Handler
	url     string

	mu    sync.Mutex
	asked []string // methods and paths
	fail  func(w http.ResponseWriter, r *http.Request) bool
}

func newRig(t *testing.T, queue ...func(*server.Model) *jobs.Queue) *rig {
	t.Helper()
	model, err := server.Load(t.Context(), bytes.NewReader(vector(t, "model.hecc")), server.Options{})
	check(t, err)
	store, err := keystore.Open(t.TempDir(), keystore.Options{PartBytes: 64 << 10})
	check(t, err)
	t.Cleanup(func() { store.Close() })
	config := service.Config{Models: []*server.Model{model}, Store: store, Limits: service.Limits{Request: model.RequestBytes()}}
	for _, open := range queue {
		config.Jobs = open(model)
	}
	s, err := service.New(config)
	check(t, err)
	t.Cleanup(s.Close)
	r := &rig{t: t, store: store, handler: s}
	web := httptest.NewServer(r)
	t.Cleanup(web.Close)
	r.url = web.URL
	return r
}

func (r *rig) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	r.asked = append(r.asked, q.Method+" "+q.URL.Path)
	fail := r.fail
	r.mu.Unlock()
	if fail == nil || !fail(w, q) {
		r.handler.ServeHTTP(w, q)
	}
}

// failing makes requests fail.
func (r *rig) failing(fail func(w http.ResponseWriter, q *http.Request) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fail = fail
}

// count is how many requests of a kind came since the last count.
func (r *rig) count(method, part string) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range r.asked {
		if strings.HasPrefix(a, method) && strings.Contains(a, part) {
			n++
		}
	}
	return n
}

func (r *rig) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = nil
}

// samples are such as the plan is for, with answers that sum to one.
func (r *rig) samples(n int) [][]float64 {
	c, err := client.Open(bytes.NewReader(vector(r.t, "model.client")))
	check(r.t, err)
	size, _ := c.Input()
	x := make([][]float64, n)
	for s := range x {
		x[s] = make([]float64, size)
		for i := range x[s] {
			x[s][i] = math.Sin(float64(s+i)) / 2
		}
	}
	return x
}

// right wants an answer of each sample: the same as of the sample alone.
func (r *rig) right(p *remote.Plan, x [][]float64) {
	r.t.Helper()
	results, err := p.Infer(context.Background(), x)
	check(r.t, err)
	if len(results) != len(x) {
		r.t.Fatalf("%d answers for %d samples", len(results), len(x))
	}
	want, promise := r.clear(x)
	for s, y := range results {
		for k, v := range y.Primary {
			if math.Abs(v-want[s][k]) > promise {
				r.t.Errorf("sample %d is answered with %v, expected %v", s, y.Primary, want[s])
			}
		}
	}
}

// TestInfer goes from a URL to answers, and again: the second time nothing is made or uploaded.
func TestInfer(t *testing.T) {
	r := newRig(t)
	dir := filepath.Join(t.TempDir(), "new", "keys")
	var told []string
	o := remote.Options{Keys: dir, Progress: func(what string, done, total int64) {
		if done == total {
			told = append(told, what)
		}
	}}
	p, err := remote.Open(t.Context(), r.url, o)
	check(t, err)
	r.right(p, r.samples(40)) // more than a request of one run holds
	if n := r.count("POST", "inferences"); n < 2 {
		t.Errorf("%d requests", n)
	}
	if !slices.Contains(told, "uploading keys") {
		t.Errorf("told of %v", told)
	}
	info, err := os.Stat(filepath.Join(dir, "secret.key"))
	check(t, err)
	if info.Mode().Perm()&0o077 != 0 {
		t.Errorf("the secret key has mode %v", info.Mode())
	}
	before := read(t, dir)
	r.forget()
	p, err = remote.Open(t.Context(), r.url+"/", remote.Options{Keys: dir, Plan: p.ID()})
	check(t, err)
	r.right(p, r.samples(1))
	if n := r.count("PUT", ""); n != 0 {
		t.Errorf("%d parts were sent again", n)
	}
	if !slices.Equal(before, read(t, dir)) {
		t.Error("other files are in the folder now")
	}
	check(t, p.Forget(t.Context()))
	r.right(p, r.samples(2)) // uploads once more
}

// read gives names and contents of a folder.
func read(t *testing.T, dir string) (list []string) {
	t.Helper()
	check(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		list = append(list, d.Name()+" "+string(b))
		return err
	}))
	return list
}

// TestResume: an upload that breaks off goes on with the parts that are missing.
func TestResume(t *testing.T) {
	r := newRig(t)
	dir := t.TempDir()
	r.failing(func(w http.ResponseWriter, q *http.Request) bool {
		if strings.HasSuffix(q.URL.Path, "/parts/2") {
			w.WriteHeader(http.StatusNotFound)
			return true
		}
		return false
	})
	var of *remote.Problem
	if _, err := remote.Open(t.Context(), r.url, remote.Options{Keys: dir}); !errors.As(err, &of) || of.Status != 404 {
		t.Fatalf("an upload that fails: %v", err)
	}
	r.failing(nil)
	r.forget()
	p, err := remote.Open(t.Context(), r.url, remote.Options{Keys: dir})
	check(t, err)
	if n := r.count("PUT", "parts"); n != 3 {
		t.Errorf("%d parts were sent, of which 3 were missing", n)
	}
	r.right(p, r.samples(1))
}

// TestAgain: what a busy service, a proxy or a bad connection refuses is sent again; all else is not.
func TestAgain(t *testing.T) {
	r := newRig(t)
	fails := 0
	r.failing(func(w http.ResponseWriter, q *http.Request) bool {
		if fails++; q.Method == http.MethodGet || fails%2 == 0 {
			return false
		}
		switch fails % 3 {
		case 0:
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
		case 1:
			w.WriteHeader(http.StatusBadGateway)
		default:
			panic(http.ErrAbortHandler)
		}
		return true
	})
	p, err := remote.Open(t.Context(), r.url, remote.Options{Keys: t.TempDir()})
	check(t, err)
	r.right(p, r.samples(3))
	r.forget()
	for _, status := range []int{400, 401, 404, 409, 413, 500, 302} {
		r.failing(func(w http.ResponseWriter, q *http.Request) bool {
			w.Header().Set("Location", "http://127.0.0.1:1/")
			w.WriteHeader(status)
			return true
		})
		r.forget()
		_, err := p.Infer(t.Context(), r.samples(1))
		if of := (*remote.Problem)(nil); !errors.As(err, &of) || of.Status != status {
			t.Errorf("status %d: %v", status, err)
		}
		if n := r.count("", ""); n != 1 {
			t.Errorf("status %d: %d requests", status, n)
		}
	}
}
