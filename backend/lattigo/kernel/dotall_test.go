package kernel

import (
	"slices"
	"testing"
)

// TestDotAll: sums that share sources are those of Dot, in parts, with tiles that end within a part.
func TestDotAll(t *testing.T) {
	everyRing(t, func(t *testing.T, r *Ring) {
		values := patterns(r.n, r.q)[1]
		var sums []DotSum
		var want [][]uint64
		for k, terms := range []int{3, 40, 0, 900} {
			s := DotSum{Out: slices.Clone(values), Weights: make([]uint64, r.n*terms)}
			for e := range terms {
				s.Sources = append(s.Sources, rotate(values, 3*e))
				Interleave(s.Weights, packed(r, rotate(values, 7*e+k)), e, terms)
			}
			sums, want = append(sums, s), append(want, make([]uint64, r.n))
			r.Dot(want[k], s.Sources, s.Weights)
		}
		for part := range 3 {
			r.DotAll(sums, part, 3, make([][]uint64, 900))
		}
		for k := range sums {
			if !slices.Equal(sums[k].Out, want[k]) {
				t.Fatalf("sum of %d terms differs", len(sums[k].Sources))
			}
		}
	})
}
