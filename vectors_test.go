package hecc_test

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"testing/cryptotest"

	"hecc/backend/lattigo/crypt"
	"hecc/backend/lattigo/eval"
	"hecc/internal/graphtest"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes"
	"hecc/runtime/codec"
	"hecc/runtime/wire"
)

// The files in testdata/vectors are for other clients: docs/formats.md describes them. They follow from the plan there and
// a fixed seed. "go test . -run Vectors -update" compiles the plan anew and writes all of them.

const (
	vectorDir  = "testdata/vectors"
	vectorSeed = 2026
)

// vectorSamples stand side by side in one run.
var vectorSamples = [][]float64{{0.5, -0.25}, {-1, 1}, {0.125, 0.75}}

// vectorModel is a dense layer, a square and a softmax, which is the client's.
func vectorModel() *tensor.Graph {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 1)))
	b.G.File = "vectors.onnx"
	x := b.Dense(b.Input(2), 2)
	return b.Output(b.Add(tensor.Softmax{}, b.Add(tensor.Mul{}, x, x)))
}

func vectorPlan(t *testing.T) *plan.Plan {
	t.Helper()
	if !*update {
		p, err := plan.Decode(vectorFile(t, "model.hecc"))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	// The error is large so that the ring is small, and several samples share a run so that the plan is.
	r, err := passes.Compile(context.Background(), vectorModel(), passes.Options{
		InputRange: &plan.Box{Lo: []float64{-1, -1}, Hi: []float64{1, 1}}, TargetError: 0.2, Batch: 8})
	if err != nil {
		t.Fatal(err)
	}
	return r.Plan
}

func vectorFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(vectorDir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// vectorSet is what the files hold.
type vectorSet struct {
	secret   *crypt.SecretKey
	public   *wire.PublicKey
	keys     *wire.EvaluationKeys
	packed   []codec.Run
	request  *wire.Request
	response *wire.Response
}

// makeVectors makes keys and a request from the fixed seed. Nothing but a test can fix what crypto/rand gives; with one
// processor, keys are made one after the other.
func makeVectors(t *testing.T, p *plan.Plan) *vectorSet {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	cryptotest.SetGlobalRandom(t, vectorSeed)
	v, i := new(vectorSet), &p.Interface
	var err error
	must := func(e error) {
		t.Helper()
		if e != nil {
			t.Fatal(e)
		}
	}
	v.secret, err = crypt.GenerateSecretKey(i)
	must(err)
	v.public, err = v.secret.PublicKey()
	must(err)
	v.keys, err = v.secret.EvaluationKeys()
	must(err)
	pack, err := codec.NewCodec(i)
	must(err)
	v.packed, err = pack.Runs(vectorSamples)
	must(err)
	v.request, err = v.secret.Encryptor().Encrypt(v.packed)
	must(err)
	v.response = serveVectors(t, p, v.keys, v.request)
	return v
}

func serveVectors(t *testing.T, p *plan.Plan, keys *wire.EvaluationKeys, request *wire.Request) *wire.Response {
	t.Helper()
	model, err := eval.Load(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	session, err := model.Open(t.Context(), keys)
	if err != nil {
		t.Fatal(err)
	}
	response, err := session.Run(context.Background(), request, nil)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

// TestVectors makes the files again and finds the same bytes.
func TestVectors(t *testing.T) {
	p := vectorPlan(t)
	i, v := &p.Interface, makeVectors(t, p)
	for name, made := range map[string][]byte{
		"model.hecc":    p.Encode(),
		"model.client":  i.Encode(),
		"secret.key":    v.secret.Wire().Encode(),
		"public.key":    v.public.Encode(i),
		"eval.keys":     v.keys.Encode(i),
		"x.ct":          v.request.Encode(i),
		"y.ct":          v.response.Encode(i),
		"manifest.json": v.manifest(t, p).encode(t),
	} {
		if *update {
			if err := os.WriteFile(filepath.Join(vectorDir, name), made, 0o644); err != nil {
				t.Fatal(err)
			}
		} else if !bytes.Equal(made, vectorFile(t, name)) {
			t.Errorf("%s: other bytes than in %s; a change of a format needs a new version, then run go test . -run Vectors -update", name, vectorDir)
		}
	}
}

// TestVectorsAreRead reads the files as server and client do.
func TestVectorsAreRead(t *testing.T) {
	got := answerVectors(t, vectorDir, "x.ct")
	if !bytes.Equal(got.response, vectorFile(t, "y.ct")) {
		t.Error("the server answers with other bytes than y.ct")
	}
	for s, want := range readManifest(t).Samples {
		if d := farthest(got.outputs[s], want.Outputs); d > vectorTolerance {
			t.Errorf("sample %d: %v, the manifest has %v", s, got.outputs[s], want.Outputs)
		}
	}
	i, err := plan.DecodeInterface(vectorFile(t, "model.client"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wire.DecodePublicKey(vectorFile(t, "public.key"), i); err != nil {
		t.Error(err)
	}
}

// TestVectorsInPython runs a client that was written from docs/formats.md alone. It reads the vectors, and its keys and its
// requests are good for this server.
func TestVectorsInPython(t *testing.T) {
	if testing.Short() {
		t.Skip("the independent client in testdata/vectors/check.py is slow")
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed: the independent client in testdata/vectors/check.py is not run")
	}
	dir := t.TempDir()
	cmd := exec.Command(python, filepath.Join(vectorDir, "check.py"), dir)
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("check.py: %v\n%s", err, out)
	}
	i, err := plan.DecodeInterface(vectorFile(t, "model.client"))
	if err != nil {
		t.Fatal(err)
	}
	public := readVector(t, filepath.Join(dir, "public.key"), i, wire.DecodePublicKey)
	if _, err := crypt.NewPublicEncryptor(i, public); err != nil {
		t.Error(err)
	}
	answerVectors(t, dir, "x.ct")
	answerVectors(t, dir, "x-public.ct")
}

// vectorAnswer is what the server makes of a request, and the client of that.
type vectorAnswer struct {
	response []byte
	outputs  [][]float64
}

// answerVectors runs the plan with the keys and a request in a directory, and holds the results against the exact model.
func answerVectors(t *testing.T, dir, name string) vectorAnswer {
	t.Helper()
	p, err := plan.Decode(vectorFile(t, "model.hecc"))
	if err != nil {
		t.Fatal(err)
	}
	i, err := plan.DecodeInterface(vectorFile(t, "model.client"))
	if err != nil {
		t.Fatal(err)
	}
	keys := readVector(t, filepath.Join(dir, "eval.keys"), &p.Interface, wire.DecodeEvaluationKeys)
	request := readVector(t, filepath.Join(dir, name), &p.Interface, wire.DecodeRequest)
	out := vectorAnswer{response: serveVectors(t, p, keys, request).Encode(&p.Interface)}

	secret, err := crypt.NewSecretKey(i, readVector(t, filepath.Join(dir, "secret.key"), i, wire.DecodeSecretKey))
	if err != nil {
		t.Fatal(err)
	}
	response, err := wire.DecodeResponse(out.response, i)
	if err != nil {
		t.Fatal(err)
	}
	runs, err := secret.Decryptor().Decrypt(response)
	if err != nil {
		t.Fatal(err)
	}
	unpack, err := codec.NewCodec(i)
	if err != nil {
		t.Fatal(err)
	}
	results, err := unpack.Results(runs)
	if err != nil {
		t.Fatal(err)
	}
	for s, x := range vectorSamples {
		out.outputs = append(out.outputs, results[s].Primary)
		if d := farthest(out.outputs[s], graphtest.Run(p.Imported, x)); d > i.PublicError {
			t.Errorf("%s: sample %d is off by %v, predicted %v", name, s, d, i.PublicError)
		}
	}
	return out
}

func readVector[T any](t *testing.T, path string, i *plan.Interface, decode func([]byte, *plan.Interface) (T, error)) T {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	v, err := decode(b, i)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func farthest(a, b []float64) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	worst := 0.0
	for k := range a {
		worst = max(worst, math.Abs(a[k]-b[k]))
	}
	return worst
}
