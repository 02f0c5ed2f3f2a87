package kernel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/tuneinsight/lattigo/v5/ring"

	"hecc/ir/params"
)

// every set of instructions that this processor has.
func everyInstructions() (list []Instructions) {
	for i := Go; i <= Best(); i++ {
		list = append(list, i)
	}
	return list
}

var ringTypes = map[params.Ring]ring.Type{params.Standard: ring.Standard, params.ConjugateInvariant: ring.ConjugateInvariant}

// subRing makes a ring modulo the prime nearest to 2^bits; nil if there is none.
func subRing(t testing.TB, r params.Ring, logN int, bits float64) *ring.SubRing {
	t.Helper()
	prime, err := params.NewPrimes(params.NthRoot(logN, r)).Nearest(bits)
	if err != nil {
		return nil
	}
	out, err := ring.NewRingFromType(1<<logN, []uint64{prime}, ringTypes[r])
	if err != nil {
		t.Fatal(err)
	}
	return out.SubRings[0]
}

func residues(n int, bound uint64) []uint64 {
	v := make([]uint64, n)
	for i := range v {
		v[i] = rand.Uint64N(bound)
	}
	return v
}

// patterns are random residues and those at the edges.
func patterns(n int, q uint64) (all [][]uint64) {
	for k := range 5 {
		all = append(all, patternOf(n, q, k))
	}
	return all
}

func patternOf(n int, q uint64, k int) []uint64 {
	switch k {
	case 0:
		return residues(n, q)
	case 1:
		edges := residues(n, 2)
		for i := range edges {
			edges[i] *= q - 1
		}
		return edges
	case 2:
		return make([]uint64, n)
	case 3:
		return slices.Repeat([]uint64{q - 1}, n)
	}
	one := make([]uint64, n)
	one[n/2] = 1
	return one
}

// transformBits are prime sizes with both sides of the arithmetics' bounds among them.
var transformBits = []float64{17, 20, 26, 31, 32.5, 38, 44, 48, 49.99, 50.01, 51, 52.1, 57, 59, 60}

// TestTransforms compares with Lattigo's, in place and not.
func TestTransforms(t *testing.T) {
	for r := range ringTypes {
		for logN := params.MinLogN; logN <= params.MaxLogN; logN++ {
			for i, bits := range transformBits {
				if logN > 13 && i%4 != logN%4 {
					continue
				}
				s := subRing(t, r, logN, bits)
				if s == nil {
					continue
				}
				for _, use := range everyInstructions() {
					testTransforms(t, NewRing(s, use), fmt.Sprint(r, " ", logN, " ", bits, " ", use))
				}
			}
		}
	}
}

func testTransforms(t *testing.T, r *Ring, name string) {
	t.Helper()
	want, got := make([]uint64, r.n), make([]uint64, r.n)
	for i, p := range patterns(r.n, r.q) {
		r.lattigo.NTT(p, want)
		r.NTT(got, p)
		if !slices.Equal(want, got) {
			t.Fatalf("%s: NTT of pattern %d differs", name, i)
		}
		copy(got, p)
		r.NTT(got, got)
		if !slices.Equal(want, got) {
			t.Fatalf("%s: NTT of pattern %d in place differs", name, i)
		}
		r.lattigo.INTT(p, want)
		r.INTT(got, p)
		if !slices.Equal(want, got) {
			t.Fatalf("%s: INTT of pattern %d differs", name, i)
		}
		copy(got, p)
		r.INTT(got, got)
		if !slices.Equal(want, got) {
			t.Fatalf("%s: INTT of pattern %d in place differs", name, i)
		}
	}
}

func BenchmarkTransforms(b *testing.B) {
	for _, bits := range []float64{60, 49} {
		s := subRing(b, params.ConjugateInvariant, 13, bits)
		for _, use := range everyInstructions() {
			r := NewRing(s, use)
			src, dst := residues(r.n, r.q), make([]uint64, r.n)
			b.Run(fmt.Sprintf("transform=NTT/bits=%v/instructions=%v", bits, use), func(b *testing.B) {
				for b.Loop() {
					r.NTT(dst, src)
				}
			})
			b.Run(fmt.Sprintf("transform=INTT/bits=%v/instructions=%v", bits, use), func(b *testing.B) {
				for b.Loop() {
					r.INTT(dst, src)
				}
			})
		}
	}
}
