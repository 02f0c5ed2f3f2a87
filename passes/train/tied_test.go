package train

import (
	"math/rand/v2"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
	"hecc/passes/windows"
)

// TestRefitTiedRecovers: where another convolution is exact, refitting finds it from three samples, which leave weights without
// ties undetermined.
func TestRefitTiedRecovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	in := []int{2, 12, 12}
	old, out := graphtest.Conv(rng, in, 3, 3, 1, 1)
	other, _ := graphtest.Conv(rng, in, 3, 3, 1, 1)
	op, exact := tensor.Affine{Shape: out, Maps: []*tensor.Map{old}}, tensor.Affine{Shape: out, Maps: []*tensor.Map{other}}
	x := []sampled.Matrix{randomValues(rng, 3, 288)}
	want := sampled.Affine(exact, x)
	tie, ok := windows.TieOf(op, [][]int{in}, out)
	if !ok {
		t.Fatal("no ties")
	}
	refitted := RefitTied(t.Context(), op, tie, x, want)
	fresh := []sampled.Matrix{randomValues(rng, 5, 288)}
	before, after := residual(op, fresh, sampled.Affine(exact, fresh)), residual(refitted, fresh, sampled.Affine(exact, fresh))
	if a, b := sampled.SumSquares(after.Data), sampled.SumSquares(before.Data); a > 1e-4*b {
		t.Fatalf("%v is left of %v on unseen samples", a, b)
	}
	if _, ok := windows.TieOf(refitted, [][]int{in}, out); !ok {
		t.Error("the ties are lost")
	}
}

// TestRefitTiedResidual: a map that hands a second value on, as residual connections do, stays as it is.
func TestRefitTiedResidual(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	in := []int{2, 8, 8}
	m, out := graphtest.Conv(rng, in, 2, 3, 1, 1)
	op := tensor.Affine{Shape: out, Maps: []*tensor.Map{m, tensor.IdentityMap(128)}}
	x := []sampled.Matrix{randomValues(rng, 4, 128), randomValues(rng, 4, 128)}
	tie, ok := windows.TieOf(op, [][]int{in, in}, out)
	if !ok || tie.Classes != 2 {
		t.Fatalf("%+v", tie)
	}
	refitted := RefitTied(t.Context(), op, tie, x, randomValues(rng, 4, 128))
	if !refitted.Maps[1].IsIdentity() {
		t.Error("the second map was refitted")
	}
}
