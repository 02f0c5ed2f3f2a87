//go:build unix

package web_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"hecc"
	"hecc/models"
	"hecc/runtime/client"
	"hecc/runtime/datafile"
	"hecc/runtime/server"
	"hecc/runtime/service"
	"hecc/runtime/service/keystore"
	"hecc/runtime/web"
	"hecc/runtime/web/bundle"
)

// rig is a service with a page, which keeps all that it is sent.
type rig struct {
	t       *testing.T
	url     string
	model   *server.Model
	store   *keystore.Store
	request int64 // bytes of one
	digits  [][]float64
	labels  []int
	expect  [][]float64

	breaks   atomic.Int32 // how many of the next requests are broken off
	mu       sync.Mutex
	requests []sent
}

// sent is a request.
type sent struct {
	method, uri string
	header      http.Header
	body        []byte
}

var (
	made     sync.Once
	madePlan []byte
	madePage string
)

// makeOnce compiles a model and the page for all tests.
func makeOnce(t *testing.T) {
	made.Do(func() {
		calibration, err := datafile.DecodeNpy(models.DemoCalibration)
		check(t, err)
		plan, err := hecc.Compile(context.Background(), bytes.NewReader(models.Square), hecc.Options{Name: "square.onnx", Calibration: calibration})
		check(t, err)
		var file bytes.Buffer
		check(t, plan.WritePlan(&file))
		madePlan = file.Bytes()
		madePage, err = os.MkdirTemp("", "hecc-page-")
		check(t, err)
		check(t, bundle.Write(madePage))
	})
	if madePlan == nil || madePage == "" {
		t.Fatal("there is no plan or no page")
	}
}

func TestMain(m *testing.M) {
	code := m.Run()
	if madePage != "" {
		os.RemoveAll(madePage)
	}
	os.Exit(code)
}

// newRig starts a service of square.onnx with the page. Without tokens it knows no clients.
func newRig(t *testing.T, tokens *service.Tokens) *rig {
	t.Helper()
	makeOnce(t)
	page, err := web.Open(madePage)
	check(t, err)
	model, err := server.Load(context.Background(), bytes.NewReader(madePlan), server.Options{})
	check(t, err)
	store, err := keystore.Open(t.TempDir(), keystore.Options{})
	check(t, err)
	t.Cleanup(func() { store.Close() })
	s, err := service.New(service.Config{Models: []*server.Model{model}, Store: store, Tokens: tokens, Page: page})
	check(t, err)
	t.Cleanup(s.Close)
	var file bytes.Buffer
	check(t, model.WriteClient(&file))
	c, err := client.Open(&file)
	check(t, err)
	r := &rig{t: t, model: model, store: store, request: c.RequestBytes(1)}
	readDigits(t, r)
	front := httptest.NewServer(r.record(s))
	t.Cleanup(front.Close)
	r.url = front.URL
	return r
}

// record keeps requests before they are answered.
func (r *rig) record(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		if err != nil || r.breaks.Add(-1) >= 0 {
			panic(http.ErrAbortHandler)
		}
		q.Body = io.NopCloser(bytes.NewReader(body))
		r.mu.Lock()
		r.requests = append(r.requests, sent{q.Method, q.RequestURI, q.Header.Clone(), body})
		r.mu.Unlock()
		h.ServeHTTP(w, q)
	})
}

func (r *rig) sent() []sent {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.requests
}

// lookThrough checks that requests are what they should be, to the last byte, and searches them.
func (r *rig) lookThrough(t *testing.T, forms map[string][]byte) {
	t.Helper()
	var keys bytes.Buffer
	inferences := 0
	for _, q := range r.sent() {
		switch {
		case q.method == "GET" || q.method == "POST" && strings.HasSuffix(q.uri, "/commit"):
			if len(q.body) > 0 {
				t.Errorf("%s %s has a body of %d bytes", q.method, q.uri, len(q.body))
			}
		case q.method == "POST" && q.uri == "/v1/keysets":
			var ask map[string]any
			if err := json.Unmarshal(q.body, &ask); err != nil || len(ask) != 3 || len(q.body) > 250 {
				t.Errorf("keys are announced as %s", q.body)
			}
		case q.method == "PUT":
			keys.Write(q.body)
		case q.method == "POST" && strings.Contains(q.uri, "/inferences?"):
			inferences++
			if _, err := r.model.DecodeRequest(q.body); err != nil || int64(len(q.body)) != r.request {
				t.Errorf("an inference of %d bytes, and a request has %d: %v", len(q.body), r.request, err)
			}
		default:
			t.Errorf("%s %s was sent", q.method, q.uri)
		}
	}
	r.search(t, forms)
	if inferences != 2 {
		t.Errorf("%d inferences", inferences)
	}
	if err := r.model.CheckKeys(bytes.NewReader(keys.Bytes())); err != nil || int64(keys.Len()) != r.model.KeyBytes() {
		t.Errorf("evaluation keys of %d bytes: %v", keys.Len(), err)
	}
}

// search searches all that was sent.
func (r *rig) search(t *testing.T, forms map[string][]byte) {
	t.Helper()
	for _, q := range r.sent() {
		all := bytes.Join([][]byte{[]byte(q.uri), fmt.Append(nil, q.header), q.body}, []byte("\n"))
		for name, form := range forms {
			if bytes.Contains(all, form) {
				t.Errorf("%s %s has in it %s", q.method, q.uri, name)
			}
		}
	}
}

// formsOf are pieces of the secret key and of the pixels as programs would write them.
func formsOf(secret []byte, pixels []float64) map[string][]byte {
	const piece = 24
	middle := secret[len(secret)/2:][:piece]
	forms := map[string][]byte{
		"the secret key":           middle,
		"the secret key, in hex":   []byte(hex.EncodeToString(middle)),
		"the secret key, unpacked": nil,
	}
	var list []string
	for k := range piece {
		c := int8([]int{0, 1, -1, 0}[middle[k/4]>>(2*(k%4))&3])
		forms["the secret key, unpacked"] = append(forms["the secret key, unpacked"], byte(c))
		forms["the secret key, as words"] = binary.LittleEndian.AppendUint64(forms["the secret key, as words"], uint64(int64(c)))
		list = append(list, fmt.Sprint(c))
	}
	forms["the secret key, as a list"] = []byte(strings.Join(list, ","))
	for shift := range 3 { // where the piece stands among groups of three bytes
		forms[fmt.Sprintf("the secret key, in base64 from %d", shift)] = []byte(base64.RawStdEncoding.EncodeToString(middle[shift : shift+18]))
	}
	list = nil
	const row = 14
	for _, v := range pixels[row*drawIn : (row+1)*drawIn] {
		forms["pixels"] = append(forms["pixels"], byte(math.Round(255*v)))
		forms["pixels, as float64"] = binary.LittleEndian.AppendUint64(forms["pixels, as float64"], math.Float64bits(v))
		forms["pixels, as float32"] = binary.LittleEndian.AppendUint32(forms["pixels, as float32"], math.Float32bits(float32(v)))
		list = append(list, fmt.Sprint(v))
	}
	forms["pixels, as a list"] = []byte(strings.Join(list, ","))
	return forms
}
