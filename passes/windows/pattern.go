package windows

import (
	"math/bits"
	"slices"

	"hecc/ir/tensor"
)

// Patterns numbers maps: those that have entries in the same places, as equal layers of a network do, share a number, and so
// their diagonals. Values do not matter to these.
type Patterns struct {
	number map[*tensor.Map]int
	byHash map[uint64][]*tensor.Map // the first map of each number
}

// NewPatterns has no maps.
func NewPatterns() *Patterns {
	return &Patterns{map[*tensor.Map]int{}, map[uint64][]*tensor.Map{}}
}

// Of is the number of a map.
func (p *Patterns) Of(m *tensor.Map) int {
	if n, ok := p.number[m]; ok {
		return n
	}
	hash := patternHash(m)
	n := len(p.number)
	for _, known := range p.byHash[hash] {
		if known.Cols == m.Cols && slices.Equal(known.RowPtr, m.RowPtr) && slices.Equal(known.Col, m.Col) {
			n = p.number[known]
		}
	}
	if n == len(p.number) {
		p.byHash[hash] = append(p.byHash[hash], m)
	}
	p.number[m] = n
	return n
}

// patternHash is the same for maps with entries in the same places.
func patternHash(m *tensor.Map) uint64 {
	const odd = 0x9E3779B97F4A7C15 // 2^64 over the golden ratio
	hash := uint64(m.Cols)
	for _, list := range [][]int{m.RowPtr, m.Col} {
		for _, j := range list {
			hash = (bits.RotateLeft64(hash, 29) ^ uint64(j)) * odd
		}
	}
	return hash
}
