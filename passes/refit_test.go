package passes

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/tensor"
)

func randomValues(rng *rand.Rand, rows, cols int) values {
	return values{cols, graphtest.Vector(rng, rows*cols, 1)}
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
		var in []values
		for range rapid.IntRange(1, 2).Draw(t, "operands") {
			cols := rapid.IntRange(1, 6).Draw(t, "columns")
			m := randomMap(rng, rows, cols, share)
			other := *m
			other.Val, other.Bias = graphtest.Vector(rng, len(m.Val), 2), graphtest.Vector(rng, rows, 2)
			op.Maps, exact.Maps = append(op.Maps, m), append(exact.Maps, &other)
			in = append(in, randomValues(rng, 400, cols))
		}
		want := evalAffine(exact, in)
		before, after := residual(op, in, want), residual(refit(op, in, want), in, want)
		if a, b := sumSquares(after.data), sumSquares(before.data); a > 1e-4*b+1e-12 {
			t.Fatalf("%v is left of %v", a, b)
		}
	})
}

// TestRefitDegenerate: what cannot be improved stays finite and close to what it was.
func TestRefitDegenerate(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	constant := newValues(50, 6)
	same := newValues(50, 6)
	for s := range 50 {
		for i := range 6 {
			constant.row(s)[i], same.row(s)[i] = 3, float64(s)
		}
	}
	for name, c := range map[string]struct{ in, want values }{
		"constant features":           {constant, randomValues(rng, 50, 4)},
		"equal features":              {same, randomValues(rng, 50, 4)},
		"nothing to learn":            {randomValues(rng, 50, 6), randomValues(rng, 50, 4)},
		"fewer samples than features": {randomValues(rng, 6, 6), randomValues(rng, 6, 4)},
		"one sample":                  {randomValues(rng, 1, 6), randomValues(rng, 1, 4)},
	} {
		op := tensor.Affine{Shape: []int{4}, Maps: []*tensor.Map{randomMap(rng, 4, 6, 1)}}
		got := refit(op, []values{c.in}, c.want)
		if err := checkFinite(got); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		a, b := sumSquares(residual(got, []values{c.in}, c.want).data), sumSquares(residual(op, []values{c.in}, c.want).data)
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

// TestCompensation: on held-out samples of random networks it helps relu, and what is
// taken is never worse than the same polynomials without it.
func TestCompensation(t *testing.T) {
	for _, fn := range []string{"relu", "tanh", "sigmoid"} {
		for seed := range uint64(3) {
			g := graphtest.Teacher(seed, fn, 12, 16, 8, 4)
			f := fitterOf(t, g, graphtest.Samples(g, 1024), targets{error: 1e-9})
			f.felt = nil // so that both fit the same
			for _, d := range []int{1, 2, 3} {
				c := choice{forms: polynomials(d, d), refit: false, widen: widenings[0]}
				plain, err := f.try(t.Context(), c)
				if err != nil {
					t.Fatal(err)
				}
				best, err := f.best(t.Context(), c.forms, f.modes())
				if err != nil {
					t.Fatal(err)
				}
				if best.fit.Error > plain.fit.Error {
					t.Errorf("%s degree %d: error %v, without compensation %v", fn, d, best.fit.Error, plain.fit.Error)
				}
				c.refit = true
				refitted, err := f.try(t.Context(), c)
				if err != nil {
					t.Fatal(err)
				}
				if refitted.fit.RMS > 1.01*plain.fit.RMS {
					t.Errorf("%s degree %d: RMS %v with compensation, %v without", fn, d, refitted.fit.RMS, plain.fit.RMS)
				}
				if fn == "relu" && d == 2 && refitted.fit.RMS > 0.97*plain.fit.RMS {
					t.Errorf("%s degree %d: compensation takes RMS from %v to %v only", fn, d, plain.fit.RMS, refitted.fit.RMS)
				}
			}
		}
	}
}
