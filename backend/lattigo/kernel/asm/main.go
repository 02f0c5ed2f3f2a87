// Command asm generates the AVX-512 kernels of package kernel.
//
// A kernel is written once and generated for each arithmetic (arithmetic.go): the ways that
// processors have to multiply by a constant modulo a prime. Bounds on lazy residues are
// tracked while generating (lane.go), so that a kernel cannot overflow for any input within its bound.
package main

import . "github.com/mmcloughlin/avo/build"

func main() {
	ConstraintExpr("amd64")
	for _, a := range arithmetics {
		forward(a)
		inverse(a)
		fold(a)
		scale(a)
		mulSub(a)
		affine(a)
		if a.name() != "Narrow" { // sources may exceed 52 bits
			lift(a)
		}
		product(a, accumulatorOf(a))
	}
	for _, k := range accumulators {
		gather(k)
		dot(k)
	}
	matrix()
	sumAndDifference()
	quotients()
	Generate()
}

// accumulatorOf is the accumulator that package kernel uses with an arithmetic.
func accumulatorOf(a arithmetic) accumulator {
	if a.name() == "Narrow" {
		return &digits52{}
	}
	return &digits30{}
}
