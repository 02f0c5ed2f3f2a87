package kernel

import (
	"encoding/binary"
	"slices"
	"testing"

	"hecc/ir/params"
)

// FuzzKernels takes coefficients from the fuzzer, repeated to fill a polynomial, and compares all
// instructions with each other: transforms both ways, and a sum of products.
func FuzzKernels(f *testing.F) {
	rings := map[float64][]*Ring{}
	for _, bits := range testBits {
		for _, use := range everyInstructions() {
			rings[bits] = append(rings[bits], NewRing(subRing(f, params.Standard, 10, bits), use))
		}
	}
	f.Add([]byte("a few coefficients"), uint8(3))
	f.Add(slices.Repeat([]byte{255}, 64), uint8(6))
	f.Fuzz(func(t *testing.T, data []byte, size uint8) {
		if len(data) == 0 {
			return
		}
		var want [][]uint64
		for i, r := range rings[testBits[int(size)%len(testBits)]] {
			got := everyKernel(r, coefficients(data, r))
			if i == 0 {
				want = got
			}
			for k := range got {
				if !slices.Equal(got[k], want[k]) {
					t.Fatalf("modulo %d: kernel %d differs", r.q, k)
				}
			}
		}
	})
}

// coefficients are residues made of the bytes.
func coefficients(data []byte, r *Ring) []uint64 {
	x := make([]uint64, r.n)
	for i := range x {
		var word [8]byte
		for k := range word {
			word[k] = data[(8*i+k)%len(data)]
		}
		x[i] = r.Reduce(binary.LittleEndian.Uint64(word[:]))
	}
	return x
}

func everyKernel(r *Ring, x []uint64) [][]uint64 {
	out := make([][]uint64, 4)
	for k := range out {
		out[k] = make([]uint64, r.n)
	}
	r.NTT(out[0], x)
	r.INTT(out[1], x)
	r.Mul(out[1], out[2], out[3], x, out[0], out[1], x)
	weights := make([]uint64, 3*r.n)
	for e := range 3 {
		Interleave(weights, packed(r, rotate(x, e)), e, 3)
	}
	r.Dot(out[0], [][]uint64{x, out[1], out[2]}, weights)
	return out
}
