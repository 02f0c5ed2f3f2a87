// Package eval runs plans on encrypted samples: the server's side.
//
//	plan ── Load ──> Model ── Open(evaluation keys) ──> Session ── Run(request) ──> response
//
// A Model has what no key touches, for all clients: rings, encoded plaintexts, where each sum reads, and the
// buffers of runs. Load binds every operation of the circuit to these buffers as a list of steps. A Session
// has one client's keys in the form that the steps read, and nothing else: a run borrows buffers and is told
// whose keys to use. Run does the steps in order; the tasks of one step are independent, so that threads can
// share them (team.go).
//
// Bytes, RunBytes and SessionBytes say what each takes, and Close frees it. OpenStream reads keys as they
// arrive, digit by digit. Which of a key's forms a session holds follows from the budget that Load gets
// (ir/memory/keys.go). Errors to tell apart with errors.As are *MemoryError, *ClosedError and *wire.ForeignError.
// Contexts are looked at before every task, so that what is cancelled ends within milliseconds.
//
// All polynomials stay in the NTT domain, residues below their modulus. The arithmetic is package kernel's,
// which uses what instructions the processor has; results are the same with any of them.
//
// Rotations are hoisted twice: the decomposition of an operand is shared by all its rotations, and sums are
// taken modulo QP before a single division by P. A rescale that follows is the same division, and what only
// another key switch reads leaves its first half modulo QP (he.Division, division.go). Where no giant steps are needed, and a key serves no other
// operation, it is held times its diagonal, so that a whole Linear is one pass over constants (linear.go).
// Its time is that of reading these from memory.
//
// The package uses Lattigo's ring arithmetic (package ring) and nothing that can hold a
// secret key; a test looks at the symbols of a linked server.
package eval
