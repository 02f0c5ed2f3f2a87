package hecc_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"

	"hecc/backend/lattigo/crypt"
	"hecc/backend/lattigo/eval"
	"hecc/frontend/onnx"
	"hecc/passes"
	"hecc/runtime/codec"
	"hecc/runtime/wire"
)

// Benchmarks of whole models, each named BenchmarkX/model=NAME, with which benchstat compares two commits: see CONTRIBUTING.md.
// Times depend on the machine. What does not is in testdata/counts.golden.

// benchModel is a shipped model, compiled as its users do.
type benchModel struct {
	name, file, data string
	agreement        float64
	slow             bool // it takes more than a second or two to compile
}

var benchModels = []benchModel{
	{name: "square", file: "mnist/square", data: "mnist"},
	{name: "square_deep", file: "mnist/square_deep", data: "mnist"},
	{name: "pca", file: "mnist/pca", data: "mnist"},
	{name: "pca_sigmoid", file: "mnist/pca_sigmoid", data: "mnist", slow: true},
	{name: "autoencoder", file: "vibration/autoencoder", data: "vibration", slow: true},
	{name: "relu@0.98", file: "mnist/relu", data: "mnist", agreement: 0.98, slow: true},
	{name: "relu", file: "mnist/relu", data: "mnist", slow: true},
}

func (m benchModel) compile(b *testing.B) *passes.Result {
	b.Helper()
	g, err := onnx.Load(filepath.Join("models", m.file+".onnx"))
	if err != nil {
		b.Fatal(err)
	}
	r, err := passes.Compile(context.Background(), g, passes.Options{Calibration: calibration(b, m.data), TargetAgreement: m.agreement})
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// benchRig is one client of a model, and its server.
type benchRig struct {
	compiled *passes.Result
	key      *crypt.SecretKey
	keys     *wire.EvaluationKeys
	runs     []codec.Run // of one sample
	request  *wire.Request
}

var benchRigs sync.Map // by model's name: benchmarks, and repetitions of one, share them

func (m benchModel) rig(b *testing.B) *benchRig {
	b.Helper()
	if r, ok := benchRigs.Load(m.name); ok {
		return r.(*benchRig)
	}
	r := &benchRig{compiled: m.compile(b)}
	i := &r.compiled.Plan.Interface
	var err error
	r.key, err = crypt.GenerateSecretKey(i)
	check(err)
	r.keys, err = r.key.EvaluationKeys()
	check(err)
	c, err := codec.NewCodec(i)
	check(err)
	r.runs, err = c.Runs(calibration(b, m.data)[:1])
	check(err)
	r.request, err = r.key.Encryptor().Encrypt(r.runs)
	check(err)
	benchRigs.Store(m.name, r)
	return r
}

// eachModel runs a benchmark for each model; with -short for those that are compiled at once.
func eachModel(b *testing.B, f func(b *testing.B, r *benchRig)) {
	for _, m := range benchModels {
		b.Run("model="+m.name, func(b *testing.B) {
			if testing.Short() && m.slow {
				b.Skip("compiled too slowly for -short")
			}
			r := m.rig(b)
			b.ReportAllocs()
			f(b, r)
		})
	}
}

// BenchmarkCompile is the way from ONNX to the plan.
func BenchmarkCompile(b *testing.B) {
	for _, m := range benchModels {
		if m.name != "square" && m.name != "relu@0.98" {
			continue
		}
		b.Run("model="+m.name, func(b *testing.B) {
			if testing.Short() && m.slow {
				b.Skip("compiled too slowly for -short")
			}
			for b.Loop() {
				m.compile(b)
			}
		})
	}
}

// BenchmarkKeys makes the evaluation keys of a client.
func BenchmarkKeys(b *testing.B) {
	eachModel(b, func(b *testing.B, r *benchRig) {
		for b.Loop() {
			_, err := r.key.EvaluationKeys()
			check(err)
		}
		b.ReportMetric(float64(wire.EvaluationKeysSize(&r.compiled.Plan.Interface)), "file-B")
	})
}

// BenchmarkLoad prepares a plan for all clients.
func BenchmarkLoad(b *testing.B) {
	eachModel(b, func(b *testing.B, r *benchRig) {
		for b.Loop() {
			model, err := eval.Load(b.Context(), r.compiled.Plan, eval.Threads(1))
			check(err)
			model.Close()
		}
	})
}

// BenchmarkOpen adds the keys of a client.
func BenchmarkOpen(b *testing.B) {
	eachModel(b, func(b *testing.B, r *benchRig) {
		model := r.load(b)
		for b.Loop() {
			session, err := model.Open(b.Context(), r.keys)
			check(err)
			session.Close()
		}
	})
}

// load prepares the plan, for one thread, with memory to spare.
func (r *benchRig) load(b *testing.B) *eval.Model {
	const plenty = 2 << 30
	model, err := eval.Load(b.Context(), r.compiled.Plan, eval.Threads(1), eval.Memory(plenty))
	check(err)
	return model
}

func (r *benchRig) open(b *testing.B) *eval.Session {
	session, err := r.load(b).Open(b.Context(), r.keys)
	check(err)
	return session
}

// BenchmarkEncrypt is one sample: slots to ciphertexts.
func BenchmarkEncrypt(b *testing.B) {
	eachModel(b, func(b *testing.B, r *benchRig) {
		encryptor := r.key.Encryptor()
		for b.Loop() {
			_, err := encryptor.Encrypt(r.runs)
			check(err)
		}
	})
}

// BenchmarkServer is a run on one sample, on one thread.
func BenchmarkServer(b *testing.B) {
	eachModel(b, func(b *testing.B, r *benchRig) {
		session := r.open(b)
		for b.Loop() {
			_, err := session.Run(context.Background(), r.request, nil)
			check(err)
		}
	})
}

// BenchmarkDecrypt is one answer: ciphertexts to slots.
func BenchmarkDecrypt(b *testing.B) {
	eachModel(b, func(b *testing.B, r *benchRig) {
		response, err := r.open(b).Run(context.Background(), r.request, nil)
		check(err)
		decryptor := r.key.Decryptor()
		for b.Loop() {
			_, err := decryptor.Decrypt(response)
			check(err)
		}
	})
}
