package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"hecc/backend/lattigo/crypt"
	"hecc/backend/lattigo/eval"
	"hecc/backend/lattigo/kernel"
	"hecc/ir/memory"
	"hecc/ir/plan"
)

// shippedModels are the models of docs/memory.md, with what a client took before models and sessions were
// apart.
var shippedModels = []struct {
	model     string
	options   compileOptions
	heap      float64 // live heap for each client then, in MiB
	open      float64 // and the time to open, in ms
	heapBound float64 // for a further client, in MiB; 0 for none
}{
	{"mnist/square", compileOptions{}, 24.3, 151, 20},
	{"mnist/square_deep", compileOptions{}, 62.7, 180, 0},
	{"mnist/pca", compileOptions{}, 8.4, 45, 0},
	{"mnist/pca_sigmoid", compileOptions{}, 48.7, 138, 0},
	{"vibration/autoencoder", compileOptions{}, 37.0, 103, 0},
	{"mnist/relu", compileOptions{agreement: 0.98}, 176.9, 1035, 100},
	{"mnist/relu", compileOptions{}, 1127.3, 5100, 0},
}

// shippedPlan compiles a shipped model on its calibration data.
func shippedPlan(t *testing.T, model string, o compileOptions) *plan.Plan {
	t.Helper()
	o.calibrate, o.security, o.batch, o.optimize = filepath.Join(data, filepath.Dir(model), "calibrate.npy"), 128, 1, "latency"
	p, _, _, err := o.planFor(t.Context(), filepath.Join(shipped, model+".onnx"), "")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestSquareBytes pins what the server holds for the network of the demo, with kernels in Go: the aim is 20
// MiB for a client.
func TestSquareBytes(t *testing.T) {
	model, err := eval.Load(context.Background(), shippedPlan(t, "mnist/square", compileOptions{}), eval.Instructions(kernel.Go))
	if err != nil {
		t.Fatal(err)
	}
	got := [3]int64{model.Bytes(), model.SessionBytes(), model.RunBytes()}
	if want := [3]int64{7729152, 77 << 18, 2566976}; got != want {
		t.Errorf("%d bytes of the model, a session and a run, want %d", got, want)
	}
}

// TestMemory measures what the server takes for each shipped model and its clients. With -update it writes
// docs/memory.md:
//
//	go test ./cmd/hecc -run Memory -full -update
func TestMemory(t *testing.T) {
	if !*full {
		t.Skip("without -full: TestSquareBytes pins the memory of one model")
	}
	doc := memoryText
	for _, m := range shippedModels {
		row := memoryOf(t, shippedPlan(t, m.model, m.options), m.heapBound)
		name := "`" + filepath.Base(m.model) + "`"
		if m.options.agreement > 0 {
			name += fmt.Sprintf(" at %v", m.options.agreement)
		}
		line := fmt.Sprintf("| %s | %.1f MiB | %.0f ms | %s |\n", name, m.heap, m.open, row)
		t.Log(line)
		doc += line
	}
	if *update && !t.Failed() {
		if err := os.WriteFile("../../docs/memory.md", []byte(doc), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// memoryOf loads a plan and opens clients: memory of the live heap, the shortest of three times.
func memoryOf(t *testing.T, p *plan.Plan, bound float64) string {
	t.Helper()
	key, err := crypt.GenerateSecretKey(&p.Interface)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := key.EvaluationKeys()
	if err != nil {
		t.Fatal(err)
	}
	file := keys.Encode(&p.Interface)
	keys = nil
	before := liveHeap()
	start := time.Now()
	model, err := eval.Load(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	load := ms(time.Since(start))
	loaded := liveHeap()
	open, sessions := math.Inf(1), []*eval.Session{}
	for range 3 {
		start := time.Now()
		s, err := model.OpenStream(context.Background(), bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		open = min(open, ms(time.Since(start)))
		sessions = append(sessions, s)
	}
	each := float64(liveHeap()-loaded) / 3
	if held := float64(sessions[0].Bytes()); math.Abs(each-held) > held/50+1<<16 {
		t.Errorf("a session holds %.0f bytes of the heap, and says %.0f", each, held)
	}
	holdPrediction(t, p, float64(loaded-before), each)
	if bound > 0 && each > bound*(1<<20) {
		t.Errorf("a client takes %.1f MiB, the bound is %v", each/(1<<20), bound)
	}
	row := fmt.Sprintf("%.0f ms | %.1f MiB | %.1f MiB | %.2f MiB | %.0f ms", load, float64(loaded-before-model.RunBytes())/(1<<20),
		float64(model.RunBytes())/(1<<20), each/(1<<20), open)
	runtime.KeepAlive(sessions)
	runtime.KeepAlive(file)
	return row
}

// holdPrediction compares what is predicted from the plan alone with what the heap has: of the model with a run's
// buffers, and of a session.
func holdPrediction(t *testing.T, p *plan.Plan, model, session float64) {
	t.Helper()
	u := memory.Of(p.Circuit, eval.Processor())
	t.Logf("model and run: %.1f MiB on the heap, %.1f predicted; a session: %.1f, %.1f",
		model/(1<<20), float64(u.Model+u.Run)/(1<<20), session/(1<<20), float64(u.Session)/(1<<20))
	for _, x := range [][2]float64{{model, float64(u.Model + u.Run)}, {session, float64(u.Session)}} {
		if math.Abs(x[0]-x[1]) > x[1]/10 {
			t.Errorf("%.0f bytes on the heap, predicted %.0f", x[0], x[1])
		}
	}
}

func liveHeap() int64 {
	for range 3 {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestMemoryFlag: sizes need a unit, and a budget that is too small names the least.
func TestMemoryFlag(t *testing.T) {
	for text, want := range map[string]byteSize{"1KiB": 1 << 10, "1.5 MiB": 3 << 19, "2GiB": 2 << 30} {
		var b byteSize
		if err := b.Set(text); err != nil || b != want {
			t.Errorf("%q is %d, error %v", text, b, err)
		}
	}
	for _, text := range []string{"", "5", "MiB", "-1MiB", "0KiB", "NaNMiB", "1e300GiB", "5MB"} {
		if err := new(byteSize).Set(text); err == nil {
			t.Errorf("%q passes", text)
		}
	}
	p := shippedPlan(t, "mnist/square", compileOptions{})
	if _, err := loadModel(context.Background(), p, 1, 5<<20); err == nil || !strings.Contains(err.Error(), "give at least 19712KiB") {
		t.Errorf("error %v", err)
	}
	if _, err := loadModel(context.Background(), p, 1, 19712<<10); err != nil {
		t.Error(err)
	}
}

const memoryText = `# Memory and time of the server

What the server takes for each shipped model, compiled on its calibration data: once for the model, for the buffers of each run at the same time, and for each client.
Memory is the live heap; times are wall clock on two cores without AVX-512, the shortest of three openings. Before, every client had all of it to himself: the two columns are what each client took then, first or
further, at commit 1abb7d5, without the buffers of runs, which each collection of garbage dropped. A first client now takes the model, a run and a client; each further one takes a client alone. Written by

    go test ./cmd/hecc -run Memory -full -update

` + "`--memory`" + ` lets clients take more, and runs less time: see RATIONALE, "Keys are held once, unless memory is given".

All of it is predicted from the plan alone, by hecc compile, hecc inspect and the Summary of package hecc, to the byte of what the model and the session count; the test that writes this holds
the prediction against the heap too, within a tenth. What a server keeps of the plan itself, requests and responses come on top.

| model | each client before | to open before | to load | model | each run at the same time | each client | to open |
|---|---|---|---|---|---|---|---|
`
