package kernel

import "fmt"

// Columns counts the sources of a Gather by what becomes of them. They stand in this order.
type Columns struct {
	Pairs                   int // times a weight for each of the two sums
	First, Second           int // times a weight for one of them
	PlainFirst, PlainSecond int // added to one of them
}

// MaxProducts bounds the weighted columns of a Gather and the terms of a Dot, MaxPlain the plain ones of each
// sum.
const (
	MaxProducts = 256
	MaxPlain    = 12
)

func (c Columns) total() int { return c.Pairs + c.First + c.Second + c.PlainFirst + c.PlainSecond }

// Weights is how many constants a coefficient takes.
func (c Columns) Weights() int { return 2*c.Pairs + c.First + c.Second }

// Table says where a Gather reads: for each block of eight coefficients one entry for each column.
// Automorphisms in the NTT domain take aligned blocks to aligned blocks, and permute them in
// few ways.
type Table struct {
	n int
	Columns
	entries  []uint32 // offset of a block in bytes, and in the low six bits the number of its pattern
	patterns []uint64 // eight indices each
	stride   int      // constants from one coefficient to the next, if more than are used
}

const (
	patternBits = 6
	patternMask = 1<<patternBits - 1
)

// NewTable takes the permutation of each column; nil stands for the identity.
func NewTable(n int, c Columns, perms [][]uint64) (*Table, error) {
	if len(perms) != c.total() || c.Pairs+max(c.First, c.Second) > MaxProducts || max(c.PlainFirst, c.PlainSecond) > MaxPlain {
		return nil, fmt.Errorf("kernel: %d permutations for columns %+v", len(perms), c)
	}
	t := &Table{n: n, Columns: c, entries: make([]uint32, n/lanes*len(perms))}
	seen := map[[lanes]uint64]int{}
	for column, perm := range perms {
		if perm != nil && len(perm) != n {
			return nil, fmt.Errorf("kernel: a permutation of %d in a ring of degree %d", len(perm), n)
		}
		for b := range n / lanes {
			from, pattern, err := blockOf(perm, b)
			if err != nil {
				return nil, err
			}
			if from >= n/lanes {
				return nil, fmt.Errorf("kernel: a permutation reads block %d of %d", from, n/lanes)
			}
			number, ok := seen[pattern]
			if !ok {
				number = len(seen)
				seen[pattern] = number
				t.patterns = append(t.patterns, pattern[:]...)
			}
			if number > patternMask {
				return nil, fmt.Errorf("kernel: more than %d patterns", patternMask+1)
			}
			t.entries[b*len(perms)+column] = uint32(from*lanes*8 | number)
		}
	}
	return t, nil
}

// WithStride is the table with the weights of its pairs first among so many for each coefficient; the others
// are skipped. It has no other weights.
func (t *Table) WithStride(weights int) *Table {
	out := *t
	out.stride = weights
	return &out
}

// used are the columns that a Gather reads.
func (t *Table) used(pairsOnly bool) Columns {
	if pairsOnly {
		return Columns{Pairs: t.Pairs}
	}
	return t.Columns
}

// Bytes is the memory of the table, without the patterns that tables of a ring have in common.
func (t *Table) Bytes() int64 { return 4 * int64(len(t.entries)) }

// strideOf is how many constants there are from one coefficient to the next.
func (t *Table) strideOf(c Columns) int { return max(t.stride, c.Weights()) }

// blockOf is the block that a permutation reads for block b, and in what order.
func blockOf(perm []uint64, b int) (from int, pattern [lanes]uint64, err error) {
	for k := range pattern {
		at := b*lanes + k
		if perm != nil {
			at = int(perm[at])
		}
		if k == 0 {
			from = at / lanes
		}
		if at/lanes != from {
			return 0, pattern, fmt.Errorf("kernel: the permutation splits block %d", b)
		}
		pattern[k] = uint64(at % lanes)
	}
	return from, pattern, nil
}

// Interleave puts a vector of weights in place as number at of those that a coefficient takes: the
// weights of eight coefficients stand together, one after the other.
func Interleave(weights, vector []uint64, at, count int) {
	for b := 0; b < len(vector); b += lanes {
		copy(weights[b*count+at*lanes:], vector[b:b+lanes])
	}
}
