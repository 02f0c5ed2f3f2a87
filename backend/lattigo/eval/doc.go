// Package eval runs a plan on encrypted samples: the server's side.
//
//	plan + evaluation keys ── Open ──> Session ── Run(request) ──> response
//
// Open encodes all plaintexts, expands and permutes all keys, and turns every
// operation of the circuit into a kernel. Run executes the kernels in order on preallocated buffers.
//
// All polynomials stay in the NTT domain, residues below their modulus. The work is in sums of products modulo
// one prime: kernels accumulate them in 128 bits and reduce once (kernel.go). Constants are
// in Montgomery form, so that the one Montgomery reduction of a sum of constant·value gives the plain sum.
//
// Rotations are hoisted twice: the decomposition of an operand is shared by all its rotations, and
// sums are taken modulo QP before a single division by P. Where no giant steps are needed, keys are
// multiplied by the diagonals beforehand, so that a whole Linear is one pass over its constants (table.go).
//
// The package uses Lattigo's ring arithmetic (package ring) and nothing that can hold a
// secret key; a test looks at the symbols of a linked server.
package eval
