package kernel

import (
	"fmt"
	"testing"

	"hecc/ir/params"
)

// TestMatrix holds every row against an exact sum, on a part of the coefficients and on top of what is there.
func TestMatrix(t *testing.T) {
	everyRing(t, func(t *testing.T, r *Ring) {
		for _, shape := range [][2]int{{1, 1}, {3, 5}, {4, 256}, {10, 33}} {
			for pattern := range 4 {
				testMatrix(t, r, shape[0], shape[1], pattern)
			}
		}
	})
}

func testMatrix(t *testing.T, r *Ring, rows, terms, pattern int) {
	t.Helper()
	var plain, weights, sources [][]uint64
	for k := range rows {
		row := patternOf(r.n, r.q, pattern)[:terms]
		row[k%terms] = uint64(k)
		plain = append(plain, row)
		form := make([]uint64, terms)
		for e, x := range row {
			form[e] = r.Montgomery(x)
		}
		weights = append(weights, form)
	}
	for range terms {
		sources = append(sources, patternOf(r.n, r.q, pattern))
	}
	m := r.NewMatrix(weights)
	scratch := make([]uint64, m.Scratch())
	outs := make([][]uint64, rows)
	for k := range outs {
		outs[k] = make([]uint64, r.n)
	}
	from, to := MatrixTile, r.n-MatrixTile
	m.Multiply(outs, sources, from, to, false, scratch)
	m.Multiply(outs, sources, from, r.n/2, true, scratch)
	for k, out := range outs {
		for j, got := range out {
			var want exact
			for e, s := range sources {
				if j >= from && j < to {
					want.addProduct(s[j], plain[k][e], r.q)
				}
			}
			if j < r.n/2 {
				want = exact((2 * uint64(want)) % r.q)
			}
			if got != uint64(want) {
				t.Fatalf("%d rows of %d terms, pattern %d: row %d coefficient %d is %d, want %d", rows, terms, pattern, k, j, got, want)
			}
		}
	}
}

// BenchmarkMatrix is a part of a batch's dense layer: products of 128 rows with 128 polynomials.
func BenchmarkMatrix(b *testing.B) {
	const rows, terms = 128, 128
	for _, bits := range []float64{60, 49} {
		s := subRing(b, params.ConjugateInvariant, 12, bits)
		for _, use := range everyInstructions() {
			r := NewRing(s, use)
			var weights, outs, sources [][]uint64
			for range rows {
				weights, outs = append(weights, residues(terms, r.q)), append(outs, make([]uint64, r.n))
			}
			for range terms {
				sources = append(sources, residues(r.n, r.q))
			}
			m := r.NewMatrix(weights)
			scratch := make([]uint64, m.Scratch())
			b.Run(fmt.Sprintf("bits=%v/instructions=%v", bits, use), func(b *testing.B) {
				for b.Loop() {
					m.Multiply(outs, sources, 0, r.n, false, scratch)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows*terms*r.n), "ns/product")
			})
		}
	}
}
