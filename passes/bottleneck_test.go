package passes

import (
	"context"
	"math/rand/v2"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/tensor"
	"hecc/passes/packing"
)

// TestBottleneck: two thin maps whose product is much larger than both stay apart all the way.
func TestBottleneck(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	const wide, thin = 200, 4
	g := tensor.New("bottleneck.onnx", tensor.Imported)
	v := g.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: []int{wide}})
	for _, shape := range [][]int{{wide, thin}, {thin, wide}} {
		w := g.MustAdd(diag.Pos{}, tensor.Const{Shape: shape, Data: graphtest.Vector(rng, wide*thin, 1)})
		v = g.MustAdd(diag.Pos{}, tensor.MatMul{}, v, w)
	}
	g.Outputs = []tensor.Output{{Name: "y", Node: v}}
	r, err := Compile(context.Background(), g, unitBox(g))
	if err != nil {
		t.Fatal(err)
	}
	if d := packing.Depth(r.Plan.Polynomial); d != 2 {
		t.Errorf("depth %d, want two maps", d)
	}
	checkCompiled(t, g, r)
}
