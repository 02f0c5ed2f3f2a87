package eval

import "hecc/ir/memory"

// poly is a polynomial by limbs; ciphertext has two of them, or three before relinearisation.
type (
	poly       = [][]uint64
	ciphertext []poly
)

// arena hands out the scratch memory of kernels. Kernels of one worker run one after
// the other, so all of them share it: after reset it starts over with the same blocks.
type arena struct {
	blocks map[int][][]uint64 // by size
	used   map[int]int
}

func newArena() *arena { return &arena{map[int][][]uint64{}, map[int]int{}} }

func (a *arena) reset() { clear(a.used) }

// block is the next block of a size.
func (a *arena) block(size int) []uint64 {
	k := a.used[size]
	a.used[size]++
	if k == len(a.blocks[size]) {
		a.blocks[size] = append(a.blocks[size], make([]uint64, size))
	}
	return a.blocks[size][k]
}

// bytes is the memory of all blocks.
func (a *arena) bytes() (total int64) {
	for size, blocks := range a.blocks {
		total += 8 * int64(size) * int64(len(blocks))
	}
	return total
}

// poly takes a polynomial with the given number of limbs.
func (a *arena) poly(n, limbs int) poly {
	p := make(poly, limbs)
	for i := range p {
		p[i] = a.block(memory.Stride(n))[:n]
	}
	return p
}
