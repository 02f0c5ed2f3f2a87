package packing

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/he"
	"hecc/ir/tensor"
)

// mapOf has an entry wherever has says so.
func mapOf(rows, cols int, has func(i, j int) bool) *tensor.Map {
	rng := rand.New(rand.NewPCG(1, 1))
	b := tensor.NewMapBuilder(cols)
	for i := range rows {
		for j := range cols {
			if has(i, j) {
				b.Add(j, rng.Float64()-0.5)
			}
		}
		b.EndRow(0)
	}
	return b.Map()
}

// shifted is a layout of the input as search.inputLayouts makes them.
func shifted(size, slots, h int) he.Layout {
	copies := slots / h
	k := (size + copies - 1) / copies
	return he.Vector(size, slots, size, k*copies, he.Move(copies, 1, k, 2), he.Move(h, 1, 1, 2))
}

// TestMatchIsGreedy holds the diagonals that match finds against those of trying every rotation in the order
// of preference.
func TestMatchIsGreedy(t *testing.T) {
	kinds := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		slots := 1 << rapid.IntRange(1, 8).Draw(t, "log slots")
		rng := graphtest.Rand(t)
		rows := rapid.IntRange(1, 2*slots).Draw(t, "rows")
		var parts []part
		for range rapid.IntRange(1, 2).Draw(t, "parts") {
			cols := rapid.IntRange(1, 2*slots).Draw(t, "cols")
			layouts := []he.Layout{he.Periodic(cols, slots)}
			if h := he.CeilPow2(rows); h < slots && cols <= slots && shifted(cols, slots, h).Check() == nil {
				layouts = append(layouts, shifted(cols, slots, h))
			}
			if f, ok := contiguous(cols, []part{{in: he.Periodic(slots, slots)}}); ok {
				layouts = append(layouts, f.out)
			}
			p := part{in: rapid.SampledFrom(layouts).Draw(t, "layout")}
			switch kind := rapid.SampledFrom([]string{"dense", "sparse", "band", "few"}).Draw(t, "map"); kind {
			case "dense":
				p.m = mapOf(rows, cols, func(i, j int) bool { return true })
			case "sparse":
				p.m = mapOf(rows, cols, func(i, j int) bool { return rng.IntN(5) == 0 })
			case "band":
				p.m = mapOf(rows, cols, func(i, j int) bool { return max(i-j, j-i) < 3 })
			case "few":
				p.m = mapOf(rows, cols, func(i, j int) bool { return rng.IntN(cols*rows) < 4 })
			}
			parts = append(parts, p)
		}
		for _, f := range families(rows, parts) {
			for ct := range f.out.Cts() {
				got, ok := f.match(parts, ct)
				want, wantOK := greedy(f, parts, ct)
				if ok != wantOK || !slices.Equal(got.Diagonals, want.Diagonals) {
					t.Fatalf("step %d, %v to %v: %v %v, trying all gives %v %v", f.step, parts[0].in, f.collect, ok, got.Diagonals, wantOK, want.Diagonals)
				}
				kinds[fmt.Sprint(f.step > 1, parts[0].in.Spread() > 1, ok)]++
			}
		}
	})
	if len(kinds) < 4 {
		t.Errorf("not all kinds of families were tried: %v", kinds)
	}
}

// greedy tries every rotation of every ciphertext.
func greedy(f family, parts []part, ct int) (*he.Matrix, bool) {
	m := &he.Matrix{Collect: f.collect, Period: f.period, Ct: ct, First: ct * f.perCt}
	for _, p := range parts {
		m.Parts = append(m.Parts, he.Part{Weights: rowsOf(p.m, m.First, min(m.First+f.perCt, p.m.Rows)), In: p.in})
	}
	fill := m.Fill()
	for k, p := range parts {
		all := make([]int, p.in.Slots)
		for by := range all {
			all[by] = by
		}
		slices.SortFunc(all, f.preference(p.in).compare)
		for c := range p.in.Cts() {
			for _, by := range all {
				fill.Try(he.RotatedOperand{Part: k, Ct: c, Rotation: by})
			}
		}
	}
	return m, fill.Unplaced() == 0
}

// BenchmarkMatch finds the diagonals of maps in all families, with the input as the client would lay it out:
// dense layers, a band, a convolution of one axis as a Toeplitz matrix, and one entry in each row somewhere.
func BenchmarkMatch(b *testing.B) {
	dense := func(int, int) bool { return true }
	for _, c := range []struct {
		name       string
		rows, cols int
		has        func(i, j int) bool
	}{
		{"dense-784-128", 128, 784, dense},
		{"dense-1000-300", 300, 1000, dense},
		{"dense-300-100", 100, 300, dense},
		{"dense-100-7", 7, 100, dense},
		{"dense-4096-64", 64, 4096, dense},
		{"band-4096", 4096, 4096, func(i, j int) bool { return max(i-j, j-i) <= 8 && (i+j)%3 == 0 }},
		{"toeplitz-4096", 4096, 4096, func(i, j int) bool { return j >= i && j < i+25 }},
		{"scattered-2048", 2048, 2048, func(i, j int) bool { return (i*i+7*j)%2048 == 0 }},
	} {
		m := mapOf(c.rows, c.cols, c.has)
		for logSlots := 13; logSlots <= 16; logSlots++ {
			parts := []part{{m, he.Periodic(c.cols, 1<<logSlots)}}
			if h := he.CeilPow2(c.rows); h < 1024 {
				parts[0].in = shifted(c.cols, 1<<logSlots, h)
			}
			b.Run(fmt.Sprintf("%s/slots=%d", c.name, 1<<logSlots), func(b *testing.B) {
				diagonals := 0
				for b.Loop() {
					diagonals = 0
					for _, f := range families(c.rows, parts) {
						if m, ok := f.match(parts, 0); ok {
							diagonals += len(m.Diagonals)
						}
					}
				}
				b.ReportMetric(float64(diagonals), "diagonals")
			})
		}
	}
}
