package kernel

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/tuneinsight/lattigo/v5/ring"

	"hecc/ir/params"
)

// testBits are prime sizes on both sides of the arithmetics' bounds.
var testBits = []float64{20, 31, 45, 49.9, 50.1, 52, 59.9}

// everyRing calls f with rings of a small degree for every size of prime and set of instructions.
func everyRing(t *testing.T, f func(t *testing.T, r *Ring)) {
	for _, bits := range testBits {
		s := subRing(t, params.ConjugateInvariant, 10, bits)
		for _, use := range everyInstructions() {
			t.Run(fmt.Sprint(bits, " ", use), func(t *testing.T) { f(t, NewRing(s, use)) })
		}
	}
}

// exact is a sum of products modulo q, by division.
type exact uint64

func (s *exact) addProduct(x, y, q uint64) {
	hi, lo := bits.Mul64(x, y)
	_, r := bits.Div64(hi%q, lo, q)
	*s = exact((uint64(*s) + r) % q)
}

// packed is the form of weights that the ring's sums take.
func packed(r *Ring, plain []uint64) []uint64 {
	out := make([]uint64, len(plain))
	for i, x := range plain {
		out[i] = r.Montgomery(x)
	}
	r.ToWeights(out)
	return out
}

func TestDot(t *testing.T) {
	everyRing(t, func(t *testing.T, r *Ring) {
		for _, terms := range []int{0, 1, 8, 9, 270} {
			for k := range 4 {
				if terms > 9 && k%2 == 0 {
					continue
				}
				for _, constant := range []bool{false, true} {
					testDot(t, r, terms, k, constant)
				}
			}
		}
	})
}

func testDot(t *testing.T, r *Ring, terms, k int, constant bool) {
	t.Helper()
	var sources, plain [][]uint64
	var weights []uint64
	if !constant {
		weights = make([]uint64, terms*r.n)
	}
	for e := range terms {
		sources = append(sources, patternOf(r.n, r.q, k))
		w := patternOf(r.n, r.q, k)
		if constant {
			w = Broadcast(w[0])
			weights = append(weights, packed(r, w)...)
			w = slices.Repeat(w[:1], r.n)
		} else {
			Interleave(weights, packed(r, w), e, terms)
		}
		plain = append(plain, w)
	}
	got := make([]uint64, r.n)
	r.Dot(got, sources, weights)
	for j := range got {
		var want exact
		for e := range sources {
			want.addProduct(sources[e][j], plain[e][j], r.q)
		}
		if got[j] != uint64(want) {
			t.Fatalf("%d terms, pattern %d, constant %v: coefficient %d is %d, want %d", terms, k, constant, j, got[j], uint64(want))
		}
	}
}

// randomPerms are automorphisms of random rotations, and the identity.
func randomPerms(t testing.TB, r *Ring, count int) [][]uint64 {
	perms := make([][]uint64, count)
	for i := range perms {
		if i%5 == 4 {
			continue
		}
		root := r.lattigo.NthRoot
		perm, err := ring.AutomorphismNTTIndex(r.n, root, ring.ModExpPow2(ring.GaloisGen, rand.Uint64N(1000), root))
		if err != nil {
			t.Fatal(err)
		}
		perms[i] = perm
	}
	return perms
}

func TestGather(t *testing.T) {
	shapes := []Columns{
		{Pairs: 6, PlainFirst: 4, PlainSecond: 1},
		{Pairs: 30, First: 16, Second: 1},
		{Pairs: 50, First: 20, Second: 9, PlainFirst: MaxPlain, PlainSecond: MaxPlain},
		{First: 9}, {Second: 8}, {PlainSecond: 1}, {},
	}
	everyRing(t, func(t *testing.T, r *Ring) {
		for _, c := range shapes {
			for pattern := range 4 {
				for option := range 4 {
					testGather(t, r, c, pattern, option&1 != 0, option&2 != 0)
				}
			}
		}
	})
}

func testGather(t *testing.T, r *Ring, c Columns, pattern int, pairsOnly, accumulate bool) {
	t.Helper()
	perms := randomPerms(t, r, c.total())
	table, err := NewTable(r.n, c, perms)
	if err != nil {
		t.Fatal(err)
	}
	used := c
	if pairsOnly {
		used = Columns{Pairs: c.Pairs}
	}
	values := patternOf(r.n, r.q, pattern)
	weights := make([]uint64, r.n*used.Weights())
	var plain [][]uint64
	for at := range used.Weights() {
		plain = append(plain, rotate(values, at))
		Interleave(weights, packed(r, plain[at]), at, used.Weights())
	}
	var sources [][]uint64
	for at := range c.total() {
		sources = append(sources, rotate(values, 3*at))
	}
	var got, before [2][]uint64
	for half := range got {
		before[half] = rotate(values, half)
		got[half] = slices.Clone(before[half])
	}
	for part := range 3 {
		r.Gather(GatherInput{table, weights, sources}, GatherOutput{got[0], got[1], pairsOnly, accumulate, part, 3})
	}
	for j := range r.n {
		var want [2]exact
		for half := range want {
			if accumulate {
				want[half].addProduct(before[half][j], 1, r.q)
			}
		}
		addColumns(r, &want, used, j, perms, sources, plain)
		for half := range want {
			if w := uint64(want[half]); got[half][j] != w {
				t.Fatalf("%+v, pattern %d, pairs only %v, accumulate %v: coefficient %d of half %d is %d, want %d", c, pattern, pairsOnly, accumulate, j, half, got[half][j], w)
			}
		}
	}
}

// TestAmong: some of a table's pairs with all weights give what a table of these alone gives.
func TestAmong(t *testing.T) {
	everyRing(t, func(t *testing.T, r *Ring) {
		c := Columns{Pairs: 9, PlainFirst: 2, PlainSecond: 1}
		perms := randomPerms(t, r, c.total())
		values := patterns(r.n, r.q)[1]
		var sources [][]uint64
		for at := range c.total() {
			sources = append(sources, rotate(values, 3*at))
		}
		weights := make([]uint64, r.n*c.Weights())
		for at := range c.Weights() {
			Interleave(weights, packed(r, rotate(values, at)), at, c.Weights())
		}
		for _, pairs := range []int{9, 8, 5, 1, 0} {
			some := Columns{Pairs: pairs, PlainFirst: 2, PlainSecond: 1}
			read := append(sources[:pairs:pairs], sources[c.Pairs:]...)
			alone, err := NewTable(r.n, some, append(perms[:pairs:pairs], perms[c.Pairs:]...))
			if err != nil {
				t.Fatal(err)
			}
			own := make([]uint64, r.n*some.Weights())
			for at := range some.Weights() {
				Interleave(own, packed(r, rotate(values, at)), at, some.Weights())
			}
			for _, pairsOnly := range []bool{false, true} {
				var got, want [2][]uint64
				for half := range got {
					got[half], want[half] = make([]uint64, r.n), make([]uint64, r.n)
				}
				for part := range 3 {
					r.Gather(GatherInput{alone.WithStride(c.Weights()), weights, read}, GatherOutput{got[0], got[1], pairsOnly, false, part, 3})
				}
				r.Gather(GatherInput{alone, own, read}, GatherOutput{want[0], want[1], pairsOnly, false, 0, 1})
				if !slices.Equal(got[0], want[0]) || !slices.Equal(got[1], want[1]) {
					t.Fatalf("%d pairs of %d, pairs only %v", pairs, c.Pairs, pairsOnly)
				}
			}
		}
	})
}

func addColumns(r *Ring, sum *[2]exact, c Columns, j int, perms, sources, weights [][]uint64) {
	at, next := 0, 0
	x := func() uint64 {
		from := j
		if perms[at] != nil {
			from = int(perms[at][j])
		}
		at++
		return sources[at-1][from]
	}
	w := func() uint64 { next++; return weights[next-1][j] }
	for range c.Pairs {
		v := x()
		sum[0].addProduct(v, w(), r.q)
		sum[1].addProduct(v, w(), r.q)
	}
	for half, count := range []int{c.First, c.Second} {
		for range count {
			sum[half].addProduct(x(), w(), r.q)
		}
	}
	for half, count := range []int{c.PlainFirst, c.PlainSecond} {
		for range count {
			sum[half].addProduct(x(), 1, r.q)
		}
	}
}

func rotate(v []uint64, by int) []uint64 {
	by %= len(v)
	return append(slices.Clone(v[by:]), v[:by]...)
}

// TestManyTerms takes the accumulators to where digits must be carried.
func TestManyTerms(t *testing.T) {
	const terms = 9000
	everyRing(t, func(t *testing.T, r *Ring) {
		source, weight := patterns(r.n, r.q)[3], packed(r, Broadcast(r.q-1))
		var sources [][]uint64
		for range terms {
			sources = append(sources, source)
		}
		got := make([]uint64, r.n)
		r.Dot(got, sources, slices.Repeat(weight, terms))
		if want := terms % r.q; !slices.Equal(got, slices.Repeat([]uint64{want}, r.n)) {
			t.Errorf("%d, want %d", got[0], want)
		}
	})
}

func TestTableErrors(t *testing.T) {
	split, outside := make([]uint64, 64), slices.Repeat([]uint64{64}, 64)
	split[3] = 9
	for _, perms := range [][][]uint64{{split}, {outside}, {outside[:8]}, {nil, nil}} {
		if _, err := NewTable(64, Columns{First: 1}, perms); err == nil {
			t.Error("no error for permutations that do not fit")
		}
	}
	if _, err := NewTable(64, Columns{PlainFirst: MaxPlain + 1}, make([][]uint64, MaxPlain+1)); err == nil {
		t.Error("no error for too many plain columns")
	}
}
