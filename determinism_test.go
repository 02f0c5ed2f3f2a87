package hecc_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"runtime"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
	"hecc/passes"
)

// TestEqualPlans: equal input gives the same plan byte for byte, on one core and on two.
func TestEqualPlans(t *testing.T) {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(3, 3)))
	x := b.Add(tensor.Func{Fn: "tanh"}, b.Dense(b.Input(8), 6))
	g := b.Output(b.Dense(b.Add(tensor.Func{Fn: "relu"}, b.Dense(x, 6)), 3))
	opts := passes.Options{Calibration: normalSamples(1, 200, 8), TargetError: 0.5}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var files [][]byte
	for _, cores := range []int{1, 2} {
		runtime.GOMAXPROCS(cores)
		r, err := passes.Compile(context.Background(), g, opts)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, r.Plan.Encode())
	}
	if !bytes.Equal(files[0], files[1]) {
		t.Error("another plan on two cores than on one")
	}
}
