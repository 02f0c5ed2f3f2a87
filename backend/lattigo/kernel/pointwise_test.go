package kernel

import (
	"math/rand/v2"
	"testing"

	"hecc/ir/params"
)

func TestPointwise(t *testing.T) {
	everyRing(t, func(t *testing.T, r *Ring) {
		ps := patterns(r.n, r.q)
		for _, x := range ps {
			for _, y := range ps {
				testPointwise(t, r, x, y)
			}
		}
	})
}

func testPointwise(t *testing.T, r *Ring, x, y []uint64) {
	c := rand.Uint64N(r.q)
	z := make([]uint64, r.n)
	for name, op := range map[string]struct {
		run  func()
		want func(s *exact, j int)
	}{
		"add":    {func() { r.Add(z, x, y) }, func(s *exact, j int) { s.addProduct(x[j], 1, r.q); s.addProduct(y[j], 1, r.q) }},
		"affine": {func() { r.Affine(z, x, r.NewAffine(c, c/2)) }, func(s *exact, j int) { s.addProduct(x[j], c, r.q); s.addProduct(c/2, 1, r.q) }},
		"sub":    {func() { r.Sub(z, x, y) }, func(s *exact, j int) { s.addProduct(x[j], 1, r.q); s.addProduct(r.q-y[j], 1, r.q) }},
		"mulsub": {func() { r.MulSub(z, x, y, r.NewScalar(c)) },
			func(s *exact, j int) { s.addProduct(x[j], c, r.q); s.addProduct(r.q-y[j], 1, r.q) }},
	} {
		op.run()
		for j := range z {
			var want exact
			op.want(&want, j)
			if z[j] != uint64(want) {
				t.Fatalf("%s: coefficient %d of %d and %d is %d", name, j, x[j], y[j], z[j])
			}
		}
	}
}

func TestMul(t *testing.T) {
	everyRing(t, func(t *testing.T, r *Ring) {
		for _, p := range patterns(r.n, r.q) {
			x0, x1, y0, y1 := p, rotate(p, 1), rotate(p, 2), rotate(p, 5)
			var z [3][]uint64
			for i := range z {
				z[i] = make([]uint64, r.n)
			}
			r.Mul(z[0], z[1], z[2], x0, x1, y0, y1)
			for j := range r.n {
				var want [3]exact
				want[0].addProduct(x0[j], y0[j], r.q)
				want[1].addProduct(x0[j], y1[j], r.q)
				want[1].addProduct(x1[j], y0[j], r.q)
				want[2].addProduct(x1[j], y1[j], r.q)
				for i := range want {
					if z[i][j] != uint64(want[i]) {
						t.Fatalf("half %d, coefficient %d is wrong", i, j)
					}
				}
			}
		}
	})
}

// TestLift lifts from larger and smaller moduli.
func TestLift(t *testing.T) {
	for _, bits := range testBits {
		from := NewModulus(subRing(t, params.ConjugateInvariant, 10, bits))
		everyRing(t, func(t *testing.T, r *Ring) {
			src := patterns(r.n, from.q)[1]
			copy(src, []uint64{0, from.q - 1, from.q / 2, from.q/2 + 1, 1})
			factor := rand.Uint64N(r.q)
			got, want := make([]uint64, r.n), make([]uint64, r.n)
			for j, x := range src {
				var s exact
				s.addProduct(x, factor, r.q)
				if x > from.q/2 { // x - p
					s.addProduct(factor, (r.q-from.q%r.q)%r.q, r.q)
				}
				want[j] = uint64(s)
			}
			r.lattigo.NTT(want, want)
			r.NewLift(from, factor).ToNTT(got, src)
			for j := range got {
				if got[j] != want[j] {
					t.Fatalf("from %d to %d: value %d differs", from.q, r.q, j)
				}
			}
		})
	}
}
