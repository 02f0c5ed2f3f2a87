// Package dense multiplies matrices of float64, and solves equations by products.
//
// Every element of a sum c + a·b is rounded after each product, in the order of the columns of a: sums are the same to the
// bit on all processors and for any number of cores. The blocks are those of Goto and van de Geijn, "Anatomy of
// high-performance matrix multiplication", 2008; the kernel for amd64 is generated, by a generator with a module of its own.
package dense

//go:generate go run -C asm . -out ../kernel_amd64.s -stubs ../kernel_amd64.go -pkg dense
