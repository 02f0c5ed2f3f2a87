package kernel

import (
	"slices"
	"testing"
)

// TestGatherDot: the weighed sum of pairs is what Gather and then Dot give, in parts that end within a tile
// too.
func TestGatherDot(t *testing.T) {
	everyRing(t, func(t *testing.T, r *Ring) {
		values := patterns(r.n, r.q)[1]
		for _, terms := range []int{1, 3, 40, 300} {
			for _, c := range []Columns{{PlainFirst: 1, PlainSecond: 1}, {Pairs: 1, PlainFirst: 1}, {Pairs: 5, PlainFirst: 2}} {
				if terms > 40 && c.Pairs != 1 {
					continue
				}
				g, weights := gathered(t, r, c, terms, values)
				for _, pairsOnly := range []bool{false, true} {
					for _, accumulate := range []bool{false, true} {
						got := [2][]uint64{slices.Clone(values), slices.Clone(values)}
						tiled := [2][]uint64{slices.Clone(values), slices.Clone(values)}
						scratch := make([]uint64, r.GatherDotScratch(terms))
						for part := range 3 {
							r.GatherDot(g, weights, GatherOutput{got[0], got[1], pairsOnly, accumulate, part, 3}, scratch)
							r.gatherDotTiles(g, weights, GatherOutput{tiled[0], tiled[1], pairsOnly, accumulate, part, 3}, scratch)
						}
						want := r.gatherThenDot(g, weights, pairsOnly)
						for half := range want {
							if accumulate {
								r.Add(want[half], want[half], values)
							}
							if !slices.Equal(got[half], want[half]) || !slices.Equal(tiled[half], want[half]) {
								t.Fatalf("%d terms of %+v, pairs only %v, accumulate %v: half %d differs", terms, c, pairsOnly, accumulate, half)
							}
						}
					}
				}
			}
		}
	})
}

// gathered are pairs of sums that read different places of some values, and their weights.
func gathered(t *testing.T, r *Ring, c Columns, terms int, values []uint64) (g []GatherInput, weights []uint64) {
	weights = make([]uint64, r.n*terms)
	for e := range terms {
		table, err := NewTable(r.n, c, randomPerms(t, r, c.total()))
		if err != nil {
			t.Fatal(err)
		}
		one := GatherInput{Table: table, Weights: make([]uint64, r.n*c.Weights())}
		for at := range c.Weights() {
			Interleave(one.Weights, packed(r, rotate(values, 5*at+e)), at, c.Weights())
		}
		for at := range c.total() {
			one.Sources = append(one.Sources, rotate(values, 3*at+e))
		}
		g = append(g, one)
		Interleave(weights, packed(r, rotate(values, 7*e)), e, terms)
	}
	return g, weights
}

func (r *Ring) gatherThenDot(g []GatherInput, weights []uint64, pairsOnly bool) (out [2][]uint64) {
	var sums [2][][]uint64
	for _, one := range g {
		x, y := make([]uint64, r.n), make([]uint64, r.n)
		r.Gather(one, GatherOutput{x, y, pairsOnly, false, 0, 1})
		sums[0], sums[1] = append(sums[0], x), append(sums[1], y)
	}
	for half := range out {
		out[half] = make([]uint64, r.n)
		r.Dot(out[half], sums[half], weights)
	}
	return out
}

// TestGatherAll: tables at once give what they give one after the other.
func TestGatherAll(t *testing.T) {
	everyRing(t, func(t *testing.T, r *Ring) {
		values := patterns(r.n, r.q)[1]
		for _, tables := range []int{1, 3, 60} {
			g, _ := gathered(t, r, Columns{Pairs: 5, PlainFirst: 2, PlainSecond: 1}, tables, values)
			for _, pairsOnly := range []bool{false, true} {
				for _, accumulate := range []bool{false, true} {
					got := [2][]uint64{slices.Clone(values), slices.Clone(values)}
					want := [2][]uint64{slices.Clone(values), slices.Clone(values)}
					for part := range 3 {
						r.GatherAll(g, GatherOutput{got[0], got[1], pairsOnly, accumulate, part, 3})
					}
					for i, one := range g {
						r.Gather(one, GatherOutput{want[0], want[1], pairsOnly, accumulate || i > 0, 0, 1})
					}
					if !slices.Equal(got[0], want[0]) || !slices.Equal(got[1], want[1]) {
						t.Fatalf("%d tables, pairs only %v, accumulate %v", tables, pairsOnly, accumulate)
					}
				}
			}
		}
	})
}
