package train

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
)

func randomValues(rng *rand.Rand, rows, cols int) sampled.Matrix {
	return sampled.Matrix{Cols: cols, Data: graphtest.Vector(rng, rows*cols, 1)}
}

// randomMap has about the given share of all entries.
func randomMap(rng *rand.Rand, rows, cols int, share float64) *tensor.Map {
	b := tensor.NewMapBuilder(cols)
	for range rows {
		for j := range cols {
			if rng.Float64() < share {
				b.Add(j, rng.NormFloat64())
			}
		}
		b.EndRow(rng.NormFloat64())
	}
	return b.Map()
}

// TestRefitRecovers: where other weights on the same entries are exact, refitting finds them.
func TestRefitRecovers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := graphtest.Rand(t)
		rows := rapid.IntRange(1, 8).Draw(t, "rows")
		share := rapid.SampledFrom([]float64{0.3, 1}).Draw(t, "share")
		op, exact := tensor.Affine{Shape: []int{rows}}, tensor.Affine{Shape: []int{rows}}
		var in []sampled.Matrix
		for range rapid.IntRange(1, 2).Draw(t, "operands") {
			cols := rapid.IntRange(1, 6).Draw(t, "columns")
			m := randomMap(rng, rows, cols, share)
			other := *m
			other.Val, other.Bias = graphtest.Vector(rng, len(m.Val), 2), graphtest.Vector(rng, rows, 2)
			op.Maps, exact.Maps = append(op.Maps, m), append(exact.Maps, &other)
			in = append(in, randomValues(rng, 400, cols))
		}
		want := sampled.Affine(exact, in)
		before, after := residual(op, in, want), residual(Refit(op, in, want), in, want)
		if a, b := sampled.SumSquares(after.Data), sampled.SumSquares(before.Data); a > 1e-4*b+1e-12 {
			t.Fatalf("%v is left of %v", a, b)
		}
	})
}

// TestRefitDegenerate: what cannot be improved stays finite and close to what it was.
func TestRefitDegenerate(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	constant := sampled.NewMatrix(50, 6)
	same := sampled.NewMatrix(50, 6)
	for s := range 50 {
		for i := range 6 {
			constant.Row(s)[i], same.Row(s)[i] = 3, float64(s)
		}
	}
	for name, c := range map[string]struct{ in, want sampled.Matrix }{
		"constant features":           {constant, randomValues(rng, 50, 4)},
		"equal features":              {same, randomValues(rng, 50, 4)},
		"nothing to learn":            {randomValues(rng, 50, 6), randomValues(rng, 50, 4)},
		"fewer samples than features": {randomValues(rng, 6, 6), randomValues(rng, 6, 4)},
		"one sample":                  {randomValues(rng, 1, 6), randomValues(rng, 1, 4)},
	} {
		op := tensor.Affine{Shape: []int{4}, Maps: []*tensor.Map{randomMap(rng, 4, 6, 1)}}
		got := Refit(op, []sampled.Matrix{c.in}, c.want)
		if err := checkFinite(got); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		a, b := sampled.SumSquares(residual(got, []sampled.Matrix{c.in}, c.want).Data), sampled.SumSquares(residual(op, []sampled.Matrix{c.in}, c.want).Data)
		if a > 1.001*b {
			t.Errorf("%s: %v is left of %v", name, a, b)
		}
	}
}

func checkFinite(op tensor.Affine) error {
	g := tensor.New("", tensor.Lowering)
	x := g.MustAdd(diag.Pos{}, tensor.Input{Shape: []int{op.Maps[0].Cols}})
	_, err := g.Add(diag.Pos{}, op, x)
	return err
}
