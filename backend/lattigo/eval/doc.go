// Package eval runs a plan on encrypted samples: the server's side.
//
//	plan + evaluation keys ── Open ──> Session ── Run(request) ──> response
//
// Open encodes all plaintexts, expands and permutes all keys, and binds every operation of the circuit to
// preallocated buffers as a list of steps. Run does the steps in order; the tasks of one step are independent, so
// that threads can share them (team.go).
//
// All polynomials stay in the NTT domain, residues below their modulus. The arithmetic is package kernel's,
// which uses what instructions the processor has; results are the same with any of them.
//
// Rotations are hoisted twice: the decomposition of an operand is shared by all its rotations, and
// sums are taken modulo QP before a single division by P. Where no giant steps are needed, keys are
// multiplied by the diagonals beforehand, so that a whole Linear is one pass over its constants (table.go). Its time is that
// of reading these from memory.
//
// The package uses Lattigo's ring arithmetic (package ring) and nothing that can hold a
// secret key; a test looks at the symbols of a linked server.
package eval
