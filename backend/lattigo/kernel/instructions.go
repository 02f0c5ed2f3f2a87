package kernel

import "fmt"

// Instructions is a set of processor instructions that kernels may use.
type Instructions int

const (
	// Go uses no particular instructions.
	Go Instructions = iota
	// AVX512 uses AVX-512 F and DQ: multipliers of 32 bits.
	AVX512
	// IFMA uses AVX-512 IFMA as well: multipliers of 52 bits.
	IFMA
)

func (i Instructions) String() string {
	names := []string{"go", "avx512", "ifma"}
	if i < 0 || int(i) >= len(names) {
		return fmt.Sprintf("instructions %d", int(i))
	}
	return names[i]
}

// Best is the set that this processor runs fastest with; it runs all lesser ones too.
func Best() Instructions { return detected }

// code is the assembly of one arithmetic; see package asm.
type code struct {
	narrow   bool // primes below 2^50 only
	spread   int  // words of a constant that all lanes share
	constant func(w, q uint64) shoup

	forward4, forward8, inverse4, inverse8         pass
	forwardLast, inverseFirst, fold, unfold, scale sweep

	affine, lift sweep
	liftConstant func(w, q uint64) shoup
	mulSub       func(dst, x, y *uint64, n int, constants, consts *uint64)
	product      func(out0, out1, out2, x0, x1, y0, y1 *uint64, n int, constants, consts *uint64)
}

type (
	// pass does two or three levels of a transform on vectors a stride apart.
	pass func(dst, src *uint64, groups, stride int, constants, consts *uint64)
	// sweep goes over a polynomial once.
	sweep func(dst, src *uint64, count int, constants, consts *uint64)
)
