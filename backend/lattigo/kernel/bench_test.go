package kernel

import (
	"fmt"
	"slices"
	"testing"

	"hecc/ir/params"
)

// BenchmarkGather sums as a Fold of three rotations does, and as a Linear with 15 of them, whose weights do not fit the
// caches.
func BenchmarkGather(b *testing.B) {
	for _, bits := range []float64{60, 49} {
		s := subRing(b, params.ConjugateInvariant, 13, bits)
		for _, c := range []Columns{{Pairs: 6, PlainFirst: 4, PlainSecond: 1}, {Pairs: 30, First: 16, Second: 1}} {
			for _, use := range everyInstructions() {
				r := NewRing(s, use)
				table, err := NewTable(r.n, c, randomPerms(b, r, c.total()))
				if err != nil {
					b.Fatal(err)
				}
				weights := packed(r, residues(r.n*c.Weights(), r.q))
				var sources [][]uint64
				for range c.total() {
					sources = append(sources, residues(r.n, r.q))
				}
				for _, in := range []struct {
					name   string
					copies int
				}{{"cached", 1}, {"streamed", 1 + 64<<20/len(weights)/8}} {
					all := make([][]uint64, in.copies)
					for i := range all {
						all[i] = slices.Clone(weights)
					}
					out0, out1 := make([]uint64, r.n), make([]uint64, r.n)
					b.Run(fmt.Sprintf("bits=%v/pairs=%d/weights=%s/instructions=%v", bits, c.Pairs, in.name, use), func(b *testing.B) {
						b.SetBytes(int64(8 * len(weights)))
						for i := 0; b.Loop(); i++ {
							r.Gather(out0, out1, table, all[i%in.copies], sources, false, false, 0, 1)
						}
					})
				}
			}
		}
	}
}
