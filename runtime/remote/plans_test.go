package remote_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"hecc"
	"hecc/runtime/datafile"
	"hecc/runtime/remote"
	"hecc/runtime/server"
	"hecc/runtime/service"
	"hecc/runtime/service/keystore"
)

// TestTwoPlans: of several plans one is chosen by its ID, and keys for one are none for another.
func TestTwoPlans(t *testing.T) {
	file, err := os.ReadFile("../../testdata/onnx/square_mul_x.npy")
	check(t, err)
	x, err := datafile.DecodeNpy(file)
	check(t, err)
	compiled, err := hecc.CompileFile(t.Context(), "../../testdata/onnx/square_mul.onnx", hecc.Options{Calibration: x})
	check(t, err)
	var other bytes.Buffer
	check(t, compiled.WritePlan(&other))
	var models []*server.Model
	for _, b := range [][]byte{vector(t, "model.hecc"), other.Bytes()} {
		m, err := server.Load(t.Context(), bytes.NewReader(b), server.Options{})
		check(t, err)
		models = append(models, m)
	}
	store, err := keystore.Open(t.TempDir(), keystore.Options{})
	check(t, err)
	defer store.Close()
	s, err := service.New(service.Config{Models: models, Store: store})
	check(t, err)
	defer s.Close()
	web := httptest.NewServer(s)
	defer web.Close()
	for _, m := range models {
		wantError(t, t.TempDir(), web.URL, remote.Options{}, m.ID())
	}
	first, second := t.TempDir(), t.TempDir()
	p, err := remote.Open(t.Context(), web.URL, remote.Options{Keys: first, Plan: models[0].ID()})
	check(t, err)
	r := &rig{t: t}
	r.right(p, r.samples(2))
	p, err = remote.Open(t.Context(), web.URL, remote.Options{Keys: second, Plan: models[1].ID()})
	check(t, err)
	results, err := p.Infer(t.Context(), x)
	check(t, err)
	if len(results) != len(x) || len(results[0].Primary) != 3 {
		t.Errorf("%d answers of %d numbers", len(results), len(results[0].Primary))
	}
	a, err := http.Post(web.URL+"/v1/plans/"+models[0].ID()+"/inferences?keyset="+store.List("anonymous")[1].ID, "application/octet-stream", bytes.NewReader(vector(t, "x.ct")))
	check(t, err)
	defer a.Body.Close()
	var no remote.Problem
	check(t, json.NewDecoder(a.Body).Decode(&no))
	if a.StatusCode != http.StatusConflict || no.Name() != "foreign" {
		t.Errorf("keys of another plan: %d %v", a.StatusCode, &no)
	}
}

// TestHostileService: what a service makes up neither stops a client nor makes it send or hold too much.
func TestHostileService(t *testing.T) {
	r := newRig(t)
	for _, answer := range []string{
		`{`, `[]`, `null`, `{"id":"x"}`,
		`{"id":"ID","part_bytes":0,"parts":1}`, `{"id":"ID","part_bytes":-1,"parts":-262284}`, `{"id":"ID","part_bytes":1,"parts":262284}`,
		`{"id":"ID","part_bytes":1099511627776,"parts":1}`, `{"id":"ID","part_bytes":65536,"parts":4}`, strings.Repeat("[", 5<<20),
	} {
		r.failing(func(w http.ResponseWriter, q *http.Request) bool {
			if q.URL.Path != "/v1/keysets" {
				return false
			}
			var ask struct {
				SHA256 string `json:"sha256"`
			}
			check(t, json.NewDecoder(q.Body).Decode(&ask))
			_, _ = w.Write([]byte(strings.ReplaceAll(answer, "ID", ask.SHA256)))
			return true
		})
		wantError(t, t.TempDir(), r.url, remote.Options{}, r.url)
	}
	if n := r.count("PUT", ""); n != 0 {
		t.Errorf("%d parts were sent", n)
	}
	r.failing(func(w http.ResponseWriter, q *http.Request) bool { // received parts that there are not
		if q.URL.Path != "/v1/keysets" {
			return false
		}
		w2 := httptest.NewRecorder()
		r.handler.ServeHTTP(w2, q)
		_, _ = w.Write(bytes.Replace(w2.Body.Bytes(), []byte(`"received":[]`), []byte(`"received":[-1,7,7,1000000,9223372036854775807]`), 1))
		return true
	})
	p, err := remote.Open(t.Context(), r.url, remote.Options{Keys: t.TempDir()})
	check(t, err)
	r.failing(nil)
	r.right(p, r.samples(1))
}
