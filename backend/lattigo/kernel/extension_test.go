package kernel

import (
	"fmt"
	"math/big"
	randv1 "math/rand"
	"math/rand/v2"
	"testing"

	"github.com/tuneinsight/lattigo/v5/ring"

	"hecc/ir/params"
)

// ringsOf makes kernels modulo several primes of given sizes.
func ringsOf(t testing.TB, use Instructions, bits ...float64) (out []*Ring) {
	t.Helper()
	primes := params.NewPrimes(params.NthRoot(10, params.ConjugateInvariant))
	var list []uint64
	for _, b := range bits {
		q, err := primes.Nearest(b)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, q)
	}
	rings, err := ring.NewRingFromType(1<<10, list, ring.ConjugateInvariant)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range rings.SubRings {
		out = append(out, NewRing(s, use))
	}
	return out
}

// TestExtension compares with the number reconstructed from its residues.
func TestExtension(t *testing.T) {
	for _, bits := range [][]float64{{59}, {59, 40}, {30, 31, 29}, {59, 59, 58, 57}} {
		for _, use := range everyInstructions() {
			t.Run(fmt.Sprint(bits, " ", use), func(t *testing.T) { testExtension(t, ringsOf(t, use, append(bits, 25, 45, 51, 59.5)...), len(bits)) })
		}
	}
}

func testExtension(t *testing.T, rings []*Ring, count int) {
	from, to := rings[:count], rings[count:]
	product := big.NewInt(1)
	for _, r := range from {
		product.Mul(product, new(big.Int).SetUint64(r.q))
	}
	n := from[0].n
	numbers := make([]*big.Int, n)
	src := make([][]uint64, count)
	for i := range src {
		src[i] = make([]uint64, n)
	}
	for j := range numbers {
		x := new(big.Int).Rand(random, product)
		x.Sub(x, new(big.Int).Rsh(product, 1))
		numbers[j] = x
		for i, r := range from {
			src[i][j] = new(big.Int).Mod(x, new(big.Int).SetUint64(r.q)).Uint64()
		}
	}
	var factors []uint64
	for _, r := range to {
		factors = append(factors, rand.Uint64N(r.q))
	}
	extended(t, NewExtension(from, to, factors), src, numbers, factors)
	if count == 1 {
		return
	}
	var before []uint64
	for i, r := range from {
		f := 1 + rand.Uint64N(r.q-1)
		before = append(before, f)
		for j, x := range numbers {
			y := new(big.Int).Mul(x, new(big.Int).SetUint64(r.Inverse(f)))
			src[i][j] = y.Mod(y, new(big.Int).SetUint64(r.q)).Uint64()
		}
	}
	extended(t, NewScaledExtension(from, to, before, factors), src, numbers, factors)
}

// extended compares what an extension makes of the coefficients src with the numbers times the factors.
func extended(t *testing.T, e *Extension, src [][]uint64, numbers []*big.Int, factors []uint64) {
	n, to := len(numbers), e.to
	for range e.Scratch() {
		src = append(src, make([]uint64, n))
	}
	e.Prepare(src)
	for k, r := range to {
		got, want := make([]uint64, n), make([]uint64, n)
		for j, x := range numbers {
			y := new(big.Int).Mul(x, new(big.Int).SetUint64(factors[k]))
			want[j] = y.Mod(y, new(big.Int).SetUint64(r.q)).Uint64()
		}
		r.NTT(want, want)
		e.ToNTT(got, k, src)
		for j := range got {
			if got[j] != want[j] {
				t.Fatalf("modulo %d: value %d differs", r.q, j)
			}
		}
	}
}

var random = randv1.New(randv1.NewSource(1))
