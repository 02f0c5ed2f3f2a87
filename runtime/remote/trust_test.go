package remote_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/runtime/client"
	"hecc/runtime/remote"
)

// clear computes samples without encryption, and says what the plan promises.
func (r *rig) clear(x [][]float64) (y [][]float64, promise float64) {
	p, err := plan.Decode(vector(r.t, "model.hecc"))
	check(r.t, err)
	e := tensor.NewEvaluator(p.Imported)
	for _, s := range x {
		v, err := e.Run(s)
		check(r.t, err)
		y = append(y, slices.Clone(v.Of(p.Imported.Primary().Node)))
	}
	return y, p.Interface.PredictedError
}

// TestOtherPlan: a service that gives another client file than the plan's ID says is found out, before keys
// are made; so is one that has another plan than the keys are for.
func TestOtherPlan(t *testing.T) {
	r := newRig(t)
	id := "dd4e3d353219c92e9ad507d242bd217d71bcdf3daba2f9c9d8fa1fa2ad5d80f0"
	other := strings.Repeat("0", 64)
	r.failing(func(w http.ResponseWriter, q *http.Request) bool {
		if strings.HasPrefix(q.URL.Path, "/v1/plans/"+other) {
			q.URL.Path = strings.Replace(q.URL.Path, other, id, 1)
		}
		return false
	})
	dir := t.TempDir()
	wantError(t, dir, r.url, remote.Options{Plan: other}, "gives a client file of plan "+id)
	if files := read(t, dir); len(files) > 0 {
		t.Errorf("the folder holds %d files", len(files))
	}
	_, err := remote.Open(t.Context(), r.url, remote.Options{Keys: dir, Plan: id})
	check(t, err)
	wantError(t, dir, r.url, remote.Options{Plan: other}, "holds keys for plan "+id)
	r.failing(func(w http.ResponseWriter, q *http.Request) bool { w.WriteHeader(404); return true })
	wantError(t, dir, r.url, remote.Options{}, "answers 404")
	r.failing(func(w http.ResponseWriter, q *http.Request) bool {
		q.URL.Path = strings.Replace(q.URL.Path, id, other, 1)
		return false
	})
	wantError(t, dir, r.url, remote.Options{}, "holds keys for plan "+id+", which "+r.url+" has not")
}

func wantError(t *testing.T, dir, url string, o remote.Options, want string) {
	t.Helper()
	o.Keys = dir
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := remote.Open(ctx, url, o); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: error %v, expected %q", url, err, want)
	}
}

// TestAddresses: what is no address is refused, and a token is not sent in clear to other machines.
func TestAddresses(t *testing.T) {
	for url, want := range map[string]string{
		"":                         "is no address",
		"localhost:8080":           "is no address",
		"ftp://localhost":          "is no address",
		"http://":                  "is no address",
		"https://u:p@localhost":    "is more than the address",
		"https://localhost/?x=1":   "is more than the address",
		"http://192.0.2.1:1":       "is plain HTTP",
		"http://localhost.example": "is plain HTTP",
		"http://127.0.0.1:1":       "refused",
	} {
		wantError(t, t.TempDir(), url, remote.Options{Token: "t"}, want)
	}
}

// TestFolder: damaged files are named, secrets are not replaced, and hecc keygen's folders serve.
func TestFolder(t *testing.T) {
	r := newRig(t)
	dir := t.TempDir()
	for _, name := range []string{"secret.key", "eval.keys"} {
		check(t, os.WriteFile(filepath.Join(dir, name), vector(t, name), 0o600))
	}
	p, err := remote.Open(t.Context(), r.url, remote.Options{Keys: dir})
	check(t, err)
	r.right(p, r.samples(1))
	check(t, os.Remove(filepath.Join(dir, "eval.keys")))
	p, err = remote.Open(t.Context(), r.url, remote.Options{Keys: dir})
	check(t, err)
	r.right(p, r.samples(1))
	secret := filepath.Join(dir, "secret.key")
	if b, err := os.ReadFile(secret); err != nil || !bytes.Equal(b, vector(t, "secret.key")) {
		t.Error("the secret key was replaced")
	}
	check(t, os.WriteFile(secret, []byte("damaged"), 0o600))
	wantError(t, dir, r.url, remote.Options{}, secret)
	check(t, os.WriteFile(secret, vector(t, "secret.key"), 0o600))
	eval := filepath.Join(dir, "eval.keys")
	check(t, os.Truncate(eval, 1000))
	wantError(t, dir, r.url, remote.Options{}, eval+" has 1000 bytes")
	check(t, os.WriteFile(filepath.Join(dir, "model.client"), []byte("damaged"), 0o600))
	wantError(t, dir, r.url, remote.Options{}, "model.client")
}

// TestSamples: what cannot be encrypted is named by its place among all, and a service that answers too much
// or something else is found out.
func TestSamples(t *testing.T) {
	r := newRig(t)
	p, err := remote.Open(t.Context(), r.url, remote.Options{Keys: t.TempDir()})
	check(t, err)
	x := r.samples(40)
	x[37][0] = 1e9
	_, err = p.Infer(t.Context(), x)
	var sample *client.SampleError
	if !errors.As(err, &sample) || sample.Sample != 37 {
		t.Errorf("a sample out of range: %v", err)
	}
	for _, body := range [][]byte{nil, []byte("hello"), vector(t, "x.ct"), vector(t, "y.ct")} {
		r.failing(func(w http.ResponseWriter, q *http.Request) bool { _, _ = w.Write(body); return true })
		if got, err := p.Infer(t.Context(), r.samples(1)); err == nil {
			t.Errorf("%d bytes of something else are taken for %v", len(body), got)
		}
	}
	var bomb bytes.Buffer
	pump := gzip.NewWriter(&bomb)
	for range 64 {
		_, err := pump.Write(make([]byte, 1<<20))
		check(t, err)
	}
	check(t, pump.Close())
	r.failing(func(w http.ResponseWriter, q *http.Request) bool {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes()) // the client may be gone
		return true
	})
	if _, err := p.Infer(t.Context(), r.samples(1)); err == nil || !strings.Contains(err.Error(), "answers with more than ") {
		t.Errorf("64 MiB in %d bytes: %v", bomb.Len(), err)
	}
	r.failing(func(w http.ResponseWriter, q *http.Request) bool {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(403)
		_, _ = io.WriteString(w, `{"title":"no\u001b[2J\r\u202e","detail":"`+strings.Repeat("x", 10_000)+`"}`)
		return true
	})
	if _, err := p.Infer(t.Context(), r.samples(1)); err == nil || !strings.Contains(err.Error(), "403: no?[2J??: xxx") || len(err.Error()) > 1000 {
		t.Errorf("a text for terminals: %q", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r.failing(func(w http.ResponseWriter, q *http.Request) bool {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(503)
		cancel()
		return true
	})
	if _, err := p.Infer(ctx, r.samples(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled while it waits: %v", err)
	}
}

// TestKeySets: a client sees what is kept of it, and can have it deleted.
func TestKeySets(t *testing.T) {
	r := newRig(t)
	p, err := remote.Open(t.Context(), r.url, remote.Options{Keys: t.TempDir()})
	check(t, err)
	sets, err := remote.KeySets(t.Context(), r.url, remote.Options{})
	check(t, err)
	if len(sets) != 1 || sets[0].Plan != p.ID() || !sets[0].Committed || sets[0].Bytes == 0 || time.Since(sets[0].Begun) > time.Minute {
		t.Fatalf("the service keeps %+v", sets)
	}
	check(t, remote.DeleteKeySet(t.Context(), r.url, sets[0].ID, remote.Options{}))
	if sets, err = remote.KeySets(t.Context(), r.url, remote.Options{}); err != nil || len(sets) != 0 {
		t.Errorf("it still keeps %+v, %v", sets, err)
	}
	if err := remote.DeleteKeySet(t.Context(), r.url, "../plans", remote.Options{}); err == nil {
		t.Error("deleted what is no ID")
	}
	r.right(p, r.samples(1))
}
