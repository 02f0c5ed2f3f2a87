// Package kernel is the arithmetic of polynomials modulo one prime that the evaluator spends its time in: number
// theoretic transforms, sums of products, and what lies between.
//
// Every kernel exists in Go and, for amd64 processors with AVX-512, as assembly that works on eight coefficients at a time.
// Results are the same to the bit. The assembly is generated; the generator has a module of its own, so that
// nothing here depends on it. What it was generated from is recorded: go test . -run Generated -update, after go generate.
package kernel

//go:generate go run -C asm . -out ../kernels_amd64.s -stubs ../kernels_amd64.go -pkg kernel
