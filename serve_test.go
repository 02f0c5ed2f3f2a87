package hecc_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hecc"
	"hecc/ir/memory"
	"hecc/runtime/client"
	"hecc/runtime/datafile"
	"hecc/runtime/remote"
	"hecc/runtime/server"
	"hecc/runtime/service"
	"hecc/runtime/service/keystore"
)

var serving = flag.Bool("serve", false, "measure the service over loopback for docs/deploy.md: minutes")

// served is a model behind a service, with one client's keys, in this process.
type served struct {
	name     string
	model    *server.Model
	session  *server.Session
	request  []byte
	url      string // of inferences
	keys     string // file of evaluation keys
	uploaded time.Duration
	opened   time.Duration
}

func newServed(t *testing.T, file, calibrate string, o hecc.Options) *served {
	t.Helper()
	ctx := t.Context()
	b, err := os.ReadFile(filepath.Join("testdata", calibrate+".npy"))
	check(err)
	o.Calibration, err = datafile.DecodeNpy(b)
	check(err)
	plan, err := hecc.CompileFile(ctx, filepath.Join("models", file+".onnx"), o)
	check(err)
	var bytesOf bytes.Buffer
	check(plan.WritePlan(&bytesOf))
	s := &served{name: file}
	s.model, err = server.Load(ctx, bytes.NewReader(bytesOf.Bytes()), server.Options{})
	check(err)
	store, err := keystore.Open(t.TempDir(), keystore.Options{})
	check(err)
	t.Cleanup(func() { store.Close() })
	front, err := service.New(service.Config{Models: []*server.Model{s.model}, Store: store})
	check(err)
	t.Cleanup(front.Close)
	web := httptest.NewServer(front)
	t.Cleanup(web.Close)
	dir := t.TempDir()
	start := time.Now()
	p, err := remote.Open(ctx, web.URL, remote.Options{Keys: dir})
	check(err)
	s.uploaded = time.Since(start)
	s.keys = filepath.Join(dir, "eval.keys")
	keys, err := os.Open(s.keys)
	check(err)
	defer keys.Close()
	start = time.Now()
	s.session, err = s.model.Open(ctx, keys)
	check(err)
	s.opened = time.Since(start)
	s.url = web.URL + "/v1/plans/" + p.ID() + "/inferences?keyset=" + store.List("anonymous")[0].ID
	c, err := client.Open(bytes.NewReader(p.ClientFile()))
	check(err)
	secret, err := os.Open(filepath.Join(dir, "secret.key"))
	check(err)
	defer secret.Close()
	own, err := c.ReadKeys(secret)
	check(err)
	request, err := own.Encrypt(o.Calibration[:1])
	check(err)
	var sent bytes.Buffer
	_, err = request.WriteTo(&sent)
	check(err)
	s.request = sent.Bytes()
	return s
}

// bare computes the request as the service does, without HTTP.
func (s *served) bare() int {
	r, err := s.model.DecodeRequest(s.request)
	check(err)
	a, err := s.session.Run(context.Background(), r)
	check(err)
	return len(a.Encode())
}

// served has the service compute it.
func (s *served) served() int {
	a, err := http.Post(s.url, "application/octet-stream", bytes.NewReader(s.request))
	check(err)
	defer a.Body.Close()
	n, err := io.Copy(io.Discard, a.Body)
	check(err)
	if a.StatusCode != http.StatusOK {
		panic(a.Status)
	}
	return int(n)
}

// times lets so many clients do something for a while, and gives how long each took, in order.
func times(clients, each int, do func() int) (took []time.Duration) {
	var mu sync.Mutex
	var group sync.WaitGroup
	for range clients {
		group.Go(func() {
			for range each {
				start := time.Now()
				do()
				d := time.Since(start)
				mu.Lock()
				took = append(took, d)
				mu.Unlock()
			}
		})
	}
	group.Wait()
	slices.Sort(took)
	return took
}

func quantile(took []time.Duration, q float64) float64 {
	return float64(took[int(q*float64(len(took)-1))].Microseconds()) / 1000
}

// TestServeLatency prints what HTTP adds to an inference, for 1, 4 and 16 clients.
func TestServeLatency(t *testing.T) {
	if !*serving {
		t.Skip("without -serve")
	}
	for _, s := range []*served{newServed(t, "mnist/square", "mnist/calibrate", hecc.Options{}), newServed(t, "mnist/relu", "mnist/calibrate", hecc.Options{TargetAgreement: 0.98})} {
		t.Logf("%s: request %d bytes, answer %d, keys made and uploaded in %s, session opened in %s, of %d bytes", s.name, len(s.request), s.served(), s.uploaded.Round(time.Millisecond), s.opened.Round(time.Millisecond), s.model.SessionBytes())
		for _, clients := range []int{1, 4, 16} {
			var bare, over []time.Duration
			each := max(1, 100/clients)
			start := time.Now()
			for range 3 {
				bare = append(bare, times(clients, each, s.bare)...)
				over = append(over, times(clients, each, s.served)...)
			}
			slices.Sort(bare)
			slices.Sort(over)
			t.Logf("%-10s %2d clients   bare p50 %6.1f p99 %6.1f   over HTTP p50 %6.1f p99 %6.1f ms   (%s)", s.name, clients,
				quantile(bare, 0.5), quantile(bare, 0.99), quantile(over, 0.5), quantile(over, 0.99), time.Since(start).Round(time.Millisecond))
		}
	}
}

// sizedModels are those of README's table.
var sizedModels = []struct {
	file, calibrate string
	options         hecc.Options
}{
	{"mnist/square", "mnist/calibrate", hecc.Options{}},
	{"mnist/square_deep", "mnist/calibrate", hecc.Options{}},
	{"mnist/relu", "mnist/calibrate", hecc.Options{TargetAgreement: 0.98}},
	{"mnist/pca", "mnist/calibrate", hecc.Options{}},
	{"mnist/pca_sigmoid", "mnist/calibrate", hecc.Options{}},
	{"mnist/lola", "mnist/calibrate", hecc.Options{}},
	{"mnist/lenet", "mnist/calibrate", hecc.Options{TargetAgreement: 0.98}},
	{"vibration/bearing", "vibration/bearing_calibrate", hecc.Options{TargetError: 0.05}},
	{"vibration/autoencoder", "vibration/calibrate", hecc.Options{}},
}

// TestServeSizes measures what docs/deploy.md says of each shipped model; with -update it writes it.
func TestServeSizes(t *testing.T) {
	if !*serving {
		t.Skip("without -serve")
	}
	const page, start, end = "docs/deploy.md", "<!-- sizes: written by go test . -run ServeSizes -serve -update -->\n", "<!-- end of sizes -->"
	var b strings.Builder
	b.WriteString("| model | model | a run | a session | keys | request | answer | one client | requests a second |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, m := range sizedModels {
		s := newServed(t, m.file, m.calibrate, m.options)
		answer := s.served()
		alone := times(1, 20, s.served)
		from := time.Now()
		n := len(times(4, 10, s.served))
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s | %.1f ms | %.0f |\n", m.file, memory.Text(s.model.Bytes()), memory.Text(s.model.RunBytes()), memory.Text(s.model.SessionBytes()),
			memory.Text(s.model.KeyBytes()), memory.Text(int64(len(s.request))), memory.Text(int64(answer)), quantile(alone, 0.5), float64(n)/time.Since(from).Seconds())
	}
	text, err := os.ReadFile(page)
	check(err)
	before, rest, ok := strings.Cut(string(text), start)
	_, after, ends := strings.Cut(rest, end)
	if !ok || !ends {
		t.Fatalf("%s has no place for sizes", page)
	}
	t.Log("\n" + b.String())
	if *update {
		check(os.WriteFile(page, []byte(before+start+"\n"+b.String()+"\n"+end+after), 0o644))
	}
}

// TestServeMemory: 10,000 requests leave no more memory in use than the first few.
func TestServeMemory(t *testing.T) {
	if !*serving {
		t.Skip("without -serve")
	}
	s := newServed(t, "mnist/square", "mnist/calibrate", hecc.Options{})
	var before uint64
	for n := range 10 {
		times(8, 125, s.served)
		debug.FreeOSMemory()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		t.Logf("after %d requests: heap %d KiB, from the system %d KiB, %d goroutines", 1000*(n+1), m.HeapAlloc>>10, (m.Sys-m.HeapReleased)>>10, runtime.NumGoroutine())
		if n == 0 {
			before = m.HeapAlloc
		} else if m.HeapAlloc > before+before/10 {
			t.Errorf("the heap grew from %d to %d bytes", before, m.HeapAlloc)
		}
	}
}
