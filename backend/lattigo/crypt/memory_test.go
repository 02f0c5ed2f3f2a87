package crypt

import (
	"runtime"
	"testing"

	"github.com/tuneinsight/lattigo/v5/core/rlwe"

	"hecc/backend/lattigo/internal/plantest"
	"hecc/ir/he"
	"hecc/ir/memory"
	"hecc/ir/params"
)

// TestClientMemory compares what a client holds while it makes a key with what package memory says.
func TestClientMemory(t *testing.T) {
	for name, ring := range map[string]params.Ring{"conjugate-invariant": params.ConjugateInvariant, "standard": params.Standard} {
		b := plantest.New(plantest.Params(ring, 14, []float64{45, 40, 40, 40, 40, 40}, []float64{50, 50}), 1)
		p := b.Plan(b.Op(he.Fold{Steps: []int{0, 1}}, 5, 1, b.Input(0, 5, 1<<40)))
		before := liveHeap()
		key, err := GenerateSecretKey(&p.Interface)
		if err != nil {
			t.Fatal(err)
		}
		encryptor, gen := key.Encryptor(), rlwe.NewKeyGenerator(key.rlwe)
		made := gen.GenGaloisKeyNew(5, key.key)
		got, want := liveHeap()-before, memory.Of(p.Circuit, memory.Any).Client
		t.Logf("%s: %d KiB on the heap, %d predicted", name, got>>10, want>>10)
		if got < want*9/10 || got > want*11/10 {
			t.Errorf("%s: %d bytes on the heap, %d predicted", name, got, want)
		}
		runtime.KeepAlive(encryptor)
		runtime.KeepAlive(gen)
		runtime.KeepAlive(made)
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
