package remote_test

import (
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"hecc/runtime/client"
	"hecc/runtime/jobs"
	"hecc/runtime/jobs/embedded"
	"hecc/runtime/remote"
	"hecc/runtime/server"
)

// queue starts a queue in this process.
func queue(t *testing.T, o jobs.Options) func(*server.Model) *jobs.Queue {
	return func(m *server.Model) *jobs.Queue {
		s, err := embedded.Start(embedded.Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
		check(t, err)
		t.Cleanup(s.Close)
		nc, err := s.Connect()
		check(t, err)
		t.Cleanup(nc.Close)
		o.Plans = []string{m.ID()}
		q, err := jobs.Open(t.Context(), nc, o)
		check(t, err)
		t.Cleanup(func() { _ = q.Close() })
		return q
	}
}

// lanes is how many samples the plan of the vectors computes at once.
const lanes = 16

// TestBatches: many samples go in batches, in the order that they have, over a connection that breaks off, and
// nothing is left at the service. Batches that would be too large are made smaller.
func TestBatches(t *testing.T) {
	r := newRig(t, queue(t, jobs.Options{Items: 12, Bytes: 4 * (600 << 10)}))
	p, err := remote.Open(t.Context(), r.url, remote.Options{Keys: filepath.Join(t.TempDir(), "keys")})
	check(t, err)
	var n atomic.Int64
	r.failing(func(w http.ResponseWriter, q *http.Request) bool {
		if !strings.Contains(q.URL.Path, "/batches") || n.Add(1)%3 != 0 {
			return false
		}
		switch {
		case strings.HasSuffix(q.URL.Path, "/result"):
			r.handler.ServeHTTP(&brokenWriter{w, 100 << 10}, q)
		case q.Method == http.MethodPut:
			panic(http.ErrAbortHandler)
		default:
			http.Error(w, "a proxy failed", http.StatusBadGateway)
		}
		return true
	})
	r.right(p, r.samples(34*lanes-3))
	r.failing(nil)
	if puts := r.count("PUT", "/items/"); puts < 34 {
		t.Errorf("%d items were sent", puts)
	}
	if left := r.count("POST", "/inferences"); left != 0 {
		t.Errorf("%d requests were sent one by one", left)
	}
	if all := r.answerTo("/v1/batches"); !strings.Contains(all, `"batches":[]`) {
		t.Errorf("left is %s", all)
	}
	r.forget()
	r.right(p, r.samples(3))
	if few := r.count("POST", "/inferences"); few != 1 {
		t.Errorf("3 samples took %d requests", few)
	}
	x := r.samples(34 * lanes)
	x[17*lanes][0] = 1e9
	_, err = p.Infer(t.Context(), x)
	if of := (*client.SampleError)(nil); !errors.As(err, &of) || of.Sample != 17*lanes {
		t.Errorf("a sample outside the range: %v", err)
	}
}

// brokenWriter breaks off after so many bytes.
type brokenWriter struct {
	http.ResponseWriter
	left int
}

func (w *brokenWriter) Write(b []byte) (int, error) {
	if w.left -= len(b); w.left < 0 {
		panic(http.ErrAbortHandler)
	}
	return w.ResponseWriter.Write(b)
}

func (w *brokenWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// answerTo gives what the service says.
func (r *rig) answerTo(path string) string {
	a, err := http.Get(r.url + path)
	check(r.t, err)
	defer a.Body.Close()
	var b strings.Builder
	check(r.t, a.Write(&b))
	return b.String()
}
