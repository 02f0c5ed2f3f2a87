package memory

import "math/bits"

// Processor is the instructions that a server has: they decide how its kernels lay constants out.
type Processor int

const (
	Any    Processor = iota // not known: whatever takes most
	Go                      // none in particular
	AVX512                  // AVX-512 F and DQ
	IFMA                    // AVX-512 IFMA as well, which the narrow arithmetic takes
)

const (
	lanes      = 8  // coefficients that an instruction takes
	matrixRows = 4  // rows of a matrix that the narrow arithmetic computes together
	narrowBits = 50 // of its largest primes
)

// Narrow says whether a processor computes modulo a prime in the narrow arithmetic.
func (p Processor) Narrow(q uint64) bool { return p == IFMA && bits.Len64(q) <= narrowBits }

// twiddles is the words of one transform's roots in the order in which the kernels read them: as two words in
// the narrow arithmetic, else as three; within blocks of 64, the last three layers have each of theirs for
// all lanes.
func (p Processor) twiddles(n int, q uint64) int {
	if p == Go {
		return 0 // they read the ring library's
	}
	words := 3
	if p.Narrow(q) {
		words = 2
	}
	blocks, roots := n/(lanes*lanes), lanes-1
	shared := (words*roots + lanes - 1) / lanes * lanes
	return (blocks-1)*words + blocks*(shared+2*roots*lanes)
}
